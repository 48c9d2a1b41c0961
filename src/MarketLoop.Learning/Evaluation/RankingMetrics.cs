namespace MarketLoop.Learning.Evaluation;

/// <summary>What hits are divided by in recall: published protocols differ.</summary>
public enum RecallDivisor
{
    /// <summary>min(n, |test|): a full list of hits is always 1.</summary>
    Possible,

    /// <summary>|test|, as LightGCN and its successors count.</summary>
    Relevant,
}

/// <summary>Quality of ranked lists against what users then took, with binary relevance. Means over users with something to find.</summary>
public sealed record RankingMetrics
{
    /// <summary>Length n at which lists were cut.</summary>
    public int At { get; init; }

    /// <summary>Users measured.</summary>
    public int Users { get; init; }

    /// <summary>hits / min(n, |test|), or hits / |test| where the tally was told so.</summary>
    public double Recall { get; init; }

    /// <summary>hits / n.</summary>
    public double Precision { get; init; }

    /// <summary>Mean over users of the harmonic mean of a user's precision and recall.</summary>
    public double F1 { get; init; }

    /// <summary>sum over hits of 1 / log2(rank + 1), over the same sum of the ideal list of min(n, |test|) hits.</summary>
    public double Ndcg { get; init; }

    /// <summary>Mean average precision: sum over hits of precision at their rank, over min(n, |test|).</summary>
    public double Map { get; init; }

    /// <summary>Mean reciprocal rank of the first hit; 0 without one.</summary>
    public double Mrr { get; init; }

    /// <summary>Share of users with at least one hit.</summary>
    public double HitRate { get; init; }

    /// <summary>Share of all items that appeared in at least one list.</summary>
    public double Coverage { get; init; }

    /// <summary>Gini coefficient of how often each item was shown, 0 (all alike) to 1 (one item only).</summary>
    public double Gini { get; init; }
}

/// <summary>One user's list measured.</summary>
/// <param name="Recall">hits / min(n, |test|), or hits / |test|.</param>
/// <param name="Precision">hits / n.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Ndcg">Discounted gain over the ideal's.</param>
/// <param name="AveragePrecision">Mean precision at the hits, over min(n, |test|).</param>
/// <param name="ReciprocalRank">1 / rank of the first hit.</param>
/// <param name="Hits">Relevant items in the list.</param>
public readonly record struct RankedListMetrics(double Recall, double Precision, double F1, double Ndcg, double AveragePrecision, double ReciprocalRank, int Hits);

/// <summary>
/// Measures lists one user at a time. The sums are taken in the order of the calls: feed users in a fixed order and the result is
/// the same to the last bit. Not thread-safe; O(list) a user.
/// </summary>
public sealed class RankingTally
{
    private readonly int _at;
    private readonly RecallDivisor _divisor;
    private readonly int[] _shown;
    private int _users;
    private int _usersWithHit;
    private double _recall;
    private double _precision;
    private double _f1;
    private double _ndcg;
    private double _map;
    private double _mrr;

