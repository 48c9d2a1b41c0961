namespace MarketLoop.Learning.Clustering;

/// <summary>How alike two clusterings of the same rows are, whatever their numbers and names.</summary>
public static class ClusterAgreement
{
    /// <summary>
    /// Adjusted Rand index: the share of pairs that both put together or both keep apart, corrected for chance; 1 the same, about 0 chance, below 0 worse than
    /// chance. Two clusterings that leave nothing to agree on (everything in one, or every row alone, in both) are the same: 1. O(n).
    /// Source: Hubert and Arabie, Journal of Classification 2, 1985.
    /// </summary>
    /// <param name="first">Cluster of each row; any numbers.</param>
    /// <param name="second">The other clustering's, as many.</param>
    /// <exception cref="ArgumentException">There are not as many labels in both.</exception>
    public static double AdjustedRandIndex(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"{first.Length} labels cannot be compared with {second.Length}.", nameof(second));
        }

        var both = new Dictionary<(int, int), long>();
        var ofFirst = new Dictionary<int, long>();
        var ofSecond = new Dictionary<int, long>();
        for (var i = 0; i < first.Length; i++)
        {
            both[(first[i], second[i])] = both.GetValueOrDefault((first[i], second[i])) + 1;
            ofFirst[first[i]] = ofFirst.GetValueOrDefault(first[i]) + 1;
            ofSecond[second[i]] = ofSecond.GetValueOrDefault(second[i]) + 1;
        }

        // Pairs are whole numbers far below 2^53, so the order of adding them does not matter.
        var together = both.Values.Sum(Pairs);
        var pairsOfFirst = ofFirst.Values.Sum(Pairs);
        var pairsOfSecond = ofSecond.Values.Sum(Pairs);
        var expected = pairsOfFirst * pairsOfSecond / Math.Max(1.0, Pairs(first.Length));
        var most = (pairsOfFirst + pairsOfSecond) / 2.0;
        return most - expected == 0.0 ? 1.0 : (together - expected) / (most - expected);
    }

    private static double Pairs(long count) => count * (count - 1) / 2.0;
}
