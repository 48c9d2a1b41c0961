using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis;

/// <summary>A customer's insight with the product history it rests on. Immutable: it may be read while the next turn interprets.</summary>
public sealed class CustomerPortrait
{
    private readonly TouchedProducts? touched;

    internal CustomerPortrait(CustomerInsight insight, TouchedProducts? touched)
    {
        Insight = insight;
        this.touched = touched;
    }

    /// <summary>What the room knows of the customer.</summary>
    public CustomerInsight Insight { get; }

    /// <summary>Products touched, newest first; made anew at each call, O(n log n).</summary>
    public IReadOnlyList<ProductTouch> ListTouches() => touched?.List() ?? [];
}
