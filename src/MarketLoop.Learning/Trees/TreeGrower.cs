using System.Globalization;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Trees;

/// <summary>Drives a native run tree by tree and turns what it grew into a model of ours.</summary>
internal static class TreeGrower
{
    /// <summary>Grows <paramref name="rounds"/> trees, or fewer when nothing can be split any more.</summary>
    public static TreeEnsembleModel Grow(
        TreeSample sample, IReadOnlyDictionary<string, string> parameters, int rounds, TreeScale scale, CancellationToken cancellationToken) =>
        GrowWatched(sample, parameters, rounds, scale, stopping: null, cancellationToken);

    /// <summary>The same, ending after <see cref="EarlyStopping.Patience"/> trees that brought nothing and keeping those up to the best.</summary>
    public static TreeEnsembleModel GrowWatched(
        TreeSample sample, IReadOnlyDictionary<string, string> parameters, int rounds, TreeScale scale, EarlyStopping? stopping, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (sample.HasOneClass)
        {
            return TreeEnsembleModel.Constant(sample.Rate, sample.Columns, scale);
        }

        using var booster = new LightGbmBooster(sample, parameters);
        if (stopping is not null)
        {
            booster.Watch(stopping.RowMajor.Span, TreeSample.TargetsOf(stopping.Labels.Span));
        }

        var (bestRound, leastLoss) = (0, double.PositiveInfinity);
        for (var round = 1; round <= rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!booster.TryGrow())
            {
                break;
            }

            if (stopping is null)
            {
                continue;
            }

            var loss = booster.ValidationLoss();
            if (loss < leastLoss)
            {
                (bestRound, leastLoss) = (round, loss);
            }
            else if (round - bestRound >= stopping.Patience)
            {
                break;
            }
        }

        return new TreeEnsembleModel(LightGbmText.Read(booster.Text(bestRound), sample.Mean, scale), sample.Columns, scale, hasOneClass: false);
    }

    /// <summary>What all tree learners tell LightGBM alike.</summary>
    public static Dictionary<string, string> Parameters(ulong seed, int threads, int maxLeaves, int maxDepth, int minRowsPerLeaf, double l2) => new(StringComparer.Ordinal)
    {
        ["seed"] = Text((int)(new SeededRandom(seed).NextBits() >> 33)),
        ["num_threads"] = Text(threads),
        ["num_leaves"] = Text(maxLeaves),
        ["max_depth"] = Text(maxDepth == 0 ? -1 : maxDepth),
        ["min_data_in_leaf"] = Text(minRowsPerLeaf),
        ["lambda_l2"] = LightGbmBooster.Text(l2),
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
