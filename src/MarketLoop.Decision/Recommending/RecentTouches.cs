using System.Runtime.InteropServices;
using MarketLoop.Analysis;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>That a customer looked at, took or bought a product. Small, because tens of thousands of customers' are kept.</summary>
/// <param name="Ticks">When, in UTC ticks.</param>
/// <param name="Message">Hash of source, message id and product: what arrives twice counts once.</param>
/// <param name="Kind">Viewed, added or bought.</param>
/// <param name="Product">What.</param>
internal readonly record struct RecentTouch(long Ticks, int Message, InteractionKind Kind, ProductId Product)
{
    /// <summary>Newest first, then by product: one order whatever the run.</summary>
    public static int Order(RecentTouch a, RecentTouch b) =>
        a.Ticks != b.Ticks ? b.Ticks.CompareTo(a.Ticks)
        : string.CompareOrdinal(a.Product.Value, b.Product.Value) is not 0 and int byProduct ? byProduct // before the hash, which differs between runs
        : a.Message.CompareTo(b.Message);

    /// <summary>The touches of an interaction; none when it touches no product.</summary>
    public static void Collect(Interaction interaction, List<RecentTouch> into)
    {
        if (interaction.Kind is not (InteractionKind.ProductViewed or InteractionKind.ProductAdded or InteractionKind.OrderCompleted))
        {
            return;
        }

        for (int i = 0; i < interaction.Lines.Count; i++)
        {
            LineItem line = interaction.Lines[i];
            if (line.IsMerchandise)
            {
                into.Add(new RecentTouch(interaction.OccurredAt.UtcTicks, HashCode.Combine(interaction.Source, interaction.MessageId, line.Product), interaction.Kind, line.Product));
            }
        }
    }
}

/// <summary>A customer's last touches, newest first. Immutable but for a memory of its last merge; thread-safe.</summary>
internal sealed class RecentTouches(RecentTouch[] newest)
{
    private readonly RecentTouch[] newest = newest;
    private Merged? last;

    /// <summary>Nothing.</summary>
    public static RecentTouches None { get; } = new([]);

    /// <summary>How many.</summary>
    public int Count => newest.Length;

    /// <summary>The history with a portrait: made once for each pair, so that a customer who only asks again costs nothing.</summary>
    public TouchHistory MergeWith(CustomerPortrait? portrait)
    {
        Merged? known = Volatile.Read(ref last);
        if (known is null || !ReferenceEquals(known.Portrait, portrait))
        {
            known = new Merged(portrait, TouchHistory.Merge(portrait, newest));
            if (newest.Length > 0 || portrait is not null)
            {
                Volatile.Write(ref last, known);
            }
        }

        return known.History;
    }

    /// <summary>With more touches; those known already count once, and only the newest stay.</summary>
    /// <param name="more">In any order; sorted here.</param>
    /// <param name="limit">Most that stay.</param>
    public RecentTouches With(List<RecentTouch> more, int limit)
    {
        if (more.Count == 0)
        {
            return this;
        }

        more.Sort(RecentTouch.Order);
        return With(CollectionsMarshal.AsSpan(more), limit);
    }

    /// <summary>With the touches of another.</summary>
    public RecentTouches With(RecentTouches more, int limit) => more.Count == 0 ? this : Count == 0 && more.Count <= limit ? more : With(more.newest, limit);

    // Both in order; what is in both counts once.
    private RecentTouches With(ReadOnlySpan<RecentTouch> more, int limit)
    {
        RecentTouch[] merged = new RecentTouch[Math.Min(newest.Length + more.Length, limit)];
        int count = 0;
        int old = 0;
        int fresh = 0;
        while (count < merged.Length && (old < newest.Length || fresh < more.Length))
        {
            int order = old == newest.Length ? 1 : fresh == more.Length ? -1 : RecentTouch.Order(newest[old], more[fresh]);
            RecentTouch next = order <= 0 ? newest[old] : more[fresh];
            old += order <= 0 ? 1 : 0;
            fresh += order >= 0 ? 1 : 0;
            if (count == 0 || RecentTouch.Order(merged[count - 1], next) != 0)
            {
                merged[count++] = next;
            }
        }

        return new RecentTouches(count == merged.Length ? merged : merged[..count]);
    }

    private sealed record Merged(CustomerPortrait? Portrait, TouchHistory History);
}
