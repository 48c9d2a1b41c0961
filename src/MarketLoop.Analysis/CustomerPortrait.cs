using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis;

/// <summary>A customer's insight with the product history it rests on. Immutable: it may be read while the next turn interprets.</summary>
/// <param name="Insight">What the room knows of the customer.</param>
/// <param name="History">Products touched, newest first.</param>
public sealed record CustomerPortrait(CustomerInsight Insight, IReadOnlyList<ProductTouch> History);
