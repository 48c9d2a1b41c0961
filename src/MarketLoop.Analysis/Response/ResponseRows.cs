using MarketLoop.Analysis.Features;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Response;

/// <summary>One customer at one moment, and whether a purchase followed.</summary>
/// <param name="At">The moment; features look back from it, the label looks ahead.</param>
/// <param name="Features">A row of <see cref="FeatureVector"/>.</param>
/// <param name="IsExperiment">True for a promotion decided (either arm); false for an ordinary day.</param>
/// <param name="IsContacted">True when the promotion was sent.</param>
/// <param name="Bought">True when an order followed within the horizon.</param>
internal sealed record ResponseRow(DateTimeOffset At, float[] Features, bool IsExperiment, bool IsContacted, bool Bought);

/// <summary>Builds rows point in time: one book walks through the history and is asked at each cut date and at each promotion.</summary>
internal sealed class ResponseRows
{
    private const int MostCuts = 8;
    private const int MostCustomersPerCut = 20_000;

    private readonly TrainingSnapshot snapshot;
    private readonly TimeSpan horizon;
    private readonly Dictionary<CustomerId, List<long>> purchases = [];
    private readonly Dictionary<CustomerId, List<long>> contacts = [];

    private ResponseRows(TrainingSnapshot snapshot, TimeSpan horizon)
    {
        this.snapshot = snapshot;
        this.horizon = horizon;
        foreach (Interaction order in snapshot.Interactions.Where(i => i.Kind == InteractionKind.OrderCompleted))
        {
            Note(purchases, order.Customer, order.OccurredAt);
        }

        foreach (Outcome mail in Mails().Where(o => o.Arm == Arm.Treated))
        {
            Note(contacts, mail.Customer, mail.DeliveredAt);
        }

        foreach (List<long> times in purchases.Values.Concat(contacts.Values))
        {
            times.Sort();
        }
    }

    /// <summary>Cut dates of ordinary days, newest first: a horizon apart, so that no label is counted twice.</summary>
    public static IReadOnlyList<DateTimeOffset> Cuts(DateTimeOffset from, DateTimeOffset until, TimeSpan horizon)
    {
        List<DateTimeOffset> cuts = [];
        for (DateTimeOffset cut = until - horizon; cut >= from + horizon && cuts.Count < MostCuts; cut -= horizon)
        {
            cuts.Add(cut);
        }

        return cuts;
    }

    /// <summary>All rows in order of time.</summary>
    public static List<ResponseRow> Build(TrainingSnapshot snapshot, TimeZoneInfo zone, TimeSpan horizon, CancellationToken cancellationToken) =>
        new ResponseRows(snapshot, horizon).Walk(zone, cancellationToken);

    private List<ResponseRow> Walk(TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        if (snapshot.Interactions.Count == 0)
        {
            return [];
        }

        HashSet<DateTimeOffset> cuts = [.. Cuts(snapshot.Interactions[0].OccurredAt, snapshot.AsOf, horizon)];
        ILookup<DateTimeOffset, Outcome> mails = Mails()
            .Where(o => o.DeliveredAt + horizon <= snapshot.AsOf)
            .OrderBy(o => o.Treatment.Value, StringComparer.Ordinal)
            .ToLookup(o => o.DeliveredAt);
        FeatureBook book = new(zone);
        foreach (Interaction interaction in snapshot.Interactions)
        {
            book.Add(interaction);
        }

        List<ResponseRow> rows = [];
        PriceScale? prices = null;
        int pricedOn = -1;
        foreach (DateTimeOffset moment in cuts.Concat(mails.Select(m => m.Key)).Distinct().Order())
        {
            cancellationToken.ThrowIfCancellationRequested();
            book.AdvanceTo(moment);
            if (prices is null || pricedOn != book.Today)
            {
                prices = book.Products.PriceScale(snapshot.Products);
                pricedOn = book.Today;
            }

            foreach (Outcome mail in mails[moment])
            {
                AddRow(rows, book, prices, mail.Customer, isExperiment: true, mail.Arm == Arm.Treated);
            }

            if (cuts.Contains(moment))
            {
                foreach (CustomerId customer in Thin([.. book.Customers]).Where(c => !IsNearContact(c, moment)))
                {
                    AddRow(rows, book, prices, customer, isExperiment: false, isContacted: false);
                }
            }
        }

        return rows;
    }

    private void AddRow(List<ResponseRow> rows, FeatureBook book, PriceScale prices, CustomerId customer, bool isExperiment, bool isContacted)
    {
        if (book.Compute(customer, prices) is { } features)
        {
            float[] row = new float[FeatureVector.Length];
            FeatureVector.Write(features, row);
            rows.Add(new ResponseRow(book.AsOf, row, isExperiment, isContacted, AnyWithin(purchases, book.Resolve(customer), book.AsOf, book.AsOf + horizon)));
        }
    }

    // An ordinary day shortly before or after a promotion is none: the promotion would be counted as the customer's own will.
    private bool IsNearContact(CustomerId customer, DateTimeOffset moment) => AnyWithin(contacts, customer, moment - horizon, moment + horizon);

    private IEnumerable<Outcome> Mails() => snapshot.Outcomes.Where(o => o.Channel == Channel.Email);

    private static CustomerId[] Thin(CustomerId[] customers) =>
        customers.Length <= MostCustomersPerCut
            ? customers
            : [.. Enumerable.Range(0, MostCustomersPerCut).Select(i => customers[(int)((long)i * customers.Length / MostCustomersPerCut)])];

    private static void Note(Dictionary<CustomerId, List<long>> times, CustomerId customer, DateTimeOffset at)
    {
        if (!times.TryGetValue(customer, out List<long>? known))
        {
            times.Add(customer, known = []);
        }

        known.Add(at.UtcTicks);
    }

    private static bool AnyWithin(Dictionary<CustomerId, List<long>> times, CustomerId customer, DateTimeOffset from, DateTimeOffset until)
    {
        if (!times.TryGetValue(customer, out List<long>? known))
        {
            return false;
        }

        int found = known.BinarySearch(from.UtcTicks);
        int next = found >= 0 ? found : ~found;
        return next < known.Count && known[next] < until.UtcTicks;
    }
}
