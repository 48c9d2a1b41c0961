using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop;

/// <summary>When the loop turns by itself.</summary>
public sealed class LoopOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "MarketLoop:Loop";

    /// <summary>How often the schedule looks whether a turn is due; default 10 seconds, 1 second to 1 day. Lower reacts sooner and costs one small query each time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A turn is due when this time has passed since the last one and anything new arrived; default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan TurnEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A turn is due at once when this many interactions are new; default 5,000. Higher turns less often under load.</summary>
    [Range(1, int.MaxValue)]
    public int TurnAfterInteractions { get; set; } = 5_000;

    /// <summary>Most records that a turn of the schedule looks at; default 25,000. What is left is news to the next turn, which follows at once. Higher takes more memory while a flood comes in.</summary>
    [Range(1_000, int.MaxValue)]
    public int MostPerTurn { get; set; } = 25_000;
}

/// <summary>Checks <see cref="LoopOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class LoopOptionsValidator : IValidateOptions<LoopOptions>;
