using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Recommending;

/// <summary>What recommendations look back on.</summary>
public sealed class RecommendingOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Decision:Recommending";

    /// <summary>Interactions of a customer kept at hand. Default 200, range 10..1000; raising it remembers longer and costs memory.</summary>
    [Range(10, 1000)]
    public int RecentInteractions { get; set; } = 200;

    /// <summary>Customers whose recent interactions are kept at hand. Default 20000, range 100..1000000; raising it saves reads and costs memory.</summary>
    [Range(100, 1_000_000)]
    public int CachedCustomers { get; set; } = 20_000;
}

/// <summary>Checks <see cref="RecommendingOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class RecommendingOptionsValidator : IValidateOptions<RecommendingOptions>;
