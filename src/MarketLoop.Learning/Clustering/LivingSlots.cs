using System.Numerics.Tensors;

namespace MarketLoop.Learning.Clustering;

/// <summary>Which slots of a cluster space live, as a penalty that is added to distances: 0 or infinity.</summary>
internal sealed class LivingSlots
{
    private readonly float[] _penalties;
    private readonly float[] _penalised;

    /// <param name="slots">Slots that live.</param>
    /// <param name="width">Slots with those that only fill a panel; at least as many.</param>
    public LivingSlots(int slots, int width)
    {
        _penalties = new float[width];
        _penalised = new float[width];
        _penalties.AsSpan(slots).Fill(float.PositiveInfinity);
    }

    public bool IsAlive(int slot) => _penalties[slot] == 0;

    public void Remove(int slot) => _penalties[slot] = float.PositiveInfinity;

    /// <summary>The living slots, ascending.</summary>
    public int[] All() => [.. Enumerable.Range(0, _penalties.Length).Where(IsAlive)];

    /// <summary>The nearest living slot other than one; of equals the preferred (when not negative), then the lowest. O(slots).</summary>
    public int Nearest(ReadOnlySpan<float> distances, int slot, int preferred)
    {
        TensorPrimitives.Add(distances, _penalties, _penalised);
        _penalised[slot] = float.PositiveInfinity;
        var nearest = TensorPrimitives.IndexOfMin<float>(_penalised);
        if (preferred >= 0 && distances[preferred] <= _penalised[nearest])
        {
            return preferred;
        }

        // Distances beyond the range of float say nothing any more: any living one will do.
        return float.IsFinite(_penalised[nearest]) ? nearest : All().First(other => other != slot);
    }
}
