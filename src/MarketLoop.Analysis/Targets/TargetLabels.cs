using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Targets;

/// <summary>The future, for labels only: when each customer ordered, returned, opened, and what. Never shown to a feature.</summary>
internal sealed class TargetLabels
{
    private const string Other = "other";
    private readonly Dictionary<CustomerId, List<(long Ticks, string? Category)>> orders = [];
    private readonly Dictionary<CustomerId, List<(long Ticks, string? Treatment)>> opens = [];
    private readonly Dictionary<CustomerId, List<long>> refunds = [];
    private readonly IReadOnlyDictionary<ProductId, string?> categoryOf;

    public TargetLabels(TrainingSnapshot snapshot, TargetOptions options)
    {
        categoryOf = snapshot.Products.ToDictionary(p => p.Id, p => p.Category);
        foreach (Interaction interaction in snapshot.Interactions)
        {
            switch (interaction.Kind)
            {
                case InteractionKind.OrderCompleted:
                    Note(orders, interaction.Customer, (interaction.OccurredAt.UtcTicks, CategoryOf(interaction)));
                    break;
                case InteractionKind.OrderRefunded:
                    Note(refunds, interaction.Customer, interaction.OccurredAt.UtcTicks);
                    break;
                case InteractionKind.EmailOpened or InteractionKind.EmailLinkClicked:
                    Note(opens, interaction.Customer, (interaction.OccurredAt.UtcTicks, TreatmentId.FromToken(interaction.TreatmentToken)?.Value));
                    break;
                default:
                    break;
            }
        }

        Array.ForEach([.. orders.Values], list => list.Sort());
        Array.ForEach([.. refunds.Values], list => list.Sort());
        Categories =
        [
            .. orders.Values.SelectMany(list => list).Where(order => order.Category is not null).CountBy(order => order.Category!) // filtered
                .OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Take(options.Categories).Select(count => count.Key),
            Other,
        ];
    }

    /// <summary>The most bought categories, and "other" behind them.</summary>
    public IReadOnlyList<string> Categories { get; }

    public bool Ordered(CustomerId customer, DateTimeOffset from, DateTimeOffset until) => FirstOrder(customer, from, until) is not null;

    public bool Returned(CustomerId customer, DateTimeOffset from, DateTimeOffset until) =>
        refunds.TryGetValue(customer, out List<long>? times) && times.Exists(ticks => ticks >= from.UtcTicks && ticks < until.UtcTicks);

    /// <summary>True when this mail was opened; an opening that names no mail counts for any.</summary>
    public bool Opened(CustomerId customer, TreatmentId mail, DateTimeOffset from, DateTimeOffset until) =>
        opens.TryGetValue(customer, out List<(long Ticks, string? Treatment)>? found)
        && found.Exists(o => o.Ticks >= from.UtcTicks && o.Ticks < until.UtcTicks && (o.Treatment is null || string.Equals(o.Treatment, mail.Value, StringComparison.Ordinal)));

    /// <summary>Place of the next order's category among <see cref="Categories"/>; null without an order.</summary>
    public int? NextCategory(CustomerId customer, DateTimeOffset from, DateTimeOffset until)
    {
        if (FirstOrder(customer, from, until) is not { } order)
        {
            return null;
        }

        int place = order.Category is null ? -1 : Categories.ToList().IndexOf(order.Category);
        return place < 0 ? Categories.Count - 1 : place;
    }

    private (long Ticks, string? Category)? FirstOrder(CustomerId customer, DateTimeOffset from, DateTimeOffset until)
    {
        if (!orders.TryGetValue(customer, out List<(long Ticks, string? Category)>? times))
        {
            return null;
        }

        int next = times.FindIndex(order => order.Ticks >= from.UtcTicks);
        return next >= 0 && times[next].Ticks < until.UtcTicks ? times[next] : null;
    }

    private string? CategoryOf(Interaction order) =>
        order.Lines.Where(line => line.IsMerchandise)
            .OrderByDescending(line => line.Quantity * (line.UnitPrice ?? 0m)).ThenBy(line => line.Product.Value, StringComparer.Ordinal)
            .Select(line => categoryOf.GetValueOrDefault(line.Product)).FirstOrDefault();

    private static void Note<T>(Dictionary<CustomerId, List<T>> known, CustomerId customer, T item)
    {
        if (!known.TryGetValue(customer, out List<T>? items))
        {
            known.Add(customer, items = []);
        }

        items.Add(item);
    }
}
