using MarketLoop.Data.Journeys;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Counts the steps of visits from a chosen event on, or backwards to it. One pass over each journey.</summary>
internal sealed class PathCount(PathRequest request, IReadOnlyList<string> names, int? chosen)
{
    private const string End = "(end)";
    private const string Start = "(start)";

    private readonly Dictionary<(int Step, int Source, int Target), (int Visits, int People, int Last)> links = [];
    private readonly long gap = (long)(request.GapMinutes * TimeSpan.MillisecondsPerMinute);
    private readonly List<int> visit = [];
    private readonly bool isBackwards = request.To is not null;
    private int visits;
    private int followed;
    private int walker; // number of the person whose visits are read

    public void Add(JourneyBatch batch, CancellationToken cancellationToken)
    {
        for (int person = 0; person < batch.Count; person++)
        {
            if (person % 1024 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            walker++;
            ReadOnlySpan<JourneyAct> acts = batch.ActsOf(person);
            long last = acts[0].Milliseconds;
            foreach (JourneyAct act in acts)
            {
                if (act.Milliseconds - last > gap)
                {
                    Close();
                }

                last = act.Milliseconds;
                if (visit.Count == 0 || visit[^1] != act.FirstMatch)
                {
                    visit.Add(act.FirstMatch);
                }
            }

            Close();
        }
    }

    public PathReport Finish(double seconds) => new(
        visits,
        followed,
        isBackwards,
        [.. links
            .Select(link => new PathLink(link.Key.Step, NameOf(link.Key.Source), NameOf(link.Key.Target), link.Value.Visits, (double)link.Value.Visits / followed, link.Value.People))
            .OrderBy(link => link.Step).ThenByDescending(link => link.Visits).ThenBy(link => link.Source, StringComparer.Ordinal).ThenBy(link => link.Target, StringComparer.Ordinal)],
        seconds);

    private void Close()
    {
        visits++;
        if (isBackwards)
        {
            visit.Reverse();
        }

        int first = chosen is { } wanted ? visit.IndexOf(wanted) : 0;
        if (first >= 0)
        {
            followed++;
            for (int step = 1; step <= request.Depth && first + step <= visit.Count; step++)
            {
                int here = visit[first + step - 1];
                int next = first + step < visit.Count ? visit[first + step] : names.Count;
                (int, int, int) link = isBackwards ? (step, next, here) : (step, here, next);
                (int all, int people, int before) = links.GetValueOrDefault(link);
                links[link] = (all + 1, people + (before == walker ? 0 : 1), walker);
            }
        }

        visit.Clear();
    }

    private string NameOf(int place) => place < names.Count ? names[place] : isBackwards ? Start : End;
}
