namespace MarketLoop.Learning.Clustering;

/// <summary>Clusters in slots with a distance between any two, of which two become one. Distances are symmetric to the last bit: the chain ends by that.</summary>
internal interface IClusterSpace
{
    /// <summary>Slots, those that are gone included.</summary>
    int Slots { get; }

    /// <summary>Whether a slot holds a cluster.</summary>
    bool IsAlive(int slot);

    /// <summary>The nearest living cluster to one; of equals <paramref name="preferred"/> (when not negative), then the lowest slot.</summary>
    int Nearest(int slot, int preferred);

    /// <summary>Joins a cluster to another, whose slot stays; returns their distance.</summary>
    double Join(int kept, int gone);

    /// <summary>Drops the slots that are gone, keeping the order of the others, and returns which old slot each new one was.</summary>
    int[] Compact();
}
