using MarketLoop.Analysis.Segmentation;
using MarketLoop.Learning.Clustering;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Evaluation;

/// <summary>The segments that serve beside other algorithms, and beside what is found where there is nothing.</summary>
internal static class SegmentComparison
{
    private const int SilhouetteRows = 2_000;
    private static readonly Linkage[] Linkages = [Linkage.Ward, Linkage.Average, Linkage.Complete];

    public static IReadOnlyList<SegmentAlgorithm> Compare(SegmentFit fit, int seed, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (fit.Rows is not { } rows || fit.Clusters is not { } serving)
        {
            return [];
        }

        List<SegmentAlgorithm> algorithms = [Judge("k-means", rows, serving, fit.Assignments, seed, cancellationToken)];
        foreach (Linkage linkage in Linkages)
        {
            string name = $"{linkage.ToString().ToLowerInvariant()} linkage";
            progress?.Report($"comparing with {name}");
            HierarchicalOptions options = new() { Linkage = linkage, Clusters = serving.Clusters, Seed = unchecked((ulong)seed) };
            HierarchicalModel tree = HierarchicalTrainer.Fit(rows.ForClustering, rows.Count, SegmentRows.Columns, options, cancellationToken);
            algorithms.Add(Judge(tree.Tree.Leaves < rows.Count ? $"{name} on a sample" : name, rows, tree.Cut, fit.Assignments, seed, cancellationToken));
        }

        return algorithms;
    }

    public static SegmentControl? Control(SegmentFit fit, int seed, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (fit.Rows is not { } rows || fit.Clusters is not { } serving)
        {
            return null;
        }

        progress?.Report("the same with features exchanged among customers");
        float[] exchanged = Exchange(rows.ForClustering, SegmentRows.Columns, unchecked((ulong)seed));
        ClusterCountChoice choice = ClusterCountSelector.Choose(
            exchanged, rows.Count, SegmentRows.Columns, new ClusterCountOptions { Seed = unchecked((ulong)seed) }, cancellationToken);
        KMeansModel model = KMeansTrainer.Fit(
            exchanged, rows.Count, SegmentRows.Columns, new KMeansOptions { Clusters = serving.Clusters, Restarts = 8, Seed = unchecked((ulong)seed) }, cancellationToken);
        double silhouette = ClusterSilhouette.Of(exchanged, model, SilhouetteRows, unchecked((ulong)seed), cancellationToken);
        double real = ClusterSilhouette.Of(rows.ForClustering, serving, SilhouetteRows, unchecked((ulong)seed), cancellationToken);
        return new SegmentControl(choice.Clusters, choice.HasStructure, silhouette, choice.GapClusters, real - silhouette);
    }

    private static SegmentAlgorithm Judge(string name, SegmentRows rows, KMeansModel model, int[] assignments, int seed, CancellationToken cancellationToken)
    {
        int[] labels = new int[rows.Count];
        model.AssignAll(rows.ForClustering, labels);
        double silhouette = ClusterSilhouette.Of(rows.ForClustering, model, SilhouetteRows, unchecked((ulong)seed), cancellationToken);
        return new SegmentAlgorithm(name, silhouette, ClusterAgreement.AdjustedRandIndex(assignments, labels), model.Sizes.ToArray());
    }

    // Each column in an order of its own.
    private static float[] Exchange(float[] rows, int columns, ulong seed)
    {
        float[] exchanged = new float[rows.Length];
        float[] column = new float[rows.Length / columns];
        for (int c = 0; c < columns; c++)
        {
            for (int i = 0; i < column.Length; i++)
            {
                column[i] = rows[(i * columns) + c];
            }

            SeededRandom.Fork(seed, (ulong)c).Shuffle<float>(column);
            for (int i = 0; i < column.Length; i++)
            {
                exchanged[(i * columns) + c] = column[i];
            }
        }

        return exchanged;
    }
}
