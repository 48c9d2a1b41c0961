using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// First centroids. Sources: Arthur and Vassilvitskii, "k-means++", SODA 2007; Bahmani, Moseley, Vattani, Kumar and Vassilvitskii,
/// "Scalable k-means++", PVLDB 5, 2012.
/// </summary>
/// <param name="panels">The rows.</param>
/// <param name="weights">What each row counts; null for one each.</param>
internal sealed class ClusterStart(RowPanels panels, float[]? weights = null)
{
    private const int Rounds = 5;
    private const int Oversampling = 2;

    // Four times what k-means++ asks for: a pass over the rows costs the same for all of them, and planted clusters are then nearly always all hit.
    private const int TrialsFactor = 4;

    private readonly double[] _potentials = new double[panels.Blocks];

    /// <summary>
    /// Greedy k-means++: each next centre is the best of 4 (2 + ln k) rows drawn with probability proportional to the squared
    /// distance to the nearest centre so far. Ends early when no row is away from a centre (fewer distinct rows than clusters).
    /// Returns the centres found, row-major. O(n k d ln k) in 2 k passes.
    /// </summary>
    public float[] Greedy(int clusters, SeededRandom random, CancellationToken cancellationToken)
    {
        var wanted = Math.Min(clusters, panels.Count);
        var columns = panels.Columns;
        var centres = new float[wanted * columns];
        var nearest = Unreached();
        var tried = new float[TrialsFactor * (2 + (int)Math.Log(wanted)) * columns];
        panels.CopyRow(random.NextInt32(panels.Count), centres);
        Lower(centres.AsMemory(0, columns), nearest, cancellationToken);
        var found = 1;
        while (found < wanted)
        {
            var total = RowPanels.Total(_potentials);
            if (!(total > 0))
            {
                break;
            }

            for (var start = 0; start < tried.Length; start += columns)
            {
                panels.CopyRow(Draw(nearest, total * random.NextDouble()), tried.AsSpan(start, columns));
            }

            var best = centres.AsMemory(found * columns, columns);
            tried.AsMemory(BestOf(tried, nearest, cancellationToken) * columns, columns).CopyTo(best);
            Lower(best, nearest, cancellationToken);
            found++;
        }

        return centres[..(found * columns)];
    }

    /// <summary>
    /// k-means||: five rounds that each take every row with probability 2 k d^2 / (sum of d^2), then greedy k-means++ among the rows taken, each
    /// weighing as many rows as it is nearest to. O(10 n k d) in five passes, whatever k.
    /// </summary>
    public static float[] Parallel(RowPanels panels, int clusters, SeededRandom random, CancellationToken cancellationToken)
    {
        var start = new ClusterStart(panels);
        var nearest = start.Unreached();
        var owners = new int[panels.Count];
        var candidates = new List<float>();
        var first = new float[panels.Columns];
        panels.CopyRow(random.NextInt32(panels.Count), first);
        candidates.AddRange(first);
        start.Lower(first, nearest, cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            var total = RowPanels.Total(start._potentials);
            if (!(total > 0))
            {
                break;
            }

            var taken = start.Take(nearest, Oversampling * (double)clusters / total, random.NextBits(), cancellationToken);
            var known = candidates.Count / panels.Columns;
            candidates.AddRange(taken);
            start.Approach(taken, known, nearest, owners, cancellationToken);
        }

        var counts = new float[candidates.Count / panels.Columns];
        foreach (var owner in owners)
        {
            counts[owner]++;
        }

        var among = new RowPanels(candidates.ToArray(), panels.Columns, offset: null, cancellationToken);
        var centres = new ClusterStart(among, counts).Greedy(clusters, random, cancellationToken);
        for (var i = 0; i < centres.Length; i++)
        {
            centres[i] += (float)among.Offset[i % panels.Columns]; // candidates were centred anew among themselves
        }

        return centres;
    }

    // Rows that only fill the last panel are at no distance, so that they never count.
    private float[] Unreached()
    {
        var nearest = new float[(panels.Count + PanelKernels.PanelRows - 1) / PanelKernels.PanelRows * PanelKernels.PanelRows];
        nearest.AsSpan(0, panels.Count).Fill(float.PositiveInfinity);
        return nearest;
    }

