using MarketLoop.Decision.Recommending.Sources;
using MarketLoop.Decision.Recommending.Stages;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Walks one list through its stages: sources (behind admission) -> ranking by one blended score, with novelty and margin -> diversity -> pins, caps and pages -> reasons. Immutable and thread-safe.</summary>
/// <param name="sources">Where candidates come from.</param>
/// <param name="fills">True to fill up with the rest of the catalogue.</param>
internal sealed class ListBuilder(IReadOnlyList<ICandidateSource> sources, bool fills)
{
    /// <summary>Candidates that a source gives at most. Always as many, whatever is asked for: the next page continues the same list.</summary>
    public const int Depth = 120;

    /// <summary>The same for sources that are alike for all.</summary>
    public const int SharedDepth = 40;

    /// <summary>Builds the list that the context asks for.</summary>
    public RankedList Build(ListContext context, SourceWeights weights)
    {
        ListRequest request = context.Request;
        List<StageNote>? notes = request.Explains ? [] : null;
        CandidatePool pool = new(context.Door, weights);
        Pin(context, pool);
        foreach (ICandidateSource source in sources)
        {
            source.Gather(context, pool);
        }

        notes?.Add(Note("sources", pool.All.Count, pool.All.GroupBy(c => SourceNames.Of(c.Source), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal), []));
        notes?.Add(Note("admission", pool.All.Count, context.Door.Counts, context.Door.Named));
        NoveltyStage.Apply(pool.All, request.Placement.Novelty);
        MarginStage.Apply(pool.All, request.Placement.MarginWeight);
        Candidate[] ranked = RankStage.Apply(pool.All);
        DiversityStage.Apply(ranked, request.Placement.Diversity);
        notes?.Add(Note("diversity", ranked.Length, Moved(ranked), []));
        PageStage pages = new(context, pool, ranked, fills);
        List<Candidate> page = pages.Fill();
        notes?.Add(Note("caps", page.Count, Counted("cap", pages.Capped.Count), [.. pages.Capped.Take(50)]));
        List<Candidate> further = request.PoolSize > 0 ? pages.FillPool() : [];
        return Finish(context, page, further, notes);
    }

    private static void Pin(ListContext context, CandidatePool pool)
    {
        IReadOnlyList<ProductId> pinned = context.Request.Placement.Pinned;
        for (int i = 0; i < pinned.Count; i++)
        {
            // Above whatever blending can give, in the owner's order.
            pool.Add(pinned[i], RecommendationSource.Pinned, 10 + pinned.Count - i);
        }
    }

    private static RankedList Finish(ListContext context, List<Candidate> page, List<Candidate> further, List<StageNote>? notes)
    {
        Recommendation[] items = new Recommendation[page.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Describe(page[i], context);
        }

        Recommendation[] pool = new Recommendation[further.Count];
        for (int i = 0; i < pool.Length; i++)
        {
            pool[i] = Describe(further[i], context);
        }

        RecommendationSource leader = items.FirstOrDefault(item => item.Source != RecommendationSource.Pinned)?.Source ?? RecommendationSource.Popular;
        bool rests = leader is RecommendationSource.Collaborative or RecommendationSource.Segment;
        return new RankedList(items, SourceNames.Of(leader == RecommendationSource.Catalogue ? RecommendationSource.Popular : leader), rests ? context.Models.Version : null)
        {
            Pool = pool,
            Shortfall = items.Length < context.Request.Count ? Shortfalls.Explain(context, items.Length) : null,
            Stages = notes,
        };
    }

    private static Recommendation Describe(Candidate candidate, ListContext context) => new(candidate.Product.Id, candidate.Score, candidate.Source, ReasonWriter.Write(candidate, context))
    {
        Parts = context.Request.Explains ? candidate.ListParts() : null,
    };

    private static StageNote Note(string stage, int left, IReadOnlyDictionary<string, int> counts, IReadOnlyList<RemovedProduct> removed) => new(stage, left, counts, removed);

    private static Dictionary<string, int> Moved(Candidate[] ranked) => Counted("pushedDown", ranked.Count(candidate => candidate[ScoreSlot.Diversity] < 0));

    private static Dictionary<string, int> Counted(string name, int count) => count == 0 ? [] : new(StringComparer.Ordinal) { [name] = count };
}
