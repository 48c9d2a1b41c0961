using System.Globalization;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Journeys;

namespace MarketLoop.Cli.Access;

/// <summary>Requests of room 2 as addresses of the API.</summary>
internal static class AnalysisAddress
{
    private const string Room = "/api/v1/analysis/";

    public static string Of(FunnelRequest request) => Room + "funnel?" + Join(
    [
        .. request.Steps.Select(step => ("step", (object?)step)), ("windowDays", request.WindowDays), ("bySegment", request.BySegment ? "true" : "false"), ("from", request.From), ("until", request.Until),
    ]);

    public static string Of(RetentionRequest request) => Room + "retention?" + Join(
        ("unit", request.Unit), ("first", request.First), ("returning", request.Returning), ("periods", request.Periods), ("from", request.From), ("until", request.Until));

    public static string Of(PathRequest request) => Room + "paths?" + Join(
        ("from", request.From), ("to", request.To), ("depth", request.Depth), ("gapMinutes", request.GapMinutes), ("events", request.Events), ("since", request.Since), ("until", request.Until));

    public static string Of(BasketRequest request) => Room + "baskets?" + Join(
        ("minimumSupport", request.MinimumSupport), ("minimumConfidence", request.MinimumConfidence), ("most", request.Most), ("from", request.From), ("until", request.Until));

    private static string Join(params IEnumerable<(string Name, object? Value)> fields) => string.Join('&', fields
        .Where(field => field.Value is not null)
        .Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value is DateTimeOffset moment ? moment.ToString("O", CultureInfo.InvariantCulture) : Convert.ToString(field.Value, CultureInfo.InvariantCulture) ?? "")}"));
}
