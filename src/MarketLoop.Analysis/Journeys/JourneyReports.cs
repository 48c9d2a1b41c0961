using System.Diagnostics;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Journeys;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Funnels, retention and paths over the event log. Thread-safe.</summary>
/// <remarks>Browsers and merged customers are resolved by all that is known today: a report describes people, and is nothing to learn from.</remarks>
public sealed class JourneyReports
{
    private const string Other = "(other)";

    private readonly JourneyReader reader;
    private readonly IEventLog log;
    private readonly ICatalogStore catalog;
    private readonly Analyst analyst;
    private readonly TimeZoneInfo zone;

    /// <summary>Makes them; nothing is read yet.</summary>
    public JourneyReports(JourneyReader reader, IEventLog log, ICatalogStore catalog, Analyst analyst, IOptions<AnalysisOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.reader = reader;
        this.log = log;
        this.catalog = catalog;
        this.analyst = analyst;
        zone = TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone ?? "UTC");
    }

    /// <summary>What customers do in this shop: names of events, most frequent first.</summary>
    public async Task<IReadOnlyList<NamedCount>> ListActsAsync(CancellationToken cancellationToken) =>
        [.. (await reader.CountNamesAsync(TimeWindow.Everything, cancellationToken)).Where(each => OwnActs.Contains(each.Kind))];

    /// <summary>How far people come along some steps. O(events).</summary>
    /// <exception cref="ArgumentException">The request has faults.</exception>
    public async Task<FunnelReport> FunnelAsync(FunnelRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Refuse(request.Faults(), nameof(request));
        long start = Stopwatch.GetTimestamp();
        SegmentMembership? membership = request.BySegment ? await SegmentMembership.ReadAsync(analyst, log, cancellationToken) : null;
        JourneyQuery query = new([.. request.Steps.Select(step => ActSpec.Read(step, catalog))], JourneyPeriod.Of(request.From, request.Until))
        {
            GroupOf = membership is null ? null : membership.GroupOf,
        };
        FunnelCount count = new(request.Steps.Count, request.WindowDays, membership?.Count ?? 1);
        await foreach (JourneyBatch batch in reader.ReadAsync(query, cancellationToken))
        {
            count.Add(batch, cancellationToken);
        }

        List<FunnelSegment> segments = [];
        if (membership is not null)
        {
            segments.AddRange(membership.Names.Select(pair => new FunnelSegment(pair.Value, count.Of(pair.Key, request.Steps))));
            segments.Add(new FunnelSegment(null, count.Of(0, request.Steps)));
        }

        return new FunnelReport(request.WindowDays, count.Of(null, request.Steps), segments, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Who comes back, by the period in which they began. Two scans, O(events), and 16 bytes for each person.</summary>
    /// <exception cref="ArgumentException">The request has faults.</exception>
    public async Task<RetentionReport> RetentionAsync(RetentionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Refuse(request.Faults(), nameof(request));
        long start = Stopwatch.GetTimestamp();
        // The first act ever counts, so history before the period is read, too.
        JourneyQuery query = new([ActSpec.Read(request.First, catalog), ActSpec.Read(request.Returning, catalog)], JourneyPeriod.Of(null, request.Until));
        RetentionCount count = new(new PeriodClock(zone, request.Unit), request.Periods, request.From);
        await reader.VisitAsync(query, [count.Begin, count.Return], cancellationToken);
        (IReadOnlyList<RetentionCohort> cohorts, IReadOnlyList<double?> shares) = count.Finish();
        return new RetentionReport(request.Unit, cohorts, shares, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Where visits lead from an event, or come from. O(events).</summary>
    /// <exception cref="ArgumentException">The request has faults.</exception>
    public async Task<PathReport> PathsAsync(PathRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Refuse(request.Faults(), nameof(request));
        long start = Stopwatch.GetTimestamp();
        TimeWindow window = JourneyPeriod.Of(request.Since, request.Until);
        List<NamedCount> counts = [.. (await reader.CountNamesAsync(window, cancellationToken)).Where(each => OwnActs.Contains(each.Kind))];
        NamedCount? wanted = (request.From ?? request.To) is { } text ? Find(counts, text) : null;
        if (counts.Count == 0 || (wanted is null && (request.From ?? request.To) is not null))
        {
            return new PathReport(0, 0, request.To is not null, [], Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        IEnumerable<NamedCount> frequent = counts.Where(each => each != wanted);
        List<string> names = [.. (wanted is null ? frequent : frequent.Prepend(wanted)).Take(request.Events).Select(each => each.Name)];
        List<ActFilter> acts = [.. names.Select(name => new ActFilter { Name = name, Kinds = OwnActs.Kinds }), new ActFilter { Kinds = OwnActs.Kinds }];
        PathCount count = new(request, [.. names, Other], wanted is null ? null : 0);
        await foreach (JourneyBatch batch in reader.ReadAsync(new JourneyQuery(acts, window), cancellationToken))
        {
            count.Add(batch, cancellationToken);
        }

        return count.Finish(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    // The name as it was sent, else any of the same meaning.
    private static NamedCount? Find(List<NamedCount> counts, string text)
    {
        InteractionKind kind = EventNames.KindOf(text.Trim());
        return counts.Find(each => string.Equals(each.Name, text.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? (kind == InteractionKind.Custom ? null : counts.Find(each => each.Kind == kind));
    }

    private static void Refuse(IEnumerable<RequestFault> faults, string parameter)
    {
        string text = string.Join("; ", faults.Select(fault => $"{fault.Field}: {fault.Message}"));
        if (text.Length > 0)
        {
            throw new ArgumentException(text, parameter);
        }
    }
}
