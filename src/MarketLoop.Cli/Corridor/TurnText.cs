using System.Globalization;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Corridor;

/// <summary>The five-room report as a person reads it.</summary>
internal static class TurnText
{
    public static IReadOnlyList<string> Write(TurnReport report) =>
    [
        $"Turn {report.Turn} as of {report.AsOf.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, mode {report.Mode.ToString().ToLowerInvariant()}",
        $"1 Data       {Count(report.Interactions)} interactions, {Count(report.NewInteractions)} of them new",
        $"2 Analysis   {Count(report.Insights)} insights, {Models(report)}",
        $"3 Decision   {Count(report.Considered)} considered, {Contactable(report)}; {Count(report.Treatments)} treatments{Others(report)}",
        $"4 Execution  {Deliveries(report)}",
        $"5 Feedback   {Count(report.Outcomes)} outcomes measured",
    ];

    private static string Models(TurnReport report) => report.Models is { } version
        ? $"models version {version}{(report.Retrained ? ", trained in this turn" : "")}"
        : "no models yet";

    private static string Contactable(TurnReport report)
    {
        RefusalReason[] whys = [.. report.Refusals.Keys.Where(IsAboutContact).Order()];
        string why = whys.Length switch
        {
            0 => "",
            1 => $" ({whys[0]})",
            _ => $" ({string.Join(", ", whys.Select(reason => $"{reason} {Count(report.Refusals[reason])}"))})",
        };
        return $"{Count(report.Contactable)} contactable{why}";
    }

    private static string Others(TurnReport report)
    {
        string[] others = [.. report.Refusals.Where(pair => !IsAboutContact(pair.Key)).OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {Count(pair.Value)}")];
        return others.Length == 0 ? "" : $"; left out: {string.Join(", ", others)}";
    }

    private static string Deliveries(TurnReport report) => report.Deliveries.Count == 0
        ? "nothing handed over"
        : string.Join(", ", report.Deliveries.OrderBy(pair => pair.Key).Select(pair => $"{Count(pair.Value)} {pair.Key.ToString().ToLowerInvariant()}"));

    private static bool IsAboutContact(RefusalReason reason) => reason is RefusalReason.NoConsent or RefusalReason.NoAddress or RefusalReason.Minor or RefusalReason.NoPersonalisation;

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
