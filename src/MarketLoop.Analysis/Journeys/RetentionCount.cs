using MarketLoop.Data.Journeys;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Counts who comes back when; act 0 begins, act 1 returns. Two looks at all acts in any order: first who began when, then who came back. 16 bytes a person.</summary>
/// <remarks>Nobody's acts have to be together or in order for it, which spares the sorting.</remarks>
internal sealed class RetentionCount(PeriodClock clock, int periods, DateTimeOffset? from)
{
    private const long Never = long.MaxValue;

    private readonly long earliest = from?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private long[] begun = []; // by person: the first beginning in milliseconds, later its period
    private ulong[] returned = []; // by person: bit i for a return i periods later
    private long last = long.MinValue;

    /// <summary>The first look: when everybody began.</summary>
    public void Begin(int person, JourneyAct act)
    {
        last = Math.Max(last, act.Milliseconds);
        if ((act.Matches & 1) != 0)
        {
            if (person >= begun.Length)
            {
                int known = begun.Length;
                Array.Resize(ref begun, Math.Max(person + 1, known * 2));
                begun.AsSpan(known).Fill(Never);
            }

            begun[person] = Math.Min(begun[person], act.Milliseconds);
        }
    }

    /// <summary>The second look: who came back.</summary>
    public void Return(int person, JourneyAct act)
    {
        if (returned.Length == 0)
        {
            NumberBeginnings();
        }

        if ((act.Matches & 2) == 0 || person >= begun.Length || begun[person] == Never)
        {
            return;
        }

        long since = clock.NumberOf(act.Milliseconds) - begun[person];
        if (since > 0 && since <= periods)
        {
            returned[person] |= 1UL << (int)since;
        }
    }

    public (IReadOnlyList<RetentionCohort> Cohorts, IReadOnlyList<double?> Shares) Finish()
    {
        if (returned.Length == 0)
        {
            NumberBeginnings();
        }

        SortedDictionary<int, int[]> counts = CountByBeginning();
        int newest = last == long.MinValue ? int.MinValue : clock.NumberOf(last);
        List<RetentionCohort> cohorts = [];
        long[] people = new long[periods + 1];
        long[] came = new long[periods + 1];
        foreach ((int start, int[] count) in counts)
        {
            int length = Math.Min(periods, newest - start) + 1;
            cohorts.Add(new RetentionCohort(clock.StartOf(start), count[0], count[..length]));
            for (int i = 0; i < length; i++)
            {
                people[i] += count[0];
                came[i] += count[i];
            }
        }

        return (cohorts, [.. people.Select((all, i) => all > 0 ? (double)came[i] / all : (double?)null)]);
    }

    private void NumberBeginnings()
    {
        returned = new ulong[Math.Max(1, begun.Length)];
        for (int person = 0; person < begun.Length; person++)
        {
            if (begun[person] != Never)
            {
                begun[person] = begun[person] < earliest ? Never : clock.NumberOf(begun[person]);
            }
        }
    }

    private SortedDictionary<int, int[]> CountByBeginning()
    {
        SortedDictionary<int, int[]> counts = [];
        for (int person = 0; person < begun.Length; person++)
        {
            if (begun[person] == Never)
            {
                continue;
            }

            int start = (int)begun[person];
            if (!counts.TryGetValue(start, out int[]? count))
            {
                counts.Add(start, count = new int[periods + 1]);
            }

            count[0]++;
            for (ulong left = returned[person]; left != 0; left &= left - 1)
            {
                count[System.Numerics.BitOperations.TrailingZeroCount(left)]++;
            }
        }

        return counts;
    }
}
