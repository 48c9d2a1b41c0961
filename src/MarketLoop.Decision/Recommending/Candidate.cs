using System.Runtime.CompilerServices;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>A product on its way through the stages, with what each source and stage gave it.</summary>
internal sealed class Candidate(Product product, ShelfPlace place)
{
    private PartValues parts;

    public Product Product { get; } = product;

    public ShelfPlace Place { get; } = place;

    /// <summary>The product of the history that speaks for it most; null when none does.</summary>
    public ProductId? Because { get; set; }

    /// <summary>The sum of all parts.</summary>
    public double Score { get; private set; }

    /// <summary>What speaks for it most.</summary>
    public RecommendationSource Source { get; set; }

    /// <summary>Adds a part; a source that names a product twice counts its first word.</summary>
    public void Add(ScoreSlot slot, double value)
    {
        if (parts[(int)slot] == 0)
        {
            parts[(int)slot] = value;
            Score += value;
        }
    }

    /// <summary>Puts a part in the place of what it was.</summary>
    public void Set(ScoreSlot slot, double value)
    {
        Score += value - parts[(int)slot];
        parts[(int)slot] = value;
    }

    public double this[ScoreSlot slot] => parts[(int)slot];

    /// <summary>All parts that are not 0; they sum up to the score.</summary>
    public IReadOnlyList<ScorePart> ListParts()
    {
        List<ScorePart> list = [];
        for (int slot = 0; slot < PartValues.Count; slot++)
        {
            if (parts[slot] != 0)
            {
                list.Add(new ScorePart(((ScoreSlot)slot).ToString().ToLowerInvariant(), parts[slot]));
            }
        }

        return list;
    }

    [InlineArray(Count)]
    private struct PartValues
    {
        public const int Count = (int)ScoreSlot.Diversity + 1;
        private double first;
    }
}

/// <summary>What can be a part of a score: the sources in their numbers, then the stages.</summary>
internal enum ScoreSlot
{
    Collaborative = RecommendationSource.Collaborative,
    Segment = RecommendationSource.Segment,
    Popular = RecommendationSource.Popular,
    Catalogue = RecommendationSource.Catalogue,
    Pinned = RecommendationSource.Pinned,
    Together = RecommendationSource.Together,
    Category = RecommendationSource.Category,
    Trending = RecommendationSource.Trending,
    Arrival = RecommendationSource.Arrival,
    Reorder = RecommendationSource.Reorder,
    Content = RecommendationSource.Content,
    Novelty,
    Margin,
    Diversity,
}
