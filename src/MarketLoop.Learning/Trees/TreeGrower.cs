using System.Globalization;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Trees;

/// <summary>Drives a native run tree by tree and turns what it grew into a model of ours.</summary>
internal static class TreeGrower
{
    private const string ThreadsName = "num_threads";
    private const int FewestForThreads = 1_000_000; // values; below, threads wait for each other longer than they work
    private const int Groves = 4; // whatever the machine, so that the trees are the same on all

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

        var threads = int.Parse(parameters[ThreadsName], CultureInfo.InvariantCulture);
        threads = threads == 0 && sample.RowMajor.Length < FewestForThreads ? 1 : threads;
        using var turn = LightGbmThreads.Enter(threads, cancellationToken);
        using var booster = new LightGbmBooster(sample, new Dictionary<string, string>(parameters, StringComparer.Ordinal) { [ThreadsName] = Text(threads) });
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

        return new TreeEnsembleModel(LightGbmText.Read([booster.Text(bestRound)], sample.Mean, scale), sample.Columns, scale, hasOneClass: false);
    }

    /// <summary>
    /// Grows trees that do not depend on each other: four groves side by side, each by one thread. Threads that share one tree wait for each other at every split, which takes longer than the
    /// split where leaves hold few rows.
    /// </summary>
    public static TreeEnsembleModel GrowForest(TreeSample sample, Func<ulong, Dictionary<string, string>> parametersOf, ulong seed, int trees, int threads, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (sample.HasOneClass)
        {
            return TreeEnsembleModel.Constant(sample.Rate, sample.Columns, TreeScale.Probability);
        }

        using var turn = LightGbmThreads.Enter(1, cancellationToken);
        var texts = new string[Math.Min(Groves, trees)];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellationToken };
        Parallel.For(0, texts.Length, parallel, grove =>
        {
            var parameters = parametersOf(grove == 0 ? seed : SeededRandom.Fork(seed, (ulong)grove).NextBits());
            parameters[ThreadsName] = Text(1);
            using var booster = new LightGbmBooster(sample, parameters);
            for (var tree = grove; tree < trees && booster.TryGrow(); tree += texts.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            texts[grove] = booster.Text(0);
        });
        return new TreeEnsembleModel(LightGbmText.Read(texts, sample.Mean, TreeScale.Probability), sample.Columns, TreeScale.Probability, hasOneClass: false);
    }

    /// <summary>What all tree learners tell LightGBM alike.</summary>
    public static Dictionary<string, string> Parameters(ulong seed, int threads, int maxLeaves, int maxDepth, int minRowsPerLeaf, double l2) => new(StringComparer.Ordinal)
    {
        ["seed"] = Text((int)(new SeededRandom(seed).NextBits() >> 33)),
        [ThreadsName] = Text(threads),
        ["num_leaves"] = Text(maxLeaves),
        ["max_depth"] = Text(maxDepth == 0 ? -1 : maxDepth),
        ["min_data_in_leaf"] = Text(minRowsPerLeaf),
        ["lambda_l2"] = LightGbmBooster.Text(l2),
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
