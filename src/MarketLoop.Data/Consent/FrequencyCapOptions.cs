using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Consent;

/// <summary>How often a customer may hear from the shop, over all channels that reach out (a slot in a page is no message).</summary>
public sealed class FrequencyCapOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Data:FrequencyCap";

    /// <summary>Most messages inside one window. Default 2, range 1..100; raising it sends more to the same people.</summary>
    [Range(1, 100)]
    public int MaximumMessages { get; set; } = 2;

    /// <summary>Length of the sliding window in days. Default 7, range 0.01..365; raising it sends less.</summary>
    [Range(0.01, 365)]
    public double WindowDays { get; set; } = 7;
}

/// <summary>Checks <see cref="FrequencyCapOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class FrequencyCapOptionsValidator : IValidateOptions<FrequencyCapOptions>;
