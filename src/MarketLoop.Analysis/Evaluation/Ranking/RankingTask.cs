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
}

/// <summary>What may be learned from, and questions about what came after. Thread-safe.</summary>
internal sealed class RankingSplit(ItemSequences known, IReadOnlyList<RankingCase> cases)
{
    private readonly Lazy<InteractionMatrix> matrix = new(known.ToMatrix);

    /// <summary>Everything a model may see.</summary>
    public ItemSequences Known { get; } = known;

    /// <summary>The same without order, made once.</summary>
    public InteractionMatrix Matrix => matrix.Value;

    public IReadOnlyList<RankingCase> Cases { get; } = cases;
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

    /// <summary>True when items of the history are never recommended again.</summary>
    public required bool MasksHistory { get; init; }

    public RecallDivisor Recall { get; init; } = RecallDivisor.Relevant;

    /// <summary>What to try, lazily: later recipes may follow from what came out so far.</summary>
    public required Func<RankingTable, IEnumerable<IRankerRecipe>> Search { get; init; }

    /// <summary>Simple rankers measured on the same test part, by name.</summary>
    public IReadOnlyDictionary<string, IRankerRecipe> Baselines { get; init; } = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal);
}
