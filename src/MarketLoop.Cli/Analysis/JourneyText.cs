using System.Globalization;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Analysis;

/// <summary>Journeys and baskets as tables for a terminal.</summary>
internal static class JourneyText
{
    public static void Show(FunnelReport report, Screen screen)
    {
        screen.Line(Text($"within {report.WindowDays:0.##} days of the first step"));
        Show(report.Steps, screen);
        foreach (FunnelSegment segment in report.Segments)
        {
            screen.Line(segment.Segment?.English ?? "without a segment");
            Show(segment.Steps, screen);
        }
    }

    public static void Show(RetentionReport report, Screen screen)
    {
        int periods = report.Cohorts.Count == 0 ? 0 : report.Cohorts.Max(cohort => cohort.Returned.Count);
        screen.Line($"{report.Unit,-12}{"people",8} {string.Concat(Enumerable.Range(0, periods).Select(period => Text($"{period,6}")))}");
        foreach (RetentionCohort cohort in report.Cohorts)
        {
            screen.Line(Text($"{cohort.Start:yyyy-MM-dd}  {cohort.People,8:N0} {string.Concat(cohort.Returned.Select(count => Text($"{(double)count / cohort.People,6:P0}")))}"));
        }

        screen.Line($"{"all",-20} {string.Concat(report.Shares.Take(periods).Select(share => share is { } known ? Text($"{known,6:P0}") : "      "))}");
    }

    public static void Show(PathReport report, Screen screen)
    {
        screen.Line(Text($"{report.Followed:N0} of {report.Visits:N0} visits followed"));
        foreach (PathLink link in report.Links)
        {
            screen.Line(Text($"  {link.Step,2}  {link.Source,-28} -> {link.Target,-28}{link.Visits,10:N0}{link.Share,7:P0}"));
        }
    }

    public static void Show(BasketReport report, Screen screen)
    {
        screen.Line(Text($"{report.Orders:N0} orders of {report.Products:N0} products; {report.Sets:N0} sets in at least {report.MinimumOrders:N0} orders"));
        if (report.Note is { } note)
        {
            screen.Line($"note: {note}");
        }

        foreach (ProductRule rule in report.Rules)
        {
            screen.Line(Text($"  lift {rule.Lift,7:0.0}  confidence {rule.Confidence,5:P0}  {rule.Orders,6:N0} orders  {Names(rule.If)} -> {Names(rule.Then)}"));
        }
    }

    private static void Show(IReadOnlyList<FunnelStep> steps, Screen screen)
    {
        foreach (FunnelStep step in steps)
        {
            string after = step.MedianSeconds is { } seconds ? $"  after {Duration(TimeSpan.FromSeconds(seconds))}" : "";
            string share = step is { FromPrevious: { } previous, FromFirst: { } first } ? Text($"{previous,9:P1} of those before{first,9:P1} of all") : "";
            screen.Line(Text($"  {step.Name,-32}{step.People,10:N0}{share}{after}"));
        }
    }

    private static string Duration(TimeSpan time) => time.TotalDays >= 1 ? Text($"{time.TotalDays:0.0} days") : time.TotalHours >= 1 ? Text($"{time.TotalHours:0.0} hours") : Text($"{time.TotalMinutes:0.0} minutes");

    private static string Names(IReadOnlyList<BasketProduct> products) => string.Join(" + ", products.Select(product => product.Name?.English ?? product.Id.Value));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
