using MarketLoop.Decision.Placements;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Stages;

/// <summary>Fills page after page, so that pages never repeat a product: pinned products first, then the ranked ones as far as the caps per category and brand let them, then the rest of the catalogue.</summary>
/// <remarks>Caps hold within a page; what had to stand back comes on a later one. Not thread-safe: one for each list.</remarks>
internal sealed class PageStage
{
    private const int LongestWalk = 5_000;
    private const int ArrivalsInPool = 2;
    private readonly ListContext context;
    private readonly CandidatePool pool;
    private readonly Placement placement;
    private readonly List<Candidate> waiting;
    private readonly ProductId[] rest;
    private readonly Dictionary<string, int> categories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> brands = new(StringComparer.Ordinal);
    private readonly bool hasCaps;
    private int restPlace;

    /// <summary>Begins a list.</summary>
    /// <param name="context">What the list is for.</param>
    /// <param name="pool">The candidates, to know what was asked about already.</param>
    /// <param name="ranked">The candidates in order.</param>
    /// <param name="fills">True to go on with the rest of the catalogue.</param>
    public PageStage(ListContext context, CandidatePool pool, Candidate[] ranked, bool fills)
    {
        this.context = context;
        this.pool = pool;
        placement = context.Request.Placement;
        hasCaps = placement.MostPerCategory is not null || placement.MostPerBrand is not null;
        rest = fills ? context.Shelf.InOrderFor(placement) : [];
        waiting = new List<Candidate>(ranked.Length);
        foreach (Candidate candidate in ranked)
        {
            if (candidate.Source != RecommendationSource.Pinned)
            {
                waiting.Add(candidate);
            }
        }

        Pinned = [.. ranked.Where(candidate => candidate.Source == RecommendationSource.Pinned)];
    }

    /// <summary>Products pinned that may be shown, in the owner's order.</summary>
    public Candidate[] Pinned { get; }

    /// <summary>Products that the caps kept off the page.</summary>
    public List<RemovedProduct> Capped { get; } = [];

    /// <summary>The page asked for.</summary>
    public List<Candidate> Fill()
    {
        ListRequest request = context.Request;
        List<Candidate> page = [];
        int size = request.Offset % request.Count is > 0 and int odd ? odd : request.Count;
        for (int place = 0; place < request.Offset + request.Count; place += size, size = request.Count)
        {
            page.Clear();
            Capped.Clear();
            categories.Clear();
            brands.Clear();
            for (int pin = place; pin < Pinned.Length && page.Count < size; pin++)
            {
                Take(Pinned[pin], page);
            }

            TakeWaiting(page, size);
            TakeRest(page, size);
        }

        return page;
    }

    /// <summary>Candidates that may each take the place of one item of the page: call it after <see cref="Fill"/>. The last places are for what is new in the shop, which nothing else would bring up.</summary>
    public List<Candidate> FillPool()
    {
        int size = context.Request.PoolSize;
        List<Candidate> found = [];
        TakeWaiting(found, size, counts: false);
        TakeRest(found, size, counts: false);
        int place = found.Count - 1;
        for (int i = 0; i < waiting.Count && place >= Math.Max(0, found.Count - ArrivalsInPool); i++)
        {
            if (waiting[i][ScoreSlot.Arrival] > 0 && Fits(waiting[i]))
            {
                found[place--] = waiting[i];
            }
        }

        return found;
    }

    private void TakeWaiting(List<Candidate> page, int size, bool counts = true)
    {
        int kept = 0;
        for (int i = 0; i < waiting.Count; i++)
        {
            Candidate candidate = waiting[i];
            if (page.Count < size && Fits(candidate))
            {
                Take(candidate, page, counts);
                continue;
            }

            if (page.Count < size)
            {
                Capped.Add(new RemovedProduct(candidate.Product.Id, RemovalCause.Cap));
            }

            waiting[kept++] = candidate;
        }

        waiting.RemoveRange(kept, waiting.Count - kept);
    }

    private void TakeRest(List<Candidate> page, int size, bool counts = true)
    {
        for (int steps = 0; page.Count < size && restPlace < rest.Length && steps < LongestWalk; steps++)
        {
            ProductId id = rest[restPlace++];
            if (pool.Knows(id) || context.Door.Admit(id) is not { } candidate)
            {
                continue;
            }

            candidate.Source = RecommendationSource.Catalogue;
            if (Fits(candidate))
            {
                Take(candidate, page, counts);
            }
            else
            {
                Capped.Add(new RemovedProduct(id, RemovalCause.Cap));
                waiting.Add(candidate);
            }
        }
    }

    private void Take(Candidate candidate, List<Candidate> page, bool counts = true)
    {
        page.Add(candidate);
        if (hasCaps && counts)
        {
            Count(categories, candidate.Place.Category);
            Count(brands, candidate.Place.Brand);
        }
    }

    private bool Fits(Candidate candidate) =>
        !hasCaps || (Within(categories, candidate.Place.Category, placement.MostPerCategory) && Within(brands, candidate.Place.Brand, placement.MostPerBrand));

    private static bool Within(Dictionary<string, int> counts, string? name, int? most) => most is null || name is null || counts.GetValueOrDefault(name) < most;

    private static void Count(Dictionary<string, int> counts, string? name)
    {
        if (name is not null)
        {
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
    }
}
