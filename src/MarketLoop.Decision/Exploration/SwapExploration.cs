using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MarketLoop.Decision.Exploration;

/// <summary>Shows a ranked list as it is, but with probability epsilon puts a candidate from beyond the list into one position. A pure function of (key, request id).</summary>
/// <remarks>
/// The position that may be swapped follows from the request id and is part of the context; whether it is swapped, and for which of the m - n candidates beyond the list, is random.
/// Hence P(candidate at position | context) in closed form: at the open position 1 - epsilon for the ranked product and epsilon / (m - n) for each product of the pool, everywhere else 1.
/// Each candidate has exactly one position it can stand at in a given context, so the mean of 1[shown] / P over requests is 1 for every candidate.
/// </remarks>
public static class SwapExploration
{
    /// <summary>Chooses what to show.</summary>
    /// <param name="candidates">Number of ranked candidates m, best first; those from index <paramref name="count"/> on are the pool.</param>
    /// <param name="count">Positions n to fill; fewer are filled when there are fewer candidates.</param>
    /// <param name="swapProbability">Epsilon, 0..1. Without a pool nothing is swapped.</param>
    /// <param name="key">Secret of the folder, so that nobody outside can foresee a swap.</param>
    /// <param name="requestId">Names the request; the same one gets the same list.</param>
    /// <returns>Per position the index of the candidate shown and its propensity. O(n).</returns>
    public static IReadOnlyList<Placed> Choose(int candidates, int count, double swapProbability, ReadOnlySpan<byte> key, string requestId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(candidates);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(swapProbability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(swapProbability, 1);

        int filled = Math.Min(candidates, count);
        Placed[] shown = new Placed[filled];
        for (int position = 0; position < filled; position++)
        {
            shown[position] = new Placed(position, 1);
        }

        int pool = candidates - filled;
        if (filled == 0 || pool == 0 || swapProbability == 0)
        {
            return shown;
        }

        Span<byte> draws = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(requestId), draws);
        int open = (int)(Uniform(draws[..8]) * filled);
        shown[open] = Uniform(draws[8..16]) < swapProbability
            ? new Placed(filled + (int)(Uniform(draws[16..24]) * pool), swapProbability / pool)
            : new Placed(open, 1 - swapProbability);
        return shown;
    }

    private static double Uniform(ReadOnlySpan<byte> bytes) => (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 11) * (1.0 / (1UL << 53));
}

/// <summary>What stands at one position.</summary>
/// <param name="Candidate">Index into the ranked candidates.</param>
/// <param name="Propensity">P(this candidate at this position | context), (0..1].</param>
public readonly record struct Placed(int Candidate, double Propensity);
