using MarketLoop.Data.Journeys;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Counts who comes back when. One pass over each journey; act 0 begins, act 1 returns.</summary>
internal sealed class RetentionCount(PeriodClock clock, int periods, DateTimeOffset? from)
{
    private readonly SortedDictionary<int, int[]> returned = []; // by the period of the beginning
    private readonly bool[] seen = new bool[periods + 1];
    private readonly long earliest = from?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private int newest = int.MinValue;

    public void Add(JourneyBatch batch, CancellationToken cancellationToken)
    {
        for (int person = 0; person < batch.Count; person++)
        {
            if (person % 1024 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Follow(batch.ActsOf(person));
        }
    }

    public (IReadOnlyList<RetentionCohort> Cohorts, IReadOnlyList<double?> Shares) Finish()
    {
        List<RetentionCohort> cohorts = [];
        long[] people = new long[periods + 1];
        long[] came = new long[periods + 1];
        foreach ((int start, int[] counts) in returned)
        {
            int length = Math.Min(periods, newest - start) + 1;
            cohorts.Add(new RetentionCohort(clock.StartOf(start), counts[0], counts[..length]));
            for (int i = 0; i < length; i++)
            {
                people[i] += counts[0];
                came[i] += counts[i];
            }
        }

        return (cohorts, [.. people.Select((all, i) => all > 0 ? (double)came[i] / all : (double?)null)]);
    }

    private void Follow(ReadOnlySpan<JourneyAct> acts)
    {
        newest = Math.Max(newest, clock.NumberOf(acts[^1].Milliseconds));
        int first = 0;
        while (first < acts.Length && (acts[first].Matches & 1) == 0)
        {
            first++;
        }

        if (first == acts.Length || acts[first].Milliseconds < earliest)
        {
            return;
        }

        int start = clock.NumberOf(acts[first].Milliseconds);
        if (!returned.TryGetValue(start, out int[]? counts))
        {
            returned.Add(start, counts = new int[periods + 1]);
        }

        counts[0]++;
        Array.Clear(seen);
        foreach (JourneyAct act in acts[first..])
        {
            int since = clock.NumberOf(act.Milliseconds) - start;
            if (since > periods)
            {
                break;
            }

            if (since > 0 && (act.Matches & 2) != 0 && !seen[since])
            {
                seen[since] = true;
                counts[since]++;
            }
        }
    }
}
