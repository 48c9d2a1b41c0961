using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Cleaning;

/// <summary>Rules for events that come in files. Section <c>MarketLoop:Data:Cleaning</c>. What breaks one is kept in the quarantine under the rule's name.</summary>
public sealed class CleaningOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "MarketLoop:Data:Cleaning";

    /// <summary>Earliest time that is believed; default 2000-01-01. Anything before it is time travel.</summary>
    public DateTimeOffset Earliest { get; set; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far ahead of our clock an event may be; default one day, for files whose times carry no zone. Beyond it is time travel.</summary>
    public TimeSpan FutureTolerance { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Most pieces in one line; default 100,000. More is out of range.</summary>
    [Range(1, int.MaxValue)]
    public int LargestQuantity { get; set; } = 100_000;

    /// <summary>Highest price of one piece, in the shop's currency; default 1,000,000. More, or a price below zero, is out of range.</summary>
    [Range(0, 100_000_000_000_000.0)]
    public decimal LargestPrice { get; set; } = 1_000_000m;

    /// <summary>Acts of one customer within one minute, order lines apart, from which on the customer is taken for a program; default 240, 0 for never.</summary>
    [Range(0, 1_000_000)]
    public int MostActsPerMinute { get; set; } = 240;

    /// <summary>Words that give a program away when its name (user agent) holds one, without case.</summary>
    public IList<string> BotWords { get; set; } = ["bot", "crawl", "spider", "headless", "python-requests", "curl/"];

    /// <summary>
    /// How many standard deviations above the mean, both of the logarithm of what came before it in the file, an order line's worth may lie; default 0: never an outlier,
    /// for a wholesaler's order is no error. 4 keeps out about one in 30,000 of a log-normal shop.
    /// </summary>
    [Range(0, 100)]
    public double OutlierDeviations { get; set; }

    /// <summary>What one unit of another currency is worth in the shop's, such as <c>USD: 0.92</c>. Default none.</summary>
    public IDictionary<string, decimal> ExchangeRates { get; set; } = new Dictionary<string, decimal>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether money of a currency without a rate is kept out; default true, for sums over two currencies mean nothing. Off keeps the amount as it is.</summary>
    public bool RefusesUnknownCurrency { get; set; } = true;
}

[OptionsValidator]
internal sealed partial class CleaningOptionsValidator : IValidateOptions<CleaningOptions>;
