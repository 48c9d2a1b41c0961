using MarketLoop.Analysis;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Api.Analysis;

/// <summary>Funnels, retention, paths and basket rules, counted when they are asked for.</summary>
internal static class JourneyEndpoints
{
    public static void MapJourneys(this RouteGroupBuilder analysis)
    {
        analysis.MapGet("/funnel", ReadFunnelAsync)
            .WithSummary("How many people come along steps (step=..&step=.., event names; [product=ID] or [category=PATH] may follow) within a window of days; format csv or json, small groups hidden in CSV.");
        analysis.MapGet("/retention", ReadRetentionAsync)
            .WithSummary("Who comes back, by the day, week or month of the first act ever (first, returning: event names, or * for any act); format csv or json.");
        analysis.MapGet("/paths", ReadPathsAsync)
            .WithSummary("Most frequent steps of visits from an event on (from), backwards from one (to), or from the beginning of visits; format csv or json.");
        analysis.MapGet("/baskets", ReadBasketsAsync)
            .WithSummary("Products that are bought together: rules with support, confidence and lift, highest lift first.");
    }

    private static async Task<Results<Ok<FunnelReport>, FileContentHttpResult, ProblemHttpResult>> ReadFunnelAsync(
        HttpContext http, [AsParameters] FunnelQuery query, string? format, JourneyReports reports, IOptions<AnalysisOptions> options, CancellationToken cancellationToken)
    {
        FunnelRequest request = query.ToRequest();
        if (Faults(http, request.Faults(), format) is { } refused)
        {
            return refused;
        }

        FunnelReport report = await reports.FunnelAsync(request, cancellationToken);
        return IsCsv(format) ? CsvFile.Of(JourneyFiles.Write(report, options.Value.SmallestCell), "funnel.csv") : TypedResults.Ok(report);
    }

    private static async Task<Results<Ok<RetentionReport>, FileContentHttpResult, ProblemHttpResult>> ReadRetentionAsync(
        HttpContext http, [AsParameters] RetentionQuery query, string? format, JourneyReports reports, IOptions<AnalysisOptions> options, CancellationToken cancellationToken)
    {
        RetentionRequest request = query.ToRequest();
        if (Faults(http, request.Faults(), format) is { } refused)
        {
            return refused;
        }

        RetentionReport report = await reports.RetentionAsync(request, cancellationToken);
        return IsCsv(format) ? CsvFile.Of(JourneyFiles.Write(report, options.Value.SmallestCell), "retention.csv") : TypedResults.Ok(report);
    }

    private static async Task<Results<Ok<PathReport>, FileContentHttpResult, ProblemHttpResult>> ReadPathsAsync(
        HttpContext http, [AsParameters] PathQuery query, string? format, JourneyReports reports, IOptions<AnalysisOptions> options, CancellationToken cancellationToken)
    {
        PathRequest request = query.ToRequest();
        if (Faults(http, request.Faults(), format) is { } refused)
        {
            return refused;
        }

        PathReport report = await reports.PathsAsync(request, cancellationToken);
        return IsCsv(format) ? CsvFile.Of(JourneyFiles.Write(report, options.Value.SmallestCell), "paths.csv") : TypedResults.Ok(report);
    }

    private static async Task<Results<Ok<BasketReport>, ProblemHttpResult>> ReadBasketsAsync(
        HttpContext http, [AsParameters] BasketQuery query, BasketReports reports, CancellationToken cancellationToken)
    {
        BasketRequest request = query.ToRequest();
        return Faults(http, request.Faults()) is { } refused ? refused : TypedResults.Ok(await reports.FindAsync(request, cancellationToken));
    }

    private static bool IsCsv(string? format) => string.Equals(format, "csv", StringComparison.Ordinal);

    private static ProblemHttpResult? Faults(HttpContext http, IEnumerable<RequestFault> faults, string? format = null)
    {
        FieldErrors errors = new FieldErrors().Require(format is null or "json" or "csv", "format", "json or csv");
        foreach (RequestFault fault in faults)
        {
            errors.Require(holds: false, fault.Field, fault.Message);
        }

        return errors.Count > 0 ? Problems.Result(http, errors) : null;
    }
}

/// <summary>A funnel as a query string; what is left out has its default.</summary>
internal sealed record FunnelQuery(string[]? Step, double? WindowDays, bool? BySegment, DateTimeOffset? From, DateTimeOffset? Until)
{
    public FunnelRequest ToRequest()
    {
        FunnelRequest usual = new();
        return new FunnelRequest { Steps = Step ?? [], WindowDays = WindowDays ?? usual.WindowDays, BySegment = BySegment ?? false, From = From, Until = Until };
    }
}

/// <summary>A retention table as a query string.</summary>
internal sealed record RetentionQuery(string? Unit, string? First, string? Returning, int? Periods, DateTimeOffset? From, DateTimeOffset? Until)
{
    private const RetentionUnit Unknown = (RetentionUnit)(-1); // a fault that the request names

    public RetentionRequest ToRequest()
    {
        RetentionRequest usual = new();
        return new RetentionRequest
        {
            Unit = Unit is null ? usual.Unit : Enum.TryParse(Unit, ignoreCase: true, out RetentionUnit unit) ? unit : Unknown,
            First = First ?? usual.First,
            Returning = Returning ?? usual.Returning,
            Periods = Periods ?? usual.Periods,
            From = From,
            Until = Until,
        };
    }
}

/// <summary>Paths as a query string.</summary>
internal sealed record PathQuery(string? From, string? To, int? Depth, double? GapMinutes, int? Events, DateTimeOffset? Since, DateTimeOffset? Until)
{
    public PathRequest ToRequest()
    {
        PathRequest usual = new();
        return new PathRequest
        {
            From = From,
            To = To,
            Depth = Depth ?? usual.Depth,
            GapMinutes = GapMinutes ?? usual.GapMinutes,
            Events = Events ?? usual.Events,
            Since = Since,
            Until = Until,
        };
    }
}

/// <summary>Basket rules as a query string.</summary>
internal sealed record BasketQuery(double? MinimumSupport, double? MinimumConfidence, int? Most, DateTimeOffset? From, DateTimeOffset? Until)
{
    public BasketRequest ToRequest()
    {
        BasketRequest usual = new();
        return new BasketRequest
        {
            MinimumSupport = MinimumSupport ?? usual.MinimumSupport,
            MinimumConfidence = MinimumConfidence ?? usual.MinimumConfidence,
            Most = Most ?? usual.Most,
            From = From,
            Until = Until,
        };
    }
}
