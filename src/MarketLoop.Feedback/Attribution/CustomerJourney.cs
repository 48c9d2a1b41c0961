using MarketLoop.Domain;

namespace MarketLoop.Feedback.Attribution;

/// <summary>What one customer was exposed to and what followed, as far as attribution needs it. Each act is in it once. Not thread-safe.</summary>
internal sealed class CustomerJourney
{
    private readonly HashSet<RecordKey> known = [];

    /// <summary>Deliveries that count: sent, shown, withheld.</summary>
    public List<Exposure> Exposures { get; } = [];

    /// <summary>Clicks that name a treatment.</summary>
    public List<ClickAct> Clicks { get; } = [];

    /// <summary>Orders.</summary>
    public List<OrderAct> Orders { get; } = [];

    /// <summary>Refunds.</summary>
    public List<RefundAct> Refunds { get; } = [];

    /// <summary>Takes in an act; false when it is none that counts, or known already.</summary>
    public bool Add(Interaction interaction)
    {
        bool counts = interaction.Kind switch
        {
            InteractionKind.OrderCompleted or InteractionKind.OrderRefunded => true,
            InteractionKind.PromotionClicked or InteractionKind.EmailLinkClicked => TreatmentId.FromToken(interaction.TreatmentToken) is not null,
            _ => false,
        };
        if (!counts || !known.Add(interaction.Key))
        {
            return false;
        }

        switch (interaction.Kind)
        {
            case InteractionKind.OrderCompleted:
                Orders.Add(new OrderAct(interaction.Key, interaction.OrderId, interaction.OccurredAt, interaction.Revenue ?? SumOf(interaction.Lines), interaction.Lines));
                break;
            case InteractionKind.OrderRefunded:
                Refunds.Add(new RefundAct(interaction.Key, interaction.OrderId, interaction.OccurredAt, interaction.Revenue ?? SumOf(interaction.Lines)));
                break;
            default:
                Clicks.Add(new ClickAct(interaction.Key, TreatmentId.FromToken(interaction.TreatmentToken)!.Value, interaction.OccurredAt)); // checked above
                break;
        }

        return true;
    }

    /// <summary>Takes in a delivery; false when it is known already.</summary>
    public bool Add(Exposure exposure)
    {
        if (Exposures.Exists(e => e.Treatment == exposure.Treatment))
        {
            return false;
        }

        Exposures.Add(exposure);
        return true;
    }

    /// <summary>Takes over all that another journey holds: a browser turned out to be this customer's.</summary>
    public void TakeOver(CustomerJourney other)
    {
        other.Exposures.ForEach(e => Add(e));
        Clicks.AddRange(other.Clicks.Where(a => known.Add(a.Key)));
        Orders.AddRange(other.Orders.Where(a => known.Add(a.Key)));
        Refunds.AddRange(other.Refunds.Where(a => known.Add(a.Key)));
    }

    /// <summary>Forgets what ended before a moment. True when nothing is left.</summary>
    public bool Forget(DateTimeOffset before)
    {
        Exposures.RemoveAll(e => e.At < before);
        Forget(Clicks, a => a.At < before, a => a.Key);
        Forget(Orders, a => a.At < before, a => a.Key);
        Forget(Refunds, a => a.At < before, a => a.Key);
        return Exposures.Count + Clicks.Count + Orders.Count + Refunds.Count == 0;
    }

    private void Forget<TAct>(List<TAct> acts, Predicate<TAct> isOld, Func<TAct, RecordKey> keyOf)
    {
        foreach (TAct act in acts.Where(a => isOld(a)))
        {
            known.Remove(keyOf(act));
        }

        acts.RemoveAll(isOld);
    }

    private static decimal SumOf(IReadOnlyList<LineItem> lines) => lines.Sum(l => l.Quantity * (l.UnitPrice ?? 0));
}

/// <summary>A delivery that counts, with what attribution needs of its treatment.</summary>
internal sealed class Exposure(Treatment treatment, CustomerId customer, DateTimeOffset at)
{
    public TreatmentId Treatment { get; } = treatment.Id;

    public CustomerId Customer { get; } = customer;

    public Arm Arm { get; } = treatment.Arm;

    public Channel Channel { get; } = treatment.Channel;

    public string Placement { get; } = treatment.Placement;

    public DateTimeOffset At { get; } = at;

    public IReadOnlyList<ProductId> Items { get; } = [.. treatment.Items.Select(i => i.Product)];

    /// <summary>What was last written down of it; null before anything was.</summary>
    public Figures? Last { get; set; }

    /// <summary>True when a customer of the control arm was left out: nothing was there to be touched by.</summary>
    public bool IsWithheld => Arm == Arm.Control && Channel != Channel.OnSite;

    public bool Shows(IReadOnlyList<LineItem> lines) => lines.Any(l => Items.Contains(l.Product));
}

/// <summary>A click on a treatment.</summary>
internal sealed record ClickAct(RecordKey Key, TreatmentId Treatment, DateTimeOffset At);

/// <summary>An order.</summary>
internal sealed record OrderAct(RecordKey Key, string? OrderId, DateTimeOffset At, decimal Revenue, IReadOnlyList<LineItem> Lines);

/// <summary>A refund.</summary>
internal sealed record RefundAct(RecordKey Key, string? OrderId, DateTimeOffset At, decimal Amount);

/// <summary>The measured part of an outcome.</summary>
internal sealed record Figures(int Clicks, int Orders, int OrdersOfShownItems, decimal Revenue, int CreditedOrders, decimal CreditedRevenue, bool IsFinal)
{
    public static Figures Of(Outcome outcome) =>
        new(outcome.Clicks, outcome.Orders, outcome.OrdersOfShownItems, outcome.Revenue, outcome.CreditedOrders, outcome.CreditedRevenue, outcome.IsFinal);

    /// <summary>True when there is something to tell that was not told.</summary>
    public bool IsNewsAfter(Figures? last) => last is null ? this != new Figures(0, 0, 0, 0, 0, 0, IsFinal: false) : this != last;
}
