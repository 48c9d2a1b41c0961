using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Feedback.Attribution;

/// <summary>How long a treatment is given credit for what follows it.</summary>
public sealed class AttributionOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Feedback:Attribution";

    /// <summary>Length of the window in days, counted from the delivery. Default 7, range 0.01..90; raising it credits later purchases and makes outcomes final later.</summary>
    [Range(0.01, 90)]
    public double WindowDays { get; set; } = 7;

    /// <summary>Days after the window in which events that come late are still expected, and kept at hand for. Default 2, range 0..30; later ones cost a look into the log.</summary>
    [Range(0, 30)]
    public double GraceDays { get; set; } = 2;
}

/// <summary>Checks <see cref="AttributionOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class AttributionOptionsValidator : IValidateOptions<AttributionOptions>;
