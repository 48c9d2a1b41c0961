using MarketLoop.Analysis.Preference;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>One question to a ranker: after this history, what came?</summary>
/// <param name="History">Items in time order, newest last; those of no known item are -1.</param>
/// <param name="Weights">A weight for each; empty means 1.</param>
/// <param name="Relevant">Distinct items that then came, those nobody can know (-1) once each; not empty.</param>
internal sealed record RankingCase(int[] History, float[] Weights, int[] Relevant)
{
    /// <summary>Day of each entry of the history, ascending; empty where it is not known. Entries of one day are a basket.</summary>
    public double[] Days { get; init; } = [];

    /// <summary>How often each entry was bought; empty where it is not counted.</summary>
    public int[] Buys { get; init; } = [];

    /// <summary>Items that are not recommended here: those taken before, where nothing is taken twice.</summary>
    public int[] Excluded { get; init; } = [];
}

/// <summary>What may be learned from, and questions about what came after. Thread-safe.</summary>
internal sealed class RankingSplit(ItemSequences known, IReadOnlyList<RankingCase> cases)
{
    private readonly Lazy<InteractionMatrix> matrix = new(known.ToMatrix);
    private Tuple<HistoryWeights, RankingSplit>? reweighed;

    /// <summary>Everything a model may see.</summary>
    public ItemSequences Known { get; } = known;

    /// <summary>The same without order, made once.</summary>
    public InteractionMatrix Matrix => matrix.Value;

    public IReadOnlyList<RankingCase> Cases { get; } = cases;

    /// <summary>Items that are never recommended to anybody, such as postage; baselines may name them.</summary>
    public int[] NeverShown { get; init; } = [];

    /// <summary>The same to learn from, entries weighing what their kinds count instead of the numbers of the kinds. The last one made is kept: a search changes one setting at a time, and all kept would be all histories many times over.</summary>
    public RankingSplit Reweighed(HistoryWeights weights)
    {
        HistoryWeights learning = weights.OfLearning;
        Tuple<HistoryWeights, RankingSplit>? last = Volatile.Read(ref reweighed);
        if (last is null || last.Item1 != learning)
        {
            last = Tuple.Create(learning, new RankingSplit(Known.Newest(learning.Learned).Reweigh(kind => learning.Of((ActKind)kind)), Cases));
            Volatile.Write(ref reweighed, last);
        }

        return last.Item2;
    }
}

/// <summary>A protocol with its data: what to choose on, and what to measure once.</summary>
internal sealed record RankingTask
{
    /// <summary>Name of the file format.</summary>
    public required string Format { get; init; }

    /// <summary>Length of the lists.</summary>
    public required int At { get; init; }

    /// <summary>Cut from train alone: here models, settings and blends are chosen.</summary>
    public required RankingSplit Validation { get; init; }

    /// <summary>All of train, and the test part, which is measured once.</summary>
    public required RankingSplit Test { get; init; }

    public RecallDivisor Recall { get; init; } = RecallDivisor.Relevant;

    /// <summary>What to try, lazily: later recipes may follow from what came out so far.</summary>
    public required Func<RankingTable, IEnumerable<IRankerRecipe>> Search { get; init; }

    /// <summary>Makes a recipe that the caller named one for this task.</summary>
    public Func<ITunableRecipe, ITunableRecipe> Wrap { get; init; } = recipe => recipe;

    /// <summary>What is taken without a contest where too few questions can be asked, with weights; empty to choose all the same.</summary>
    public IReadOnlyList<(IRankerRecipe Recipe, double Weight)> Fallback { get; init; } = [];

    /// <summary>Simple rankers measured on the same test part, by name.</summary>
    public IReadOnlyDictionary<string, IRankerRecipe> Baselines { get; init; } = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal);
}
