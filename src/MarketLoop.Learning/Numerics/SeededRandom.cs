using System.Numerics;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// A small seeded generator (xoshiro256**, seeded by SplitMix64) whose stream is part of the file format of our models:
/// it never changes with the runtime. Not thread-safe: give each worker its own, made with <see cref="Fork"/>.
/// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
/// </summary>
public sealed class SeededRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts the stream of a seed; every seed, 0 included, gives a good stream.</summary>
    public SeededRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>An independent generator for part <paramref name="stream"/> of a task: the same seed and stream give the same numbers.</summary>
    public static SeededRandom Fork(ulong seed, ulong stream)
    {
        var mixed = stream + 0x632BE59BD9B4E019UL;
        return new SeededRandom(seed ^ SplitMix(ref mixed));
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A uniform double in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform integer in [0, <paramref name="exclusiveMaximum"/>), without bias (Lemire's rejection).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is not positive.</exception>
    public int NextInt32(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        var bound = (ulong)exclusiveMaximum;
        var high = Math.BigMul(NextBits(), bound, out var low);
        if (low < bound)
        {
            var threshold = (0UL - bound) % bound;
            while (low < threshold)
            {
                high = Math.BigMul(NextBits(), bound, out low);
            }
        }

        return (int)high;
    }

    /// <summary>A standard normal number (Box-Muller; two uniforms each, so that the stream position does not depend on history).</summary>
    public double NextGaussian()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Shuffles in place (Fisher-Yates). O(n).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>
    /// <paramref name="count"/> distinct numbers of 0..<paramref name="population"/>-1 in random order; all of them, in ascending
    /// order, when count reaches the population. O(population) memory.
    /// </summary>
    public int[] Sample(int population, int count)
    {
        var all = new int[population];
        for (var i = 0; i < population; i++)
        {
            all[i] = i;
        }

        if (count >= population)
        {
            return all;
        }

        for (var i = 0; i < count; i++)
        {
            var j = i + NextInt32(population - i);
            (all[i], all[j]) = (all[j], all[i]);
        }

        return all[..count];
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
