using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Ward's distance from means and sizes alone, 2 |A| |B| / (|A| + |B|) |mean A - mean B|^2: memory O(n d) instead of O(n^2), and a search for the
/// nearest cluster is one pass over panels that stay in the cache.
/// </summary>
internal sealed class WardSpace : IClusterSpace
{
    private readonly int _columns;
    private float[] _means;
    private float[] _sizes;
    private float[] _distances;
    private float[] _factors;
    private float[] _sums;
    private float[] _unreached;
    private LivingSlots _living;

    /// <param name="rowMajor">n x d centred values.</param>
    /// <param name="columns">d.</param>
    public WardSpace(ReadOnlySpan<float> rowMajor, int columns)
    {
        _columns = columns;
        Slots = rowMajor.Length / columns;
        _means = new float[Width(Slots) * columns];
        _sizes = new float[Width(Slots)];
        _sizes.AsSpan().Fill(1);
        for (var slot = 0; slot < Slots; slot++)
        {
            for (var j = 0; j < columns; j++)
            {
                _means[Place(slot, j)] = rowMajor[(slot * columns) + j];
            }
        }

        (_distances, _factors, _sums, _unreached) = Buffers(_sizes.Length);
        _living = new LivingSlots(Slots, _sizes.Length);
    }

    public int Slots { get; private set; }

    public bool IsAlive(int slot) => _living.IsAlive(slot);

    public int Nearest(int slot, int preferred)
    {
        Measure(slot);
        return _living.Nearest(_distances, slot, preferred);
    }

    public double Join(int kept, int gone)
    {
        double keptSize = _sizes[kept];
        double goneSize = _sizes[gone];
        var squared = 0.0;
        for (var j = 0; j < _columns; j++)
        {
            ref var mean = ref _means[Place(kept, j)];
            var difference = (double)_means[Place(gone, j)] - mean;
            squared += difference * difference;
            mean = (float)(mean + (difference * goneSize / (keptSize + goneSize)));
        }

        _sizes[kept] += _sizes[gone];
        _living.Remove(gone);
        var raised = 2 * keptSize * goneSize / (keptSize + goneSize) * squared;
        return raised <= float.MaxValue ? Math.Sqrt(raised) : double.PositiveInfinity; // beyond that the search was blind
    }

    public int[] Compact()
    {
        var living = _living.All();
        for (var slot = 0; slot < living.Length; slot++)
        {
            _sizes[slot] = _sizes[living[slot]];
            for (var j = 0; j < _columns; j++)
            {
                _means[Place(slot, j)] = _means[Place(living[slot], j)];
            }
        }

        Slots = living.Length;
        Array.Resize(ref _sizes, Width(Slots));
        Array.Resize(ref _means, Width(Slots) * _columns);
        (_distances, _factors, _sums, _unreached) = Buffers(_sizes.Length);
        _living = new LivingSlots(Slots, _sizes.Length);
        return living;
    }

    private void Measure(int slot)
    {
        Span<float> centre = _columns <= VectorKernels.FloatRun ? stackalloc float[_columns] : new float[_columns];
        for (var j = 0; j < _columns; j++)
        {
            centre[j] = _means[Place(slot, j)];
        }

        for (var first = 0; first < _sizes.Length; first += PanelKernels.PanelRows)
        {
            PanelKernels.Lower(_means.AsSpan(first * _columns, PanelKernels.PanelRows * _columns), centre, _unreached, _distances.AsSpan(first, PanelKernels.PanelRows));
        }

        TensorPrimitives.Multiply(_sizes, _sizes[slot], _factors);
        TensorPrimitives.Add(_sizes, _sizes[slot], _sums);
        TensorPrimitives.Divide(_factors, _sums, _factors);
        TensorPrimitives.Multiply(_distances, _factors, _distances);
    }

    private int Place(int slot, int column)
    {
        var lane = slot % PanelKernels.PanelRows;
        return ((slot - lane) * _columns) + (column * PanelKernels.PanelRows) + lane;
    }

    private static int Width(int slots) => (slots + PanelKernels.PanelRows - 1) / PanelKernels.PanelRows * PanelKernels.PanelRows;

    private static (float[] Distances, float[] Factors, float[] Sums, float[] Unreached) Buffers(int width)
    {
        var unreached = new float[PanelKernels.PanelRows];
        unreached.AsSpan().Fill(float.PositiveInfinity);
        return (new float[width], new float[width], new float[width], unreached);
    }
}
