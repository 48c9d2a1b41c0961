using MarketLoop.Domain;

namespace MarketLoop.Analysis.Intent;

/// <summary>What is evaluated, and how.</summary>
public sealed record IntentOptions
{
    /// <summary>Column to predict; null takes the last one.</summary>
    public string? Target { get; init; }

    /// <summary>Its value that counts as positive, all others being negative; null where the target has two values: true, yes, 1 and the like, otherwise the rarer one.</summary>
    public string? Positive { get; init; }

    /// <summary>Columns left out.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>Number of folds when <see cref="FoldColumns"/> are not given; at least 2. Default 10.</summary>
    public int Folds { get; init; } = 10;

    /// <summary>One or more given sortings into folds: a name, and for each row of the file its fold.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<int> FoldOfRow)> FoldColumns { get; init; } = [];

    /// <summary>Seed of all randomness. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Cost of taking a negative row for a positive one; both costs together set the threshold. Null: the best F1 sets it.</summary>
    public double? CostFalsePositive { get; init; }

    /// <summary>Cost of missing a positive row.</summary>
    public double? CostFalseNegative { get; init; }

    /// <summary>After so long the remaining folds try three quick candidates only, and the report says so; null for never. The result then depends on the machine.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>Training parts worked on at once; 0 for one a core. Changes no result.</summary>
    public int Threads { get; init; }

    internal void Validate()
    {
        if (FoldColumns.Count == 0 && Folds < 2)
        {
            throw new MarketLoopException($"{Folds} folds are too few: at least 2 are needed.");
        }

        if (CostFalsePositive is null != CostFalseNegative is null || CostFalsePositive is <= 0 || CostFalseNegative is <= 0)
        {
            throw new MarketLoopException("The costs of the two mistakes go together, and each must be above 0.");
        }
    }
}
