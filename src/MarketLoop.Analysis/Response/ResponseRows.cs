using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Response;

/// <summary>One customer at one moment, and whether a purchase followed.</summary>
/// <param name="At">The moment; features look back from it, the label looks ahead.</param>
/// <param name="Features">A row of <see cref="FeatureVector"/>.</param>
/// <param name="IsExperiment">True for a promotion decided (either arm); false for an ordinary day.</param>
/// <param name="IsContacted">True when the promotion was sent.</param>
/// <param name="Bought">True when an order followed within the horizon.</param>
/// <param name="Weight">How many rows this one stands for: above 1 where it speaks for customers whose own row a message has spoiled.</param>
internal sealed record ResponseRow(DateTimeOffset At, float[] Features, bool IsExperiment, bool IsContacted, bool Bought, double Weight);

/// <summary>Builds rows point in time: one book walks through the history and is asked at each cut date and at each promotion.</summary>
/// <remarks>
/// An ordinary day close to a message says what the message did as well as what the customer would do alone, so it is left out. But messages go to likely buyers:
/// leaving them out alone would teach that likely buyers do not buy. The customers for whom the same message was decided and withheld (the control arm, drawn by chance)
/// stand in for them, each weighing 1 / P(control): inverse probability of censoring weights, Robins and Rotnitzky 1992. Without a control arm nothing is left out.
/// </remarks>
internal sealed class ResponseRows
{
    /// <summary>Most moments at which ordinary days are looked at.</summary>
    public const int MostCuts = 8;

    private const int MostCustomersPerCut = 20_000;

    private readonly TrainingSnapshot snapshot;
    private readonly TimeSpan horizon;
    private readonly Dictionary<CustomerId, List<long>> purchases = [];
    private readonly Dictionary<CustomerId, List<long>> sent = [];
    private readonly Dictionary<CustomerId, List<long>> withheld = [];

    private ResponseRows(TrainingSnapshot snapshot, TimeSpan horizon)
    {
        this.snapshot = snapshot;
        this.horizon = horizon;
        foreach (Interaction order in snapshot.Interactions.Where(i => i.Kind == InteractionKind.OrderCompleted))
        {
            Note(purchases, order.Customer, order.OccurredAt);
        }

        NoteMessages();
        foreach (List<long> times in purchases.Values.Concat(sent.Values).Concat(withheld.Values))
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
        BookFeed feed = new(book, snapshot.Interactions);
        List<ResponseRow> rows = [];
        PriceScale? prices = null;
        int pricedOn = -1;
        foreach (DateTimeOffset moment in cuts.Concat(mails.Select(m => m.Key)).Distinct().Order())
        {
            cancellationToken.ThrowIfCancellationRequested();
            feed.AdvanceTo(moment);
            if (prices is null || pricedOn != book.Today)
            {
                prices = book.Products.PriceScale(snapshot.Products);
                pricedOn = book.Today;
            }

            foreach (Outcome mail in mails[moment])
            {
                AddRow(rows, moment, book, prices, mail.Customer, isExperiment: true, mail.Arm == Arm.Treated, weight: 1);
            }

            if (cuts.Contains(moment))
            {
                foreach (CustomerId customer in Thin([.. book.Customers]))
                {
                    AddRow(rows, moment, book, prices, customer, isExperiment: false, isContacted: false, WeightOf(customer, moment));
                }
            }
        }

        return rows;
    }

    private void AddRow(List<ResponseRow> rows, DateTimeOffset moment, FeatureBook book, PriceScale prices, CustomerId customer, bool isExperiment, bool isContacted, double weight)
    {
        if (weight > 0 && book.Compute(customer, prices) is { } features)
        {
            PointInTimeGuard.Check(customer, moment, book.SeenUntil(customer));
            float[] row = new float[FeatureVector.Length];
            FeatureVector.Write(features, row);
            rows.Add(new ResponseRow(moment, row, isExperiment, isContacted, AnyWithin(purchases, book.Resolve(customer), moment, moment + horizon), weight));
        }
    }

    private double WeightOf(CustomerId customer, DateTimeOffset moment)
    {
        if (withheld.Count == 0)
        {
            return 1;
        }

        return AnyWithin(sent, customer, moment - horizon, moment + horizon) ? 0
            : AnyWithin(withheld, customer, moment - horizon, moment + horizon) ? 1 + ((double)sent.Count / withheld.Count)
            : 1;
    }

    // From the deliveries, not from the outcomes: an outcome may not be told yet while nothing came of the message, and that silence would be taken for an ordinary day.
    private void NoteMessages()
    {
        HashSet<TreatmentId> messages = [.. snapshot.Treatments.Where(t => t.Channel != Channel.OnSite).Select(t => t.Id)];
        foreach (Delivery delivery in snapshot.Deliveries.Where(d => messages.Contains(d.Treatment)))
        {
            if (delivery.Status is DeliveryStatus.Sent or DeliveryStatus.Withheld)
            {
                Note(delivery.Status == DeliveryStatus.Sent ? sent : withheld, delivery.Customer, delivery.At);
            }
        }
    }

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
