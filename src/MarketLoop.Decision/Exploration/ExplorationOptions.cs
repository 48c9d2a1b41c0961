using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Exploration;

/// <summary>How much of what is shown serves learning rather than the ranker's present opinion.</summary>
public sealed class ExplorationOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Decision:Exploration";

    /// <summary>Probability that one position of a list is swapped. Default 0.1, range 0..0.5; raising it learns faster and shows weaker lists.</summary>
    [Range(0, 0.5)]
    public double SwapProbability { get; set; } = 0.1;

    /// <summary>Candidates beyond the list that may be swapped in. Default 20, range 0..200; raising it tries more products, each more rarely.</summary>
    [Range(0, 200)]
    public int PoolSize { get; set; } = 20;
}

/// <summary>Checks <see cref="ExplorationOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class ExplorationOptionsValidator : IValidateOptions<ExplorationOptions>;
