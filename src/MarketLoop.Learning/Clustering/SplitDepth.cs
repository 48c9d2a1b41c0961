using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Looks for clusters that hide two. The silhouette alone misses them: two groups close to each other beside a far third are judged
/// well served by one centroid. Each cluster is split by 2-means and the halves are compared along the line between their means by
/// Ashman's D = sqrt(2) |m1 - m2| / sqrt(s1^2 + s2^2) (Ashman, Bird and Zepf, Astron. J. 108, 1994), which does not depend on how
/// unequal the halves are. Cut in two, a normal cloud gives 2.65, an exponential one about the same, a uniform one 3.46.
/// </summary>
internal static class SplitDepth
{
    /// <summary>Beyond what any unimodal cloud reaches; two normal groups get D = their distance in deviations.</summary>
    public const double Deep = 4.5;

    private const int FewestRows = 10;

    /// <summary>Whether some cluster of a model falls apart into two groups of at least 1 % of the rows each. O(n d).</summary>
    public static bool HasHiddenClusters(ReadOnlySpan<float> rowMajor, KMeansModel model, ulong seed, CancellationToken cancellationToken)
    {
        var columns = model.Columns;
        var rows = rowMajor.Length / columns;
        var labels = new int[rows];
        model.AssignAll(rowMajor, labels);
        var fewest = Math.Max(FewestRows, rows / 100);
        for (var cluster = 0; cluster < model.Clusters; cluster++)
        {
            var members = Members(rowMajor, labels, cluster, columns);
            var count = members.Length / columns;
            // A direction found in few rows of many columns splits noise deeply.
            if (count >= Math.Max(2 * fewest, 4 * columns) && Of(members, count, columns, fewest, seed, cancellationToken) > Deep)
            {
                return true;
            }
        }

        return false;
    }

    private static double Of(float[] members, int count, int columns, int fewest, ulong seed, CancellationToken cancellationToken)
    {
        var halves = KMeansTrainer.Fit(members, count, columns, new KMeansOptions { Clusters = 2, Seed = seed }, cancellationToken);
        if (halves.Clusters < 2 || halves.Sizes[1] < fewest)
        {
            return 0;
        }

        var axis = new float[columns];
        TensorPrimitives.Subtract(halves.Centroid(1), halves.Centroid(0), axis);
        Span<double> sums = stackalloc double[2];
        Span<double> squares = stackalloc double[2];
        Span<int> sizes = stackalloc int[2];
        var origin = TensorPrimitives.Dot(halves.Centroid(0), axis);
        for (var i = 0; i < count; i++)
        {
            var row = members.AsSpan(i * columns, columns);
            var half = halves.Assign(row);
            double along = TensorPrimitives.Dot(row, axis) - origin;
            sums[half] += along;
            squares[half] += along * along;
            sizes[half]++;
        }

        var (first, second) = (sums[0] / sizes[0], sums[1] / sizes[1]);
        var spread = (squares[0] / sizes[0]) - (first * first) + (squares[1] / sizes[1]) - (second * second);
        return spread > 0 ? Math.Sqrt(2 / spread) * Math.Abs(first - second) : double.PositiveInfinity;
    }

    private static float[] Members(ReadOnlySpan<float> rowMajor, int[] labels, int cluster, int columns)
    {
        var members = new float[labels.Count(label => label == cluster) * columns];
        var filled = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] == cluster)
            {
                rowMajor.Slice(i * columns, columns).CopyTo(members.AsSpan(filled));
                filled += columns;
            }
        }

        return members;
    }
}
