namespace MarketLoop.Learning.Clustering;

/// <summary>Centroids in both of their forms: row-major as they are moved, and packed as <see cref="PanelKernels.Nearest"/> reads them.</summary>
internal sealed class CentroidSet
{
    private readonly float[] _packed;
    private readonly float[] _halfNorms;

    public CentroidSet(float[] rowMajor, int columns)
    {
        Values = rowMajor;
        Columns = columns;
        Count = rowMajor.Length / columns;
        var filled = (Count + PanelKernels.Group - 1) / PanelKernels.Group * PanelKernels.Group;
        _packed = new float[filled * columns];
        _halfNorms = new float[filled];
        Refresh();
    }

    public int Count { get; }

    public int Columns { get; }

    /// <summary>k x d, row-major; after a change <see cref="Refresh"/> is due.</summary>
    public float[] Values { get; }

    public Span<float> this[int cluster] => Values.AsSpan(cluster * Columns, Columns);

    /// <summary>Takes over what was changed in <see cref="Values"/>.</summary>
    public void Refresh() => PanelKernels.Pack(Values, Columns, _packed, _halfNorms);

    /// <summary>Nearest centroid of each row of a panel.</summary>
    public void Nearest(ReadOnlySpan<float> panel, Span<int> labels, Span<float> scores) => PanelKernels.Nearest(panel, _packed, _halfNorms, labels, scores);

    /// <summary>Squared distance of one row of a panel to a centroid, by differences, in double.</summary>
    public double SquaredDistance(ReadOnlySpan<float> panel, int lane, int cluster)
    {
        var centroid = this[cluster];
        var sum = 0.0;
        for (var j = 0; j < centroid.Length; j++)
        {
            double difference = panel[(j * PanelKernels.PanelRows) + lane] - centroid[j];
            sum += difference * difference;
        }

        return sum;
    }
}
