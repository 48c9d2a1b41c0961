using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Analysis.Response;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Targets;

/// <summary>A column that a caller adds to the rows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Its value for a customer, from the history and the book as of the moment. It must not look at or past the moment: <see cref="PointInTimeGuard"/> finds out.</param>
public sealed record RowColumn(string Name, Func<TrainingSnapshot, FeatureBook, CustomerId, DateTimeOffset, float> Read);

/// <summary>Rows for a classifier, taken point in time: features look back from a moment, the label looks ahead. Immutable by convention.</summary>
public sealed class TargetRows
{
    private TargetRows(RowTarget target, IReadOnlyList<string> columns, IReadOnlyList<string> classes)
    {
        Target = target;
        Columns = columns;
        Classes = classes;
    }

    /// <summary>What is asked.</summary>
    public RowTarget Target { get; }

    /// <summary>Names of the columns: <see cref="BehaviourVector.Names"/>, the shares of the most bought categories for <see cref="RowTarget.NextCategory"/>, then the caller's own.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Names of the classes, in order of their labels.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Number of rows.</summary>
    public int Count => Labels.Length;

    /// <summary>The features, row-major, <see cref="Count"/> x <see cref="Columns"/>; all finite.</summary>
    public float[] Matrix { get; private set; } = [];

    /// <summary>The class of each row, a place in <see cref="Classes"/>; for yes and no 1 is yes.</summary>
    public int[] Labels { get; private set; } = [];

    /// <summary>Whose each row is.</summary>
    public CustomerId[] Customers { get; private set; } = [];

    /// <summary>The moment of each row, in order: split by it, and by whole horizons, so that no label overlaps the held-out part.</summary>
    public DateTimeOffset[] Moments { get; private set; } = [];

