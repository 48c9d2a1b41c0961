using MarketLoop.Analysis.Audiences;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Journeys as CSV that a spreadsheet opens without running anything; groups too small to be told are empty cells.</summary>
public static class JourneyFiles
{
    /// <summary>A funnel, everybody first (no segment), then by segment. A step hides when few came to it, or few left before it; in a step's segments so many hide that none follows from the rest.</summary>
    /// <param name="report">The report.</param>
    /// <param name="k">Least people of a number that is told.</param>
    public static string Write(FunnelReport report, int k)
    {
        ArgumentNullException.ThrowIfNull(report);
        IReadOnlySet<int>[] hidden = [.. report.Steps.Select((_, step) => SmallCells.Hide([.. report.Segments.Select(segment => segment.Steps[step].People)], k))];
        SafeCsv csv = new();
        csv.Row("segment", "step", "name", "people", "medianSeconds");
        WriteSteps(csv, "", report.Steps, _ => false, k);
        for (int i = 0; i < report.Segments.Count; i++)
        {
            int place = i;
            WriteSteps(csv, report.Segments[i].Segment?.English ?? "(none)", report.Segments[i].Steps, step => hidden[step].Contains(place), k);
        }

        return csv.ToString();
    }

    /// <summary>A retention table, one row for each cohort and period. A cohort hides when it is small, a period when few came back, or few did not.</summary>
    /// <param name="report">The report.</param>
    /// <param name="k">Least people of a number that is told.</param>
    public static string Write(RetentionReport report, int k)
    {
        ArgumentNullException.ThrowIfNull(report);
        SafeCsv csv = new();
        csv.Row("start", "people", "period", "returned");
        foreach (RetentionCohort cohort in report.Cohorts)
        {
            for (int period = 0; period < cohort.Returned.Count; period++)
            {
                csv.Row(cohort.Start.ToString("O", System.Globalization.CultureInfo.InvariantCulture), SmallCells.Tell(cohort.People, cohort.People, k), period, SmallCells.Tell(cohort.Returned[period], cohort.People, k));
            }
        }

        return csv.ToString();
    }

    /// <summary>Paths, one row for each link. A link hides when few people took it; of the links from one event at one step so many hide that none follows from the rest.</summary>
    /// <param name="report">The report.</param>
    /// <param name="k">Least people of a number that is told.</param>
    public static string Write(PathReport report, int k)
    {
        ArgumentNullException.ThrowIfNull(report);
        SafeCsv csv = new();
        csv.Row("step", "source", "target", "visits", "people");
        foreach (PathLink[] links in report.Links.GroupBy(link => (link.Step, report.IsBackwards ? link.Target : link.Source)).Select(group => group.ToArray()))
        {
            IReadOnlySet<int> hidden = SmallCells.Hide([.. links.Select(link => link.People)], k);
            for (int i = 0; i < links.Length; i++)
            {
                csv.Row(links[i].Step, links[i].Source, links[i].Target, hidden.Contains(i) ? null : links[i].Visits, hidden.Contains(i) ? null : links[i].People);
            }
        }

        return csv.ToString();
    }

    private static void WriteSteps(SafeCsv csv, string segment, IReadOnlyList<FunnelStep> steps, Func<int, bool> isHidden, int k)
    {
        int before = steps.Count > 0 ? steps[0].People : 0;
        for (int step = 0; step < steps.Count; step++)
        {
            int? people = isHidden(step) ? null : SmallCells.Tell(steps[step].People, before, k);
            csv.Row(segment, step + 1, steps[step].Name, people, people is null ? null : steps[step].MedianSeconds);
            before = steps[step].People;
        }
    }
}
