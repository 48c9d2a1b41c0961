using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>The candidates of one list, each product once, only what <see cref="Admission"/> lets in.</summary>
internal sealed class CandidatePool(Admission door, SourceWeights weights)
{
    private const int Usual = 2 * ListBuilder.Depth;
    private readonly Dictionary<ProductId, Candidate?> known = new(Usual);
    private readonly List<Candidate> all = new(Usual);

    public IReadOnlyList<Candidate> All => all;

    /// <summary>Takes a source's word for a product.</summary>
    /// <param name="id">The product.</param>
    /// <param name="source">Which source.</param>
    /// <param name="strength">How much it speaks for it: 1 for the source's best, above 0.</param>
    /// <param name="because">The product of the history that it rests on.</param>
    /// <returns>True when the product is or was let in.</returns>
    public bool Add(ProductId id, RecommendationSource source, double strength, ProductId? because = null)
    {
        if (!known.TryGetValue(id, out Candidate? candidate))
        {
            candidate = door.Admit(id);
            known.Add(id, candidate);
            if (candidate is not null)
            {
                all.Add(candidate);
            }
        }

        if (candidate is null)
        {
            return false;
        }

        double value = strength * weights[source];
        if (candidate.Score == 0 || value > candidate[(ScoreSlot)candidate.Source])
        {
            candidate.Source = source;
            candidate.Because = because ?? candidate.Because;
        }

        candidate.Add((ScoreSlot)source, value);
        return true;
    }

    /// <summary>True when the product is a candidate or was turned away.</summary>
    public bool Knows(ProductId id) => known.ContainsKey(id);
}
