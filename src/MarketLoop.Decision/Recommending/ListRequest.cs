using MarketLoop.Decision.Placements;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>What a list of recommendations is asked for with.</summary>
public sealed record ListRequest
{
    /// <summary>Farthest place that a page can reach.</summary>
    public const int FarthestPlace = 1_000;

    /// <summary>Most products of a session or cart that are looked at.</summary>
    public const int MostItems = 100;

    /// <summary>The rules of the place it is for.</summary>
    public required Placement Placement { get; init; }

    /// <summary>For whom; null for a session without an id.</summary>
    public CustomerId? Customer { get; init; }

    /// <summary>Products looked at in this session, newest first, on top of what is known of the customer. They are not left out of the list.</summary>
    public IReadOnlyList<ProductId> Session { get; init; } = [];

    /// <summary>Products the list is to go with, such as a cart's or the product of a page; they are the newest interest and left out of the list.</summary>
    public IReadOnlyList<ProductId> Beside { get; init; } = [];

    /// <summary>Only products of this category, or of one below it; null for all.</summary>
    public string? Category { get; init; }

    /// <summary>Products to leave out.</summary>
    public IReadOnlyCollection<ProductId> Without { get; init; } = [];

    /// <summary>Products wanted, at least 1.</summary>
    public required int Count { get; init; }

    /// <summary>Places to pass over: pages of one list never repeat a product. At least 0; with <see cref="Count"/> at most <see cref="FarthestPlace"/>.</summary>
    public int Offset { get; init; }

    /// <summary>Further candidates wanted for exploration.</summary>
    public int PoolSize { get; init; }

    /// <summary>True to note what each stage did and what each score is the sum of.</summary>
    public bool Explains { get; init; }
}
