using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis;

/// <summary>A customer's insight with the product history it rests on. Immutable: it may be read while the next turn interprets.</summary>
public sealed class CustomerPortrait
{
    private readonly PackedInsight insight;
    private readonly TouchedProducts? touched;

    internal CustomerPortrait(PackedInsight insight, TouchedProducts? touched)
    {
        this.insight = insight;
        this.touched = touched;
    }

    /// <summary>The customer.</summary>
    public CustomerId Customer => insight.Customer;

    /// <summary>The moment the insight was true.</summary>
    public DateTimeOffset AsOf => insight.AsOf;

    /// <summary>Index of the customer's segment; null before a model of them is trained.</summary>
    public int? Segment => insight.Segment;

    /// <summary>What the room knows of the customer; made anew at each call, in microseconds.</summary>
    public CustomerInsight Insight => insight.Open();

    /// <summary>Products touched, newest first; made anew at each call, O(n log n).</summary>
    public IReadOnlyList<ProductTouch> ListTouches() => touched?.List() ?? [];
}
