using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Feedback.Retraining;

/// <summary>When models are fitted anew.</summary>
public sealed class RetrainingOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Feedback:Retraining";

    /// <summary>Interactions needed for a first training. Default 500, range 1..10000000.</summary>
    [Range(1, 10_000_000)]
    public long FirstAt { get; set; } = 500;

    /// <summary>New interactions, as a share of those of the last training, that call for the next. Default 0.2, range 0.001..10; raising it trains less often.</summary>
    [Range(0.001, 10)]
    public double NewShare { get; set; } = 0.2;

    /// <summary>Least number of new interactions that call for the next training, however small the last one was. Default 200, range 1..10000000.</summary>
    [Range(1, 10_000_000)]
    public long NewAtLeast { get; set; } = 200;

    /// <summary>Days of new data after which training is due even if little came in. Default 7, range 0.01..365; raising it trains less often.</summary>
    [Range(0.01, 365)]
    public double AfterDays { get; set; } = 7;

    /// <summary>Hours that must lie between two trainings. Default 1, range 0..720; raising it keeps a busy shop from training all the time.</summary>
    [Range(0, 720)]
    public double RestHours { get; set; } = 1;
}

/// <summary>Checks <see cref="RetrainingOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class RetrainingOptionsValidator : IValidateOptions<RetrainingOptions>;
