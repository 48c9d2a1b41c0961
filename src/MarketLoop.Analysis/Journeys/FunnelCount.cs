using MarketLoop.Data.Journeys;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Counts how far people come. One pass over each journey, O(acts x steps).</summary>
/// <remarks>
/// For each step the latest beginning that leads there is kept: a later beginning leaves more of the window, so it is never worse, and a person who begins three times
/// and finishes after the third has finished. One act serves one step; acts of one millisecond count in the order of the steps.
/// </remarks>
internal sealed class FunnelCount(int steps, double windowDays, int groups)
{
    private const long Never = long.MinValue;

    private readonly long window = (long)(windowDays * TimeSpan.MillisecondsPerDay);
    private readonly List<long>[] times = [.. Enumerable.Range(0, groups * steps).Select(_ => new List<long>())];
    private readonly long[] beginnings = new long[steps];
    private readonly long[] lasts = new long[steps];

    public void Add(JourneyBatch batch, CancellationToken cancellationToken)
    {
        for (int person = 0; person < batch.Count; person++)
        {
            if (person % 1024 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Follow(batch.ActsOf(person), batch.GroupOf(person) * steps);
        }
    }

    /// <summary>The steps of one group, or of all with null.</summary>
    public IReadOnlyList<FunnelStep> Of(int? group, IReadOnlyList<string> names)
    {
        List<FunnelStep> found = [];
        for (int step = 0; step < steps; step++)
        {
            int place = step;
            long[] here = [.. Enumerable.Range(0, groups).Where(each => group is null || each == group).SelectMany(each => times[(each * steps) + place])];
            Array.Sort(here);
            int before = step == 0 ? here.Length : found[^1].People;
            int first = step == 0 ? here.Length : found[0].People;
            found.Add(new FunnelStep(
                names[step],
                here.Length,
                before > 0 ? (double)here.Length / before : null,
                first > 0 ? (double)here.Length / first : null,
                step > 0 && here.Length > 0 ? here[(here.Length - 1) / 2] / (double)TimeSpan.MillisecondsPerSecond : null));
        }

        return found;
    }

    private void Follow(ReadOnlySpan<JourneyAct> acts, int offset)
    {
        beginnings.AsSpan().Fill(Never);
        int reached = 0;
        foreach (JourneyAct act in acts)
        {
            int matches = act.Matches;
            long at = act.Milliseconds;
            for (int step = Math.Min(reached, steps - 1); step > 0; step--)
            {
                if ((matches & (1 << step)) == 0 || beginnings[step - 1] == Never || at - beginnings[step - 1] > window)
                {
                    continue;
                }

                beginnings[step] = beginnings[step - 1];
                lasts[step] = at;
                if (step == reached)
                {
                    times[offset + step].Add(at - lasts[step - 1]);
                    reached++;
                }
            }

            if ((matches & 1) != 0)
            {
                beginnings[0] = lasts[0] = at;
                if (reached == 0)
                {
                    times[offset].Add(0);
                    reached = 1;
                }
            }
        }
    }
}
