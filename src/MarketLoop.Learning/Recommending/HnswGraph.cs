namespace MarketLoop.Learning.Recommending;

/// <summary>The links of a hierarchical navigable small world: 2M an item on the lowest level, M on each level above that it reaches. -1 fills what is free.</summary>
internal sealed class HnswGraph
{
    public HnswGraph(FactorSide items, int links, byte[] levels)
    {
        Items = items;
        Links = links;
        Levels = levels;
        UpperStarts = new int[levels.Length];
        var upper = 0L;
        for (var item = 0; item < levels.Length; item++)
        {
            UpperStarts[item] = (int)Math.Min(upper, int.MaxValue);
            upper += (long)levels[item] * links;
        }

        if (upper > Array.MaxLength || 2L * links * levels.Length > Array.MaxLength)
        {
            throw new ArgumentException($"{levels.Length} items with {links} links each are more than one graph can hold.", nameof(items));
        }

        Lowest = new int[2 * links * levels.Length];
        Upper = new int[upper];
        Lowest.AsSpan().Fill(-1);
        Upper.AsSpan().Fill(-1);
    }

    public FactorSide Items { get; }

    /// <summary>M.</summary>
    public int Links { get; }

    /// <summary>The highest level of each item.</summary>
    public byte[] Levels { get; }

    public int[] Lowest { get; }

    public int[] Upper { get; }

    /// <summary>An item of the highest level, where every search starts.</summary>
    public int Entry { get; set; }

    private int[] UpperStarts { get; }

    /// <summary>Places for the links of an item on a level it reaches; those used come first.</summary>
    public Span<int> LinksOf(int item, int level) =>
        level == 0 ? Lowest.AsSpan(item * 2 * Links, 2 * Links) : Upper.AsSpan(UpperStarts[item] + ((level - 1) * Links), Links);
}
