namespace MarketLoop.Learning.Evaluation;

/// <summary>Quality of ranked lists against what users then took, with binary relevance. Means over users with something to find.</summary>
public sealed record RankingMetrics
{
    /// <summary>Length n at which lists were cut.</summary>
    public int At { get; init; }

    /// <summary>Users measured.</summary>
    public int Users { get; init; }

    /// <summary>hits / min(n, |test|).</summary>
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
}

/// <summary>One user's list measured.</summary>
/// <param name="Recall">hits / min(n, |test|).</param>
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
    private readonly bool[] _isCovered;
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
    public RankingTally(int at, int items)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(at);
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        _at = at;
        _isCovered = new bool[items];
    }

    /// <summary>Measures one list without counting it anywhere.</summary>
    /// <param name="recommended">Distinct items, best first; only the first <paramref name="at"/> count. A short list keeps n as divisor.</param>
    /// <param name="relevant">What the user took; not empty.</param>
    /// <param name="at">n.</param>
    /// <exception cref="ArgumentException">Nothing is relevant.</exception>
    public static RankedListMetrics Measure(ReadOnlySpan<int> recommended, IReadOnlySet<int> relevant, int at)
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
        double ideal = 0;
        for (var rank = 1; rank <= possible; rank++)
        {
            ideal += 1 / Math.Log2(rank + 1);
        }

        var recall = (double)hits / possible;
        var precision = (double)hits / at;
        var f1 = hits == 0 ? 0 : 2 * recall * precision / (recall + precision);
        return new RankedListMetrics(recall, precision, f1, gain / ideal, precisions / possible, reciprocal, hits);
    }

    /// <summary>Measures and counts one user's list. A user with nothing relevant is passed over.</summary>
    /// <param name="recommended">Distinct items, best first.</param>
    /// <param name="relevant">What the user took.</param>
    public void Add(ReadOnlySpan<int> recommended, IReadOnlySet<int> relevant)
    {
        ArgumentNullException.ThrowIfNull(relevant);
        if (relevant.Count == 0)
        {
            return;
        }

        var metrics = Measure(recommended, relevant, _at);
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
            if ((uint)item < (uint)_isCovered.Length)
            {
                _isCovered[item] = true;
            }
        }
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
            Coverage = _isCovered.Length == 0 ? 0 : (double)_isCovered.AsSpan().Count(true) / _isCovered.Length,
        };
    }
}
