namespace MarketLoop.Analysis.Features;

/// <summary>What happened in a visit.</summary>
[Flags]
internal enum VisitActs : byte
{
    None = 0,
    Viewed = 1,
    Added = 2,
    Ordered = 4,
}

/// <summary>One customer's visits: acts under the sender's session id are one visit, acts without belong together while no more than 30 minutes lie between two of them.</summary>
/// <remarks>
/// Exact in any order of arrival: of acts without an id only the stretches between gaps are kept, and those are the same whichever act came first; a late act between two stretches joins them.
/// An act without an id, such as an order that the shop's server sent, is part of the visit around it, else of one that begins within 30 minutes: that is decided when asked, from all stretches. Moments are whole seconds (1970 to 2106).
/// Two ids of one customer share 32 bits of hash about once in 2^32 pairs; they would count as one visit.
/// </remarks>
internal struct VisitBook
{
    private const uint GapSeconds = 30 * 60;
    private SortedSequence<Visit, ByKeyAndStart> visits;

    /// <summary>Counts an act.</summary>
    public void Add(long ticks, string? session, VisitActs acts)
    {
        uint second = (uint)Math.Clamp((ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond, 0, uint.MaxValue);
        Add(new Visit(KeyOf(session), second, second, acts));
    }

    public void Merge(in VisitBook other)
    {
        foreach (Visit visit in other.visits.Items)
        {
            Add(visit);
        }
    }

    /// <summary>Visits in all, and how many had a view, an addition, an order, a view with an addition, an addition with an order.</summary>
    public readonly VisitCounts Count()
    {
        int stretches = visits.LowerBound(new Visit(1, 0, 0, VisitActs.None));
        Visit[] told = visits.Items[stretches..].ToArray();
        Array.Sort(told, static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Key.CompareTo(b.Key));
        VisitCounts counts = default;
        foreach (Visit stretch in visits.Items[..stretches])
        {
            int around = FindAround(told, stretch);
            if (around >= 0)
            {
                told[around] = told[around] with { Acts = told[around].Acts | stretch.Acts };
            }
            else
            {
                counts = counts.With(stretch.Acts);
            }
        }

        foreach (Visit visit in told)
        {
            counts = counts.With(visit.Acts);
        }

        return counts;
    }

    private void Add(Visit visit)
    {
        if (visit.Key != 0)
        {
            ref Visit known = ref visits.FindOrAdd(visit);
            known = known.Join(visit);
            return;
        }

        int end = visits.LowerBound(new Visit(1, 0, 0, VisitActs.None));
        int place = Math.Min(visits.LowerBound(visit), end);
        if (place > 0 && visits.Items[place - 1].IsNear(visit))
        {
            place--;
            visit = visits.Items[place].Join(visit);
        }

        int joined = place;
        while (joined < end && visits.Items[joined].IsNear(visit))
        {
            visit = visits.Items[joined].Join(visit);
            joined++;
        }

        if (joined == place)
        {
            visits.InsertAt(place, visit);
            return;
        }

        visits.Items[place] = visit;
        visits.RemoveRange(place + 1, joined - place - 1);
    }

    /// <summary>The visit that began last before the stretch, else the next to begin, if it is near; -1 when neither is.</summary>
    private static int FindAround(Visit[] sorted, Visit stretch)
    {
        int last = LastStartingBy(sorted, stretch.Start);
        return last >= 0 && sorted[last].IsNear(stretch) ? last
            : last + 1 < sorted.Length && sorted[last + 1].IsNear(stretch) ? last + 1
            : -1;
    }

    private static int LastStartingBy(Visit[] sorted, uint second)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle].Start <= second)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    // FNV-1a: the same in every process.
    private static uint KeyOf(string? session)
    {
        if (session is null)
        {
            return 0;
        }

        uint hash = 2_166_136_261;
        foreach (char letter in session)
        {
            hash = (hash ^ letter) * 16_777_619;
        }

        return Math.Max(1, hash);
    }

    /// <summary>Stretches by their start, then the visits of session ids, each once.</summary>
    private readonly struct ByKeyAndStart : IComparer<Visit>
    {
        public int Compare(Visit x, Visit y) => x.Key != y.Key ? x.Key.CompareTo(y.Key) : x.Key != 0 ? 0 : x.Start.CompareTo(y.Start);
    }

    /// <summary>A stretch (key 0) or the visit of a session id.</summary>
    private readonly record struct Visit(uint Key, uint Start, uint End, VisitActs Acts)
    {
        public bool IsNear(Visit other) => Start <= other.End + (ulong)GapSeconds && other.Start <= End + (ulong)GapSeconds;

        public Visit Join(Visit other) => new(Key, Math.Min(Start, other.Start), Math.Max(End, other.End), Acts | other.Acts);
    }
}

/// <summary>Visits of one customer in numbers.</summary>
internal readonly record struct VisitCounts(int All, int Viewed, int Added, int Ordered, int AddedAfterView, int OrderedAfterAdd)
{
    public VisitCounts With(VisitActs acts)
    {
        int viewed = acts.HasFlag(VisitActs.Viewed) ? 1 : 0;
        int added = acts.HasFlag(VisitActs.Added) ? 1 : 0;
        int ordered = acts.HasFlag(VisitActs.Ordered) ? 1 : 0;
        return new VisitCounts(All + 1, Viewed + viewed, Added + added, Ordered + ordered, AddedAfterView + (viewed & added), OrderedAfterAdd + (added & ordered));
    }
}