    private void Lower(ReadOnlyMemory<float> centre, float[] nearest, CancellationToken cancellationToken) => panels.ForBlocks(block =>
    {
        var (first, end) = panels.RowsOf(block);
        for (var i = first; i < end; i += PanelKernels.PanelRows)
        {
            PanelKernels.Lower(panels.Panel(i), centre.Span, nearest.AsSpan(i, PanelKernels.PanelRows), nearest.AsSpan(i, PanelKernels.PanelRows));
        }

        _potentials[block] = Potential(nearest, first, end);
    }, cancellationToken);

    /// <summary>The one of several rows that would leave the least potential; of equals the first.</summary>
    private int BestOf(float[] tried, float[] nearest, CancellationToken cancellationToken)
    {
        var columns = panels.Columns;
        var trials = tried.Length / columns;
        var left = new double[panels.Blocks][];
        panels.ForBlocks(block =>
        {
            Span<float> lowered = stackalloc float[PanelKernels.PanelRows];
            var (first, end) = panels.RowsOf(block);
            left[block] = new double[trials];
            for (var i = first; i < end; i += PanelKernels.PanelRows)
            {
                var panel = panels.Panel(i);
                var before = nearest.AsSpan(i, PanelKernels.PanelRows);
                for (var trial = 0; trial < trials; trial++)
                {
                    var centre = tried.AsSpan(trial * columns, columns);
                    if (weights is null)
                    {
                        left[block][trial] += PanelKernels.Lower(panel, centre, before, []);
                        continue;
                    }

                    PanelKernels.Lower(panel, centre, before, lowered);
                    var rows = Math.Min(PanelKernels.PanelRows, end - i);
                    left[block][trial] += VectorKernels.DotWide(lowered[..rows], weights.AsSpan(i, rows));
                }
            }
        }, cancellationToken);
        var potentials = new double[trials];
        foreach (var ofBlock in left)
        {
            TensorPrimitives.Add(potentials, ofBlock, potentials);
        }

        return TensorPrimitives.IndexOfMin<double>(potentials);
    }

    private double Potential(float[] nearest, int first, int end) => weights is null
        ? VectorKernels.SumWide(nearest.AsSpan(first, end - first))
        : VectorKernels.DotWide(nearest.AsSpan(first, end - first), weights.AsSpan(first, end - first));

    // The block is found by its sum, the row within it by walking.
    private int Draw(float[] nearest, double target)
    {
        var block = 0;
        while (block < panels.Blocks - 1 && target >= _potentials[block])
        {
            target -= _potentials[block];
            block++;
        }

        var (first, end) = panels.RowsOf(block);
        var last = first;
        var sum = 0.0;
        for (var i = first; i < end; i++)
        {
            var weight = nearest[i] * (weights is null ? 1.0 : weights[i]);
            if (weight > 0)
            {
                sum += weight;
                last = i;
                if (sum > target)
                {
                    break;
                }
            }
        }

        return last;
    }

    private float[] Take(float[] nearest, double rate, ulong seed, CancellationToken cancellationToken)
    {
        var taken = new List<float>[panels.Blocks];
        panels.ForBlocks(block =>
        {
            var random = SeededRandom.Fork(seed, (ulong)block);
            var (first, end) = panels.RowsOf(block);
            var row = new float[panels.Columns];
            taken[block] = [];
            for (var i = first; i < end; i++)
            {
                if (random.NextDouble() < rate * nearest[i])
                {
                    panels.CopyRow(i, row);
                    taken[block].AddRange(row);
                }
            }
        }, cancellationToken);
        return [.. taken.SelectMany(rows => rows)];
    }

    private void Approach(float[] taken, int known, float[] nearest, int[] owners, CancellationToken cancellationToken)
    {
        if (taken.Length == 0)
        {
            return;
        }

        var candidates = new CentroidSet(taken, panels.Columns);
        panels.ForBlocks(block =>
        {
            Span<int> labels = stackalloc int[PanelKernels.PanelRows];
            Span<float> scores = stackalloc float[PanelKernels.PanelRows];
            var (first, end) = panels.RowsOf(block);
            for (var i = first; i < end; i++)
            {
                var lane = (i - first) % PanelKernels.PanelRows;
                var panel = panels.Panel(i - lane);
                if (lane == 0)
                {
                    candidates.Nearest(panel, labels, scores);
                }

                var distance = (float)candidates.SquaredDistance(panel, lane, labels[lane]);
                if (distance < nearest[i])
                {
                    nearest[i] = distance;
                    owners[i] = known + labels[lane];
                }
            }

            _potentials[block] = Potential(nearest, first, end);
        }, cancellationToken);
    }
}
