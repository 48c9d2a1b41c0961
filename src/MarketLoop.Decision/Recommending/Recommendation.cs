using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>One product recommended, with where it came from and why.</summary>
/// <param name="Product">The product.</param>
/// <param name="Score">What the ranker gave and the re-ranking left; descending in a list, pinned products apart. Comparable within one list only.</param>
/// <param name="Source">What speaks for it most.</param>
/// <param name="Reason">Why, in both languages.</param>
public sealed record Recommendation(ProductId Product, double Score, RecommendationSource Source, LocalizedText Reason)
{
    /// <summary>What the score is the sum of; null unless an explanation was asked for.</summary>
    public IReadOnlyList<ScorePart>? Parts { get; init; }
}

/// <summary>A part of a score.</summary>
/// <param name="Name">A source such as <c>collaborative</c>, or a stage such as <c>diversity</c>.</param>
/// <param name="Value">What it adds; negative where it costs.</param>
public sealed record ScorePart(string Name, double Value);

/// <summary>Where a product of a list came from.</summary>
public enum RecommendationSource
{
    /// <summary>The served preference model, from what the customer looked at and bought.</summary>
    Collaborative,

    /// <summary>What the customer's segment buys.</summary>
    Segment,

    /// <summary>What everybody buys.</summary>
    Popular,

    /// <summary>The rest of the catalogue, in order of product id: a shop that just opened has no favourites yet.</summary>
    Catalogue,

    /// <summary>The owner put it there.</summary>
    Pinned,

    /// <summary>Bought in the same orders as what the customer looks at or has in the cart.</summary>
    Together,

    /// <summary>Wanted in the categories that the customer looked at.</summary>
    Category,

    /// <summary>Bought more often lately than usually.</summary>
    Trending,

    /// <summary>New in the shop.</summary>
    Arrival,

    /// <summary>Bought by this customer before.</summary>
    Reorder,

    /// <summary>Reads like what the customer touched; for products that the preference model does not know yet.</summary>
    Content,
}

/// <summary>A ranked list with its origin.</summary>
/// <param name="Items">Best first, without repeats; shorter than asked for only with a <see cref="Shortfall"/>.</param>
/// <param name="Policy">Name of the policy: the source of the first product that nobody pinned, such as <c>collaborative</c> or <c>popular</c>.</param>
/// <param name="Models">Models used; null when none was.</param>
public sealed record RankedList(IReadOnlyList<Recommendation> Items, string Policy, ModelVersion? Models)
{
    /// <summary>No list at all.</summary>
    public static RankedList Empty { get; } = new([], SourceNames.Of(RecommendationSource.Popular), null);

    /// <summary>Further candidates, best first, each of which may take the place of any item that is not pinned without breaking a rule.</summary>
    public IReadOnlyList<Recommendation> Pool { get; init; } = [];

    /// <summary>Why there are fewer items than asked for; null when there are not.</summary>
    public LocalizedText? Shortfall { get; init; }

    /// <summary>What each stage did; null unless an explanation was asked for.</summary>
    public IReadOnlyList<StageNote>? Stages { get; init; }
}

/// <summary>What a stage did to a list.</summary>
/// <param name="Stage">Its name, such as <c>sources</c> or <c>diversity</c>.</param>
/// <param name="Left">Candidates after it.</param>
/// <param name="Counts">What it counted, by name: candidates by source, removals by cause.</param>
/// <param name="Removed">The first products that it removed, at most 50.</param>
public sealed record StageNote(string Stage, int Left, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<RemovedProduct> Removed);

/// <summary>A product that a stage removed.</summary>
/// <param name="Product">The product.</param>
/// <param name="Cause">Why.</param>
public sealed record RemovedProduct(ProductId Product, RemovalCause Cause);

/// <summary>Why a product is not in a list.</summary>
public enum RemovalCause
{
    /// <summary>It may be in the list.</summary>
    None,

    /// <summary>The catalogue does not know it (any more).</summary>
    Unknown,

    /// <summary>Postage, a bank charge and the like.</summary>
    NoMerchandise,

    /// <summary>Out of stock.</summary>
    SoldOut,

    /// <summary>The placement bans it.</summary>
    Banned,

    /// <summary>The placement's brand rules leave it out.</summary>
    Brand,

    /// <summary>Outside the placement's price band.</summary>
    Price,

    /// <summary>Not of the category asked for.</summary>
    Category,

    /// <summary>The customer bought it.</summary>
    Bought,

    /// <summary>The product whose page it is, in the cart, or left out by the asker.</summary>
    LeftOut,

    /// <summary>As many of its category or brand are in the list as may be.</summary>
    Cap,
}
