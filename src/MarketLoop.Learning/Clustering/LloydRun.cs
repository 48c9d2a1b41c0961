using System.Numerics.Tensors;

namespace MarketLoop.Learning.Clustering;

/// <summary>The way of one start of k-means to a local optimum. Each block of rows keeps its own sums, in double, and changes them only by rows that change sides.</summary>
internal sealed class LloydRun
{
    private readonly RowPanels _panels;
    private readonly CentroidSet _centroids;
    private readonly int[] _labels;
    private readonly double[][] _sums;
    private readonly int[][] _counts;
    private readonly int[] _changes;
    private readonly int[] _sizes;
    private int _iterations;
    private bool _hasConverged;

    public LloydRun(RowPanels panels, float[] start)
    {
        _panels = panels;
        _centroids = new CentroidSet(start, panels.Columns);
        _labels = new int[panels.Count];
        _labels.AsSpan().Fill(-1);
        _sizes = new int[_centroids.Count];
        _changes = new int[panels.Blocks];
        _sums = new double[panels.Blocks][];
        _counts = new int[panels.Blocks][];
        for (var block = 0; block < panels.Blocks; block++)
        {
            _sums[block] = new double[start.Length];
            _counts[block] = new int[_centroids.Count];
        }
    }

    /// <summary>Lloyd's iterations until no label changes or the centroids move at most <paramref name="stillness"/> (squared) together.</summary>
    public ClusterFit Run(int maxIterations, double stillness, CancellationToken cancellationToken)
    {
        while (true)
        {
            _panels.ForBlocks(block => _changes[block] = AssignBlock(block), cancellationToken);
            CountSizes();
            if (_iterations > 0 && TensorPrimitives.Sum<int>(_changes) == 0)
            {
                _hasConverged = true;
                break;
            }

            if (_hasConverged || _iterations == maxIterations)
            {
                break; // labels now belong to the last centroids
            }

            _hasConverged = MoveCentroids(cancellationToken) <= stillness;
            _iterations++;
        }

        return new ClusterFit(_centroids.Values, _sizes, Inertia(cancellationToken), _iterations, _hasConverged, _panels.Offset);
    }

    /// <summary>Sorts the rows in and moves nothing.</summary>
    public ClusterFit Assign(CancellationToken cancellationToken) => Run(0, 0, cancellationToken);

    /// <summary>Sum of a cluster's rows, written to d values.</summary>
    public void SumOf(int cluster, double[] destination)
    {
        Array.Clear(destination);
        foreach (var sums in _sums)
        {
            TensorPrimitives.Add(destination, sums.AsSpan(cluster * destination.Length, destination.Length), destination);
        }
    }

    private int AssignBlock(int block)
    {
        Span<int> labels = stackalloc int[PanelKernels.PanelRows];
        Span<float> scores = stackalloc float[PanelKernels.PanelRows];
        var changed = 0;
        var (first, end) = _panels.RowsOf(block);
        for (var i = first; i < end; i += PanelKernels.PanelRows)
        {
            var panel = _panels.Panel(i);
            _centroids.Nearest(panel, labels, scores);
            var old = _labels.AsSpan(i, Math.Min(PanelKernels.PanelRows, end - i));
            if (old.SequenceEqual(labels[..old.Length]))
            {
                continue;
            }

            for (var lane = 0; lane < old.Length; lane++)
            {
                if (old[lane] != labels[lane])
                {
                    ChangeSides(panel, lane, old[lane], labels[lane], _sums[block], _counts[block]);
                    old[lane] = labels[lane];
                    changed++;
                }
            }
        }

        return changed;
    }

    private void ChangeSides(ReadOnlySpan<float> panel, int lane, int from, int to, double[] sums, int[] counts)
    {
        var columns = _panels.Columns;
        counts[to]++;
        var gains = sums.AsSpan(to * columns, columns);
        for (var j = 0; j < gains.Length; j++)
        {
            gains[j] += panel[(j * PanelKernels.PanelRows) + lane];
        }

        if (from >= 0)
        {
            counts[from]--;
            var loses = sums.AsSpan(from * columns, columns);
            for (var j = 0; j < loses.Length; j++)
            {
                loses[j] -= panel[(j * PanelKernels.PanelRows) + lane];
            }
        }
    }

    private void CountSizes()
    {
        Array.Clear(_sizes);
        foreach (var counts in _counts)
        {
            TensorPrimitives.Add(_sizes, counts, _sizes);
        }
    }

    private double MoveCentroids(CancellationToken cancellationToken)
    {
        // An empty cluster takes the row that is worst served; that row counts as moved, so the run goes on.
        var worst = _sizes.AsSpan().Contains(0) ? WorstServed(cancellationToken) : [];
        var columns = _panels.Columns;
        var total = new double[columns];
        var moved = 0.0;
        var next = 0;
        for (var c = 0; c < _sizes.Length; c++)
        {
            var centroid = _centroids[c];
            if (_sizes[c] == 0)
            {
                if (next < worst.Length)
                {
                    _panels.CopyRow(worst[next++], centroid);
                    moved = double.PositiveInfinity;
                }

                continue;
            }

            SumOf(c, total);
            for (var j = 0; j < columns; j++)
            {
                var mean = (float)(total[j] / _sizes[c]);
                moved += (double)(mean - centroid[j]) * (mean - centroid[j]);
                centroid[j] = mean;
            }
        }

        _centroids.Refresh();
        return moved;
    }

    /// <summary>As many rows as clusters are empty, farthest from their centroids first; rows on their centroid are left out.</summary>
    private int[] WorstServed(CancellationToken cancellationToken)
    {
        var distances = new float[_panels.Count];
        _panels.ForBlocks(block =>
        {
            var (first, end) = _panels.RowsOf(block);
            for (var i = first; i < end; i++)
            {
                distances[i] = (float)SquaredDistance(i);
            }
        }, cancellationToken);
        var worst = new List<int>();
        for (var empty = _sizes.AsSpan().Count(0); empty > 0; empty--)
        {
            var row = TensorPrimitives.IndexOfMax<float>(distances);
            if (!(distances[row] > 0))
            {
                break;
            }

            worst.Add(row);
            distances[row] = 0;
        }

        return [.. worst];
    }

    private double Inertia(CancellationToken cancellationToken)
    {
        var sums = new double[_panels.Blocks];
        _panels.ForBlocks(block =>
        {
            var (first, end) = _panels.RowsOf(block);
            for (var i = first; i < end; i++)
            {
                sums[block] += SquaredDistance(i);
            }
        }, cancellationToken);
        return RowPanels.Total(sums);
    }

    private double SquaredDistance(int row)
    {
        var lane = row % PanelKernels.PanelRows;
        return _centroids.SquaredDistance(_panels.Panel(row - lane), lane, _labels[row]);
    }
}
