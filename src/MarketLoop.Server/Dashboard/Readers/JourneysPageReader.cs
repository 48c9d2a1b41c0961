using MarketLoop.Analysis.Journeys;
using MarketLoop.Data.EventLog;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>A report with the names that its form offers.</summary>
/// <param name="Acts">What customers do here.</param>
/// <param name="Asked">What was asked, defaults filled in.</param>
/// <param name="Report">The answer; null when the request has faults, or the shop has no events.</param>
/// <param name="Faults">Fields that do not hold.</param>
public sealed record JourneyAnswer<TRequest, TReport>(ActNames Acts, TRequest Asked, TReport? Report, IReadOnlyList<RequestFault> Faults)
    where TReport : class;

/// <summary>Reads the page of journeys: one report at a time, by what the address asks for.</summary>
internal sealed class JourneysPageReader(JourneyReports reports, IEventLog log, Words words)
{
    /// <summary>Days before the last event that may be looked at; 0 for everything.</summary>
    public static readonly IReadOnlyList<int> Spans = [0, 7, 30, 90, 365];

    public async Task<JourneyAnswer<FunnelRequest, FunnelReport>> ReadFunnelAsync(
        IReadOnlyList<string> steps, double? windowDays, bool bySegment, int days, CancellationToken cancellationToken)
    {
        ActNames acts = await ReadActsAsync(cancellationToken);
        string[] wanted = [.. steps.Where(step => !string.IsNullOrWhiteSpace(step)).Take(FunnelRequest.MostSteps)];
        FunnelRequest request = new()
        {
            Steps = wanted.Length > 0 ? wanted : acts.UsualSteps(),
            WindowDays = windowDays ?? new FunnelRequest().WindowDays,
            BySegment = bySegment,
            From = await BeginOfAsync(days, cancellationToken),
        };
        return await AnswerAsync(acts, request, request.Faults(), reports.FunnelAsync, cancellationToken);
    }

    public async Task<JourneyAnswer<RetentionRequest, RetentionReport>> ReadRetentionAsync(
        RetentionUnit? unit, string? first, string? returning, CancellationToken cancellationToken)
    {
        ActNames acts = await ReadActsAsync(cancellationToken);
        RetentionRequest usual = new();
        RetentionRequest request = usual with { Unit = unit ?? usual.Unit, First = Given(first) ?? usual.First, Returning = Given(returning) ?? usual.Returning };
        return await AnswerAsync(acts, request, request.Faults(), reports.RetentionAsync, cancellationToken);
    }

    public async Task<JourneyAnswer<PathRequest, PathReport>> ReadPathsAsync(string? act, bool isBackwards, int? depth, int days, CancellationToken cancellationToken)
    {
        ActNames acts = await ReadActsAsync(cancellationToken);
        PathRequest request = new()
        {
            From = isBackwards ? null : Given(act),
            To = isBackwards ? Given(act) ?? (acts.UsualSteps() is [.., var last] ? last : null) : null,
            Depth = depth ?? new PathRequest().Depth,
            Since = await BeginOfAsync(days, cancellationToken),
        };
        return await AnswerAsync(acts, request, request.Faults(), reports.PathsAsync, cancellationToken);
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static async Task<JourneyAnswer<TRequest, TReport>> AnswerAsync<TRequest, TReport>(
        ActNames acts, TRequest request, IEnumerable<RequestFault> found, Func<TRequest, CancellationToken, Task<TReport>> report, CancellationToken cancellationToken)
        where TReport : class
    {
        RequestFault[] faults = acts.Choices.Count > 0 ? [.. found] : [];
        return new JourneyAnswer<TRequest, TReport>(acts, request, acts.Choices.Count > 0 && faults.Length == 0 ? await report(request, cancellationToken) : null, faults);
    }

    private async Task<ActNames> ReadActsAsync(CancellationToken cancellationToken) => new(await reports.ListActsAsync(cancellationToken), words);

    private async Task<DateTimeOffset?> BeginOfAsync(int days, CancellationToken cancellationToken) =>
        days > 0 && Spans.Contains(days) ? (await log.GetStatusAsync(cancellationToken)).Last?.AddDays(-days) : null;
}
