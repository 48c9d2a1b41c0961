using System.Numerics.Tensors;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// All distances of clusters as a square of floats, so that a cluster's distances lie together: twice the memory of a triangle, whose columns
/// would cost a cache miss each. Joining follows Lance and Williams, Computer Journal 9, 1967.
/// </summary>
internal sealed class LinkageMatrix : IClusterSpace
{
    private readonly Linkage _linkage;
    private readonly float[] _distances;
    private float[] _sizes;
    private LivingSlots _living;

    /// <summary>Measures n rows. O(n^2 d), parallel; 4 n^2 bytes.</summary>
    public LinkageMatrix(RowPanels rows, Linkage linkage, CancellationToken cancellationToken)
    {
        _linkage = linkage;
        Slots = rows.Count;
        _distances = GC.AllocateUninitializedArray<float>(Slots * Slots);
        _sizes = new float[Slots];
        _sizes.AsSpan().Fill(1);
        _living = new LivingSlots(Slots, Slots);
        Parallel.For(0, Slots, new ParallelOptions { CancellationToken = cancellationToken }, slot => Measure(rows, slot));
    }

    public int Slots { get; private set; }

    public bool IsAlive(int slot) => _living.IsAlive(slot);

    public int Nearest(int slot, int preferred) => _living.Nearest(Row(slot), slot, preferred);

    public double Join(int kept, int gone)
    {
        var row = Row(kept);
        var other = Row(gone);
        double height = row[gone];
        switch (_linkage)
        {
            case Linkage.Complete:
                TensorPrimitives.Max(row, other, row);
                break;
            case Linkage.SingleLink:
                TensorPrimitives.Min(row, other, row);
                break;
            default:
                var share = _linkage == Linkage.Weighted ? 0.5f : _sizes[gone] / (_sizes[kept] + _sizes[gone]);
                TensorPrimitives.Lerp(row, other, share, row);
                break;
        }

        _sizes[kept] += _sizes[gone];
        _living.Remove(gone);
        for (var slot = 0; slot < Slots; slot++)
        {
            if (_living.IsAlive(slot))
            {
                _distances[(slot * Slots) + kept] = row[slot];
            }
        }

        return height;
    }

    public int[] Compact()
    {
        var living = _living.All();
        for (var a = 0; a < living.Length; a++)
        {
            var from = living[a] * Slots;
            var to = a * living.Length; // never beyond what is still to be read
            for (var b = 0; b < living.Length; b++)
            {
                _distances[to + b] = _distances[from + living[b]];
            }
        }

        _sizes = Array.ConvertAll(living, slot => _sizes[slot]);
        Slots = living.Length;
        _living = new LivingSlots(Slots, Slots);
        return living;
    }

    private void Measure(RowPanels rows, int slot)
    {
        Span<float> unreached = stackalloc float[PanelKernels.PanelRows];
        Span<float> measured = stackalloc float[PanelKernels.PanelRows];
        unreached.Fill(float.PositiveInfinity);
        var centre = new float[rows.Columns];
        rows.CopyRow(slot, centre);
        var row = Row(slot);
        for (var first = 0; first < Slots; first += PanelKernels.PanelRows)
        {
            PanelKernels.Lower(rows.Panel(first), centre, unreached, measured);
            measured[..Math.Min(PanelKernels.PanelRows, Slots - first)].CopyTo(row[first..]);
        }

        TensorPrimitives.Sqrt(row, row);
    }

    private Span<float> Row(int slot) => _distances.AsSpan(slot * Slots, Slots);
}