    /// <summary>Starts with no users.</summary>
    /// <param name="at">Length n at which lists are cut, at least 1.</param>
    /// <param name="items">Items that could be recommended (for coverage), at least 0.</param>
    /// <param name="divisor">What hits are divided by in recall.</param>
    public RankingTally(int at, int items, RecallDivisor divisor = RecallDivisor.Possible)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(at);
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        _at = at;
        _divisor = divisor;
        _shown = new int[items];
    }

    /// <summary>Measures one list without counting it anywhere.</summary>
    /// <param name="recommended">Distinct items, best first; only the first <paramref name="at"/> count. A short list keeps n as divisor.</param>
    /// <param name="relevant">What the user took; not empty.</param>
    /// <param name="at">n.</param>
    /// <param name="divisor">What hits are divided by in recall.</param>
    /// <exception cref="ArgumentException">Nothing is relevant.</exception>
    public static RankedListMetrics Measure(ReadOnlySpan<int> recommended, IReadOnlySet<int> relevant, int at, RecallDivisor divisor = RecallDivisor.Possible)
    {
        ArgumentNullException.ThrowIfNull(relevant);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(at);
        if (relevant.Count == 0)
        {
            throw new ArgumentException("A list can only be measured against something relevant.", nameof(relevant));
        }

        var hits = 0;
        double gain = 0;
        double precisions = 0;
        double reciprocal = 0;
        for (var rank = 1; rank <= Math.Min(at, recommended.Length); rank++)
        {
            if (!relevant.Contains(recommended[rank - 1]))
            {
                continue;
            }

            hits++;
            gain += 1 / Math.Log2(rank + 1);
            precisions += (double)hits / rank;
            reciprocal = reciprocal == 0 ? 1.0 / rank : reciprocal;
        }

        var possible = Math.Min(at, relevant.Count);
        var ideal = IdealGain(possible);
        var recall = (double)hits / (divisor == RecallDivisor.Relevant ? relevant.Count : possible);
        var precision = (double)hits / at;
        var f1 = hits == 0 ? 0 : 2 * recall * precision / (recall + precision);
        return new RankedListMetrics(recall, precision, f1, gain / ideal, precisions / possible, reciprocal, hits);
    }

    /// <summary>Discounted gain of a list that begins with so many hits.</summary>
    public static double IdealGain(int hits)
    {
        double gain = 0;
        for (var rank = 1; rank <= hits; rank++)
        {
            gain += 1 / Math.Log2(rank + 1);
        }

        return gain;
    }

    /// <summary>Measures and counts one user's list. A user with nothing relevant is passed over.</summary>
    /// <param name="recommended">Distinct items, best first.</param>
    /// <param name="relevant">What the user took.</param>
    /// <returns>What the list measures; all 0 with nothing relevant.</returns>
    public RankedListMetrics Add(ReadOnlySpan<int> recommended, IReadOnlySet<int> relevant)
    {
        ArgumentNullException.ThrowIfNull(relevant);
        if (relevant.Count == 0)
        {
            return default;
        }

        var metrics = Measure(recommended, relevant, _at, _divisor);
        _users++;
        _usersWithHit += metrics.Hits > 0 ? 1 : 0;
        _recall += metrics.Recall;
        _precision += metrics.Precision;
        _f1 += metrics.F1;
        _ndcg += metrics.Ndcg;
        _map += metrics.AveragePrecision;
        _mrr += metrics.ReciprocalRank;
        foreach (var item in recommended[..Math.Min(_at, recommended.Length)])
        {
            if ((uint)item < (uint)_shown.Length)
            {
                _shown[item]++;
            }
        }

        return metrics;
    }

    /// <summary>The means so far; all 0 before the first user.</summary>
    public RankingMetrics ToMetrics()
    {
        var divisor = Math.Max(1, _users);
        return new RankingMetrics
        {
            At = _at,
            Users = _users,
            Recall = _recall / divisor,
            Precision = _precision / divisor,
            F1 = _f1 / divisor,
            Ndcg = _ndcg / divisor,
            Map = _map / divisor,
            Mrr = _mrr / divisor,
            HitRate = (double)_usersWithHit / divisor,
            Coverage = _shown.Length == 0 ? 0 : (double)(_shown.Length - _shown.AsSpan().Count(0)) / _shown.Length,
            Gini = Inequality(),
        };
    }

    // With counts ascending: G = sum of (2 i - n - 1) c_i over n sum of c_i.
    private double Inequality()
    {
        var sorted = _shown.Order().ToArray();
        double weighted = 0;
        long total = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            weighted += ((2.0 * (i + 1)) - sorted.Length - 1) * sorted[i];
            total += sorted[i];
        }

        return total == 0 ? 0 : weighted / ((double)sorted.Length * total);
    }
}
