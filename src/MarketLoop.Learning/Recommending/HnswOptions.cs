using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How a graph for the search of items is built.</summary>
public sealed record HnswOptions
{
    /// <summary>Links M of an item on the upper levels, half of those on the lowest, 2..256. Default 16. Raising it finds more, and costs 8 bytes an item each, and time.</summary>
    public int Links { get; init; } = 16;

    /// <summary>Width of the search for an item's links while building, 1..10,000. Default 200. Raising it makes the graph better and the build longer.</summary>
    public int BuildWidth { get; init; } = 200;

    /// <summary>Width of a search, 1..10,000. Default 128. Raising it finds more and takes longer.</summary>
    public int SearchWidth { get; init; } = 128;

    /// <summary>Seed of the levels and the order of insertion. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Validate()
    {
        OptionGuard.Within(Links, 2, 256);
        OptionGuard.Within(BuildWidth, 1, 10_000);
        OptionGuard.Within(SearchWidth, 1, 10_000);
    }
}
