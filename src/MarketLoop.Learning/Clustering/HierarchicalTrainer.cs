using System.Globalization;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Agglomerative clustering: every row begins alone, and the two nearest clusters join until one is left. Use it on standardised columns.
/// Sources: Ward, JASA 58, 1963; Lance and Williams, Computer Journal 9, 1967; Müllner, arXiv 1109.2378, 2011.
/// </summary>
public static class HierarchicalTrainer
{
    /// <summary>
    /// Makes the tree of the rows, or of a sample when there are more than <see cref="HierarchicalOptions.SampleRows"/>, cuts it, and gives every row to the
    /// nearest centroid of the cut. O(s^2 d + n k d) for a sample of s rows; deterministic by seed, whatever the threads.
    /// </summary>
    /// <param name="rowMajor">n x d values, row-major, finite; not changed.</param>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="columns">d, at least 1.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="ArgumentException">The shape is wrong, there are no rows, a value is not finite, or an option is out of range.</exception>
    public static HierarchicalModel Fit(ReadOnlyMemory<float> rowMajor, int rows, int columns, HierarchicalOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new HierarchicalOptions();
        options.Validate();
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        cancellationToken.ThrowIfCancellationRequested();
        var panels = new RowPanels(rowMajor, columns, offset: null, cancellationToken);
        var sampled = new float[Math.Min(rows, options.SampleRows) * columns];
        foreach (var (i, row) in SeededRandom.Fork(options.Seed, 0).Sample(rows, options.SampleRows).Index())
        {
            panels.CopyRow(row, sampled.AsSpan(i * columns, columns));
        }

        var tree = Grow(sampled, columns, options.Linkage, cancellationToken);
        var clusters = Math.Min(options.Clusters, tree.CountAt(0)); // equal rows are one
        var fit = new LloydRun(panels, Means(sampled, columns, tree.Cut(clusters), clusters)).Assign(cancellationToken);
        return new HierarchicalModel(tree, KMeansModel.Ordered(fit, columns));
    }

    /// <summary>The tree of all rows. O(n^2 d) time; O(n d) memory by Ward's linkage, 4 n^2 bytes by the others.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite; not changed.</param>
    /// <param name="rows">n, at least 1, at most <see cref="HierarchicalOptions.MostWardRows"/> or <see cref="HierarchicalOptions.MostMatrixRows"/>.</param>
    /// <param name="columns">d, at least 1.</param>
    /// <param name="linkage">Distance of clusters.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">The shape is wrong, there are no rows or too many, or a value is not finite or too large to be squared.</exception>
    public static Dendrogram FitTree(ReadOnlyMemory<float> rowMajor, int rows, int columns, Linkage linkage = Linkage.Ward, CancellationToken cancellationToken = default)
    {
        OptionGuard.Within((int)linkage, (int)Linkage.Ward, (int)Linkage.Weighted);
        Tabular.ThrowIfUnusable(rowMajor.Span, rows, columns);
        var most = HierarchicalOptions.MostRows(linkage);
        if (rows > most)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"A tree by {linkage} linkage takes at most {most} rows, and there are {rows}; {nameof(Fit)} makes it of a sample."), nameof(rows));
        }

        var panels = new RowPanels(rowMajor, columns, offset: null, cancellationToken);
        var centred = new float[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            panels.CopyRow(i, centred.AsSpan(i * columns, columns));
        }

        return Grow(centred, columns, linkage, cancellationToken);
    }

    private static Dendrogram Grow(float[] centred, int columns, Linkage linkage, CancellationToken cancellationToken)
    {
        IClusterSpace space = linkage == Linkage.Ward
            ? new WardSpace(centred, columns)
            : new LinkageMatrix(new RowPanels(centred, columns, new double[columns], cancellationToken), linkage, cancellationToken);
        var tree = MergeChain.Run(space, cancellationToken);
        return tree.Merges.IsEmpty || (double.IsFinite(tree.Merges[0].Height) && double.IsFinite(tree.Merges[^1].Height))
            ? tree
            : throw new ArgumentException("Some rows are so far apart that their distance is no number of float; standardise the columns first.", nameof(centred));
    }

    private static float[] Means(float[] rows, int columns, int[] labels, int clusters)
    {
        var sums = new double[clusters * columns];
        var sizes = new int[clusters];
        for (var i = 0; i < labels.Length; i++)
        {
            VectorKernels.AddWide(rows.AsSpan(i * columns, columns), sums.AsSpan(labels[i] * columns, columns));
            sizes[labels[i]]++;
        }

        var means = new float[sums.Length];
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = (float)(sums[i] / sizes[i / columns]);
        }

        return means;
    }
}
