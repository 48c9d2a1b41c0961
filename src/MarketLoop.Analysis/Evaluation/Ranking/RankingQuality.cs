using MarketLoop.Learning.Evaluation;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Quality of lists of n products, each number a mean over customers.</summary>
public record RankingQuality
{
    /// <summary>Customers measured: known in train, and buying a known product in test that they had not bought before.</summary>
    public required int Users { get; init; }

    /// <summary>hits / min(n, |test|).</summary>
    public required double Recall { get; init; }

    /// <summary>hits / n.</summary>
    public required double Precision { get; init; }

    /// <summary>Harmonic mean of the two.</summary>
    public required double F1 { get; init; }

    /// <summary>Discounted gain over that of the ideal list of min(n, |test|) hits.</summary>
    public required double Ndcg { get; init; }

    /// <summary>Mean average precision.</summary>
    public required double Map { get; init; }

    /// <summary>Mean reciprocal rank of the first hit.</summary>
    public required double Mrr { get; init; }

    /// <summary>Share of customers with a hit.</summary>
    public required double HitRate { get; init; }

    /// <summary>Share of all products that were recommended to anybody.</summary>
    public required double Coverage { get; init; }

    /// <summary>Gini coefficient of how often each product was recommended, 0 (all alike) to 1.</summary>
    public double Gini { get; init; }

    /// <summary>Mean self-information of the products shown, in bits; null where it was not measured.</summary>
    public double? Novelty { get; init; }

    /// <summary>How different the products of one list are: mean of 1 - cosine of their customers; null where it was not measured.</summary>
    public double? Diversity { get; init; }

    internal static RankingQuality Of(RankingMetrics measured) => new()
    {
        Users = measured.Users,
        Recall = measured.Recall,
        Precision = measured.Precision,
        F1 = measured.F1,
        Ndcg = measured.Ndcg,
        Map = measured.Map,
        Mrr = measured.Mrr,
        HitRate = measured.HitRate,
        Coverage = measured.Coverage,
        Gini = measured.Gini,
    };
}
