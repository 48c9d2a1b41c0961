namespace MarketLoop.Learning.Statistics;

/// <summary>
/// Population stability index: by how much shares moved, sum of (now - then) ln(now / then). Below 0.1 is little, above 0.25 another population.
/// Source: Siddiqi, Credit Risk Scorecards, 2006; as a symmetric divergence: Jeffreys, Proc. R. Soc. A 186, 1946.
/// </summary>
public static class PopulationStability
{
    /// <summary>The index of two sets of counts over the same bins; half a count is added to each, so that an empty bin does not make it infinite. 0 or above. O(bins).</summary>
    /// <param name="then">Counts (or shares times a number) of each bin, not negative.</param>
    /// <param name="now">The same bins now.</param>
    /// <exception cref="ArgumentException">There are not as many bins in both, or none, or a count is negative or NaN.</exception>
    public static double Index(ReadOnlySpan<double> then, ReadOnlySpan<double> now)
    {
        if (then.Length != now.Length || then.IsEmpty)
        {
            throw new ArgumentException($"{then.Length} bins cannot be compared with {now.Length}.", nameof(now));
        }

        var (thenTotal, nowTotal) = (Total(then), Total(now));
        var index = 0.0;
        for (var bin = 0; bin < then.Length; bin++)
        {
            var before = (then[bin] + 0.5) / thenTotal;
            var after = (now[bin] + 0.5) / nowTotal;
            index += (after - before) * Math.Log(after / before);
        }

        return index;
    }

    /// <summary>What the index comes to on average when nothing moved: (bins - 1) (1 / then + 1 / now), by chi-square.</summary>
    /// <param name="bins">Bins, at least 1.</param>
    /// <param name="then">Rows then, at least 1.</param>
    /// <param name="now">Rows now, at least 1.</param>
    public static double ByChance(int bins, int then, int now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(then);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(now);
        return (bins - 1) * ((1.0 / then) + (1.0 / now));
    }

    private static double Total(ReadOnlySpan<double> counts)
    {
        var total = 0.5 * counts.Length;
        foreach (var count in counts)
        {
            total += count >= 0 ? count : throw new ArgumentException($"A count is {count}.", nameof(counts));
        }

        return total;
    }
}
