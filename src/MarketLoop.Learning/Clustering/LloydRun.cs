using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>One start of k-means on centred rows and its way to a local optimum.</summary>
internal sealed class LloydRun(float[] rows, float[] squaredNorms, int columns)
{
    // Blocks depend on the number of rows only, and their sums are added in block order: the same bytes on any number of cores.
    private const int SmallestBlock = 2048;
    private const int MostBlocks = 256;

    private readonly int _blockRows = Math.Max(SmallestBlock, (squaredNorms.Length + MostBlocks - 1) / MostBlocks);
    private readonly int[] _labels = new int[squaredNorms.Length];
    private readonly float[] _distances = new float[squaredNorms.Length];
    private float[] _centroidNorms = [];

    public int Columns => columns;

    public int Clusters { get; private set; }

    public float[] Centroids { get; private set; } = [];

    public int[] Sizes { get; private set; } = [];

    public double Inertia { get; private set; }

    public int Iterations { get; private set; }

    public bool HasConverged { get; private set; }

    public ReadOnlySpan<int> Labels => _labels;

    private int Count => squaredNorms.Length;

    /// <summary>
    /// Greedy k-means++: each next centre is the best of 2 + ln k rows drawn with probability proportional to the squared
    /// distance to the nearest centre so far. Ends early when no row is away from a centre (fewer distinct rows than clusters).
    /// </summary>
    public void Start(int clusters, SeededRandom random, CancellationToken cancellationToken)
    {
        var wanted = Math.Min(clusters, Count);
        var trials = 2 + (int)Math.Log(wanted);
        var centroids = new float[wanted * columns];
        var nearest = new float[Count];
        var candidate = new float[Count];
        var bestCandidate = new float[Count];
        nearest.AsSpan().Fill(float.PositiveInfinity);
        Row(random.NextInt32(Count)).CopyTo(centroids);
        Lower(centroids.AsSpan(0, columns), nearest, nearest);
        var found = 1;
        while (found < wanted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var total = Sum(nearest);
            if (!(total > 0))
            {
                break;
            }

            var best = -1;
            var least = double.PositiveInfinity;
            for (var trial = 0; trial < trials; trial++)
            {
                var row = Draw(nearest, total * random.NextDouble());
                Lower(Row(row), nearest, candidate);
                var potential = Sum(candidate);
                if (potential < least)
                {
                    least = potential;
                    best = row;
                    (candidate, bestCandidate) = (bestCandidate, candidate);
                }
            }

            Row(best).CopyTo(centroids.AsSpan(found * columns));
            (nearest, bestCandidate) = (bestCandidate, nearest);
            found++;
        }

        Clusters = found;
        Centroids = centroids[..(found * columns)];
        _centroidNorms = new float[found];
        Sizes = new int[found];
    }

    /// <summary>Lloyd's iterations until no label changes or the centroids move at most <paramref name="stillness"/> (squared) together.</summary>
    public void Iterate(int maxIterations, double stillness, CancellationToken cancellationToken)
    {
        _labels.AsSpan().Fill(-1);
        var blocks = (Count + _blockRows - 1) / _blockRows;
        var sums = new double[blocks][];
        var counts = new int[blocks][];
        var changes = new int[blocks];
        for (var b = 0; b < blocks; b++)
        {
            sums[b] = new double[Clusters * columns];
            counts[b] = new int[Clusters];
        }

        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        while (true)
        {
            UpdateNorms();
            if (blocks == 1)
            {
                cancellationToken.ThrowIfCancellationRequested();
                changes[0] = AssignBlock(0, sums[0], counts[0]);
            }
            else
            {
                Parallel.For(0, blocks, parallel, b => changes[b] = AssignBlock(b, sums[b], counts[b]));
            }

            if (Iterations > 0 && changes.Sum() == 0)
            {
                HasConverged = true;
                break;
            }

            if (HasConverged || Iterations == maxIterations)
            {
                break; // labels now belong to the last centroids
            }

            HasConverged = MoveCentroids(sums, counts) <= stillness;
            Iterations++;
        }

        for (var c = 0; c < Clusters; c++)
        {
            Sizes[c] = 0;
            for (var b = 0; b < blocks; b++)
            {
                Sizes[c] += counts[b][c];
            }
        }

        Inertia = ExactInertia();
    }

    private int AssignBlock(int block, double[] sums, int[] counts)
    {
        Array.Clear(sums);
        Array.Clear(counts);
        var changed = 0;
        var end = Math.Min(Count, (block + 1) * _blockRows);
        for (var i = block * _blockRows; i < end; i++)
        {
            var row = Row(i);
            var label = VectorKernels.Nearest(row, Centroids, _centroidNorms, out var value);
            _distances[i] = Math.Max(0, value + squaredNorms[i]);
            changed += label == _labels[i] ? 0 : 1;
            _labels[i] = label;
            counts[label]++;
            VectorKernels.AddWide(row, sums.AsSpan(label * columns, columns));
        }

        return changed;
    }

    private double MoveCentroids(double[][] sums, int[][] counts)
    {
        var moved = 0.0;
        var total = new double[columns];
        List<int>? empty = null;
        for (var c = 0; c < Clusters; c++)
        {
            Array.Clear(total);
            var size = 0;
            for (var b = 0; b < sums.Length; b++)
            {
                TensorPrimitives.Add(total, sums[b].AsSpan(c * columns, columns), total);
                size += counts[b][c];
            }

            Sizes[c] = size;
            if (size == 0)
            {
                (empty ??= []).Add(c);
                continue;
            }

            for (var j = 0; j < columns; j++)
            {
                ref var coordinate = ref Centroids[(c * columns) + j];
                var next = (float)(total[j] / size);
                moved += (double)(next - coordinate) * (next - coordinate);
                coordinate = next;
            }
        }

        // An empty cluster takes the row that is worst served; that row counts as moved, so the run goes on.
        foreach (var c in empty ?? [])
        {
            var worst = TensorPrimitives.IndexOfMax<float>(_distances);
            if (!(_distances[worst] > 0))
            {
                continue;
            }

            Row(worst).CopyTo(Centroids.AsSpan(c * columns));
            _distances[worst] = 0;
            moved = double.PositiveInfinity;
        }

        return moved;
    }

    private double ExactInertia()
    {
        var sum = 0.0;
        for (var i = 0; i < Count; i++)
        {
            sum += VectorKernels.SquaredDistance(Row(i), Centroids.AsSpan(_labels[i] * columns, columns));
        }

        return sum;
    }

    private void UpdateNorms()
    {
        for (var c = 0; c < Clusters; c++)
        {
            _centroidNorms[c] = TensorPrimitives.SumOfSquares(Centroids.AsSpan(c * columns, columns));
        }
    }

    private void Lower(ReadOnlySpan<float> centre, ReadOnlySpan<float> nearest, Span<float> destination)
    {
        for (var i = 0; i < Count; i++)
        {
            destination[i] = Math.Min(nearest[i], VectorKernels.SquaredDistance(Row(i), centre));
        }
    }

    private static int Draw(ReadOnlySpan<float> weights, double target)
    {
        var sum = 0.0;
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                sum += weights[i];
                last = i;
                if (sum > target)
                {
                    return i;
                }
            }
        }

        return last;
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    private ReadOnlySpan<float> Row(int index) => rows.AsSpan(index * columns, columns);
}
