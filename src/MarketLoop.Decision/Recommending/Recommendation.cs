using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>One product recommended, with where it came from and why.</summary>
/// <param name="Product">The product.</param>
/// <param name="Score">The ranker's score; comparable only within one source.</param>
/// <param name="Source">Which step of the fallback found it.</param>
/// <param name="Reason">Why, in both languages.</param>
public sealed record Recommendation(ProductId Product, double Score, RecommendationSource Source, LocalizedText Reason);

/// <summary>The steps of the fallback, in order.</summary>
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
}

/// <summary>A ranked list with its origin.</summary>
/// <param name="Items">Best first, without repeats; shorter than asked for when the catalogue has no more.</param>
/// <param name="Policy">Name of the policy, such as <c>collaborative</c> or <c>popular</c>.</param>
/// <param name="Models">Models used; null when none was.</param>
public sealed record RankedList(IReadOnlyList<Recommendation> Items, string Policy, ModelVersion? Models);
