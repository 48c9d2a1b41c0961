using System.ComponentModel.DataAnnotations;
using MarketLoop.Data.Embedded;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data;

/// <summary>Where the shop's data lies, and what a new folder is told. Section <c>MarketLoop:Data</c>.</summary>
public sealed class DataOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "MarketLoop:Data";

    /// <summary>The data folder; default <c>data</c> below the working directory. One folder is one shop.</summary>
    [Required]
    public string Folder { get; set; } = "data";

    /// <summary>ISO 4217 code for a new folder; default <c>EUR</c>. An existing folder keeps its own.</summary>
    [Required]
    [RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; set; } = "EUR";

    /// <summary>IANA time zone for a new folder; default <c>UTC</c>.</summary>
    [Required]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Language tag for a new folder; default <c>en</c>.</summary>
    [Required]
    public string Language { get; set; } = "en";

    /// <summary>Seed for the control group of a new folder, for simulations that must repeat; default none: drawn anew.</summary>
    public int? Seed { get; set; }

    /// <summary>The same for <see cref="EmbeddedShop.OpenAsync(string, TimeProvider, Microsoft.Extensions.Logging.ILoggerFactory, NewFolder, CancellationToken)"/>.</summary>
    public NewFolder ToNewFolder() => new() { Seed = Seed, Shop = new ShopSettings { Currency = Currency, TimeZone = TimeZone, Language = Language } };
}

[OptionsValidator]
internal sealed partial class DataOptionsValidator : IValidateOptions<DataOptions>;
