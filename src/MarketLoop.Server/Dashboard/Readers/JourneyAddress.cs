using MarketLoop.Analysis.Journeys;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>Where the API answers a report's request as CSV.</summary>
internal static class JourneyAddress
{
    public static string Of(FunnelRequest request) => Of(
        "funnel",
        [
            .. request.Steps.Select(step => ("step", (object?)step)), ("windowDays", request.WindowDays), ("bySegment", request.BySegment ? "true" : null), ("from", request.From?.ToString("O")), ("until", request.Until?.ToString("O")),
        ]);

    public static string Of(RetentionRequest request) => Of(
        "retention",
        [("unit", request.Unit), ("first", request.First), ("returning", request.Returning), ("periods", request.Periods), ("from", request.From?.ToString("O")), ("until", request.Until?.ToString("O"))]);

    public static string Of(PathRequest request) => Of(
        "paths",
        [
            ("from", request.From), ("to", request.To), ("depth", request.Depth), ("gapMinutes", request.GapMinutes), ("events", request.Events), ("since", request.Since?.ToString("O")), ("until", request.Until?.ToString("O")),
        ]);

    private static string Of(string report, IEnumerable<(string Name, object? Value)> asked) => $"/api/v1/analysis/{report}" + QueryString.Create(
        asked.Append(("format", "csv")).Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create<string, string?>(pair.Name, Convert.ToString(pair.Value, System.Globalization.CultureInfo.InvariantCulture))));
}