    /// <summary>Takes the rows of a target.</summary>
    /// <param name="snapshot">The history.</param>
    /// <param name="target">What is asked.</param>
    /// <param name="options">How.</param>
    /// <param name="ownColumns">Columns to add; null for none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Rows in order of (moment, customer); none when the history is shorter than twice the horizon. The same history gives the same rows.</returns>
    /// <exception cref="ArgumentException">The time zone is unknown or an option is out of range.</exception>
    /// <exception cref="MarketLoopException">A row knows what came after its moment, see <see cref="PointInTimeGuard"/>.</exception>
    /// <remarks>Cost: two walks through the history and one row for each customer and moment, at most eight moments a horizon apart (each mail for <see cref="RowTarget.OpensMail"/>, at most as many as of eight moments).</remarks>
    public static TargetRows Build(
        TrainingSnapshot snapshot, RowTarget target, TargetOptions options, IReadOnlyList<RowColumn>? ownColumns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HorizonDays, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ActiveWithinDays, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Categories, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MostRowsPerMoment, 1, nameof(options));
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out TimeZoneInfo? zone))
        {
            throw new ArgumentException($"{options.TimeZone} is no time zone that this machine knows: give an IANA name such as Europe/Berlin.", nameof(options));
        }

        PointInTimeGuard.Check(snapshot);
        TargetLabels labels = new(snapshot, options);
        IReadOnlyList<string> shares = target == RowTarget.NextCategory ? labels.Categories.Take(labels.Categories.Count - 1).ToList() : [];
        RowWriter writer = new(snapshot, zone, shares, ownColumns ?? []);
        TargetRows rows = new(target, writer.Columns, target == RowTarget.NextCategory ? labels.Categories : ["no", "yes"]);
        List<RowAsked> asked = Ask(snapshot, target, options, labels, cancellationToken);
        rows.Matrix = writer.Write(asked, cancellationToken);
        rows.Labels = [.. asked.Select(a => a.Label)];
        rows.Customers = [.. asked.Select(a => a.Customer)];
        rows.Moments = [.. asked.Select(a => a.Moment)];
        Verify(snapshot, asked, rows, blind => new RowWriter(blind, zone, shares, ownColumns ?? []), cancellationToken);
        return rows;
    }

    /// <summary>The rows of the middle moment once more, from a history that ends there.</summary>
    private static void Verify(TrainingSnapshot snapshot, List<RowAsked> asked, TargetRows rows, Func<TrainingSnapshot, RowWriter> writerFor, CancellationToken cancellationToken)
    {
        if (asked.Count == 0)
        {
            return;
        }

        DateTimeOffset moment = asked[asked.Count / 2].Moment;
        int first = asked.FindIndex(a => a.Moment == moment);
        List<RowAsked> there = asked.FindAll(a => a.Moment == moment);
        float[] blind = writerFor(PointInTimeGuard.Blind(snapshot, moment)).Write(there, cancellationToken);
        PointInTimeGuard.Compare(moment, rows.Columns, rows.Matrix.AsSpan(first * rows.Columns.Count, blind.Length), blind);
    }

    private static List<RowAsked> Ask(TrainingSnapshot snapshot, RowTarget target, TargetOptions options, TargetLabels labels, CancellationToken cancellationToken)
    {
        TimeSpan horizon = TimeSpan.FromDays(options.HorizonDays);
        if (snapshot.Interactions.Count == 0)
        {
            return [];
        }

        if (target == RowTarget.OpensMail)
        {
            return AskMails(snapshot, options, labels);
        }

        Dictionary<CustomerId, DateTimeOffset> firstActs = [];
        foreach (Interaction act in snapshot.Interactions)
        {
            bool isBeforeSigningIn = act is { UserId: null, AnonymousId: not null, Customer.IsAnonymous: false }; // at that moment nobody knew whose it is
            if (OwnActs.Contains(act.Kind) && !isBeforeSigningIn)
            {
                firstActs.TryAdd(act.Customer, act.OccurredAt);
            }
        }

        (CustomerId Customer, DateTimeOffset Since)[] everybody = [.. firstActs.Select(f => (f.Key, f.Value)).OrderBy(f => f.Key.ToString(), StringComparer.Ordinal)];
        List<RowAsked> asked = [];
        foreach (DateTimeOffset moment in ResponseRows.Cuts(snapshot.Interactions[0].OccurredAt, snapshot.AsOf, horizon).Order())
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<RowAsked> there = [];
            foreach ((CustomerId customer, DateTimeOffset since) in everybody)
            {
                if (since < moment && LabelOf(customer, moment, target, options, labels) is { } label)
                {
                    there.Add(new RowAsked(customer, moment, label));
                }
            }

            asked.AddRange(Thin(there, options.MostRowsPerMoment));
        }

        return asked;
    }

    private static int? LabelOf(CustomerId customer, DateTimeOffset moment, RowTarget target, TargetOptions options, TargetLabels labels)
    {
        DateTimeOffset until = moment.AddDays(options.HorizonDays);
        bool isAsked = !target.AsksRecentBuyers() || labels.Ordered(customer, moment.AddDays(-options.ActiveWithinDays), moment);
        return !isAsked ? null : target switch
        {
            RowTarget.Buys => labels.Ordered(customer, moment, until) ? 1 : 0,
            RowTarget.Churns => labels.Ordered(customer, moment, until) ? 0 : 1,
            RowTarget.Returns => labels.Returned(customer, moment, until) ? 1 : 0,
            _ => labels.NextCategory(customer, moment, until),
        };
    }

    private static List<RowAsked> AskMails(TrainingSnapshot snapshot, TargetOptions options, TargetLabels labels)
    {
        TimeSpan horizon = TimeSpan.FromDays(options.HorizonDays);
        return Thin(
        [
            .. snapshot.Deliveries
                .Where(d => d is { Channel: Channel.Email, Status: DeliveryStatus.Sent } && d.At + horizon <= snapshot.AsOf)
                .OrderBy(d => d.At).ThenBy(d => d.Customer.ToString(), StringComparer.Ordinal)
                .Select(d => new RowAsked(d.Customer, d.At, labels.Opened(d.Customer, d.Treatment, d.At, d.At + horizon) ? 1 : 0)),
        ],
        ResponseRows.MostCuts * options.MostRowsPerMoment);
    }

    private static List<RowAsked> Thin(List<RowAsked> rows, int most) =>
        rows.Count <= most ? rows : [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Count / most)])];
}

/// <summary>A row to be written.</summary>
internal readonly record struct RowAsked(CustomerId Customer, DateTimeOffset Moment, int Label);
