using MarketLoop.Analysis.Models;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>What the stages of one list know. Everything in it is of one moment.</summary>
internal sealed record ListContext
{
    public required ListRequest Request { get; init; }

    public required Shelf Shelf { get; init; }

    public required ServingModels Models { get; init; }

    /// <summary>What the customer touched; empty for those who must not be known.</summary>
    public required TouchHistory History { get; init; }

    /// <summary>Who the customer is; null when unknown.</summary>
    public CustomerInsight? Insight { get; init; }

    public required Admission Door { get; init; }

    /// <summary>Places to be filled, from the list's first on: page, pages before it, and the pool.</summary>
    public int Wanted => Request.Offset + Request.Count + Request.PoolSize;
}
