namespace ShopSimulator.Randomness;

/// <summary>What a draw is for. The number is part of the hash: never renumber, or every seed tells another story.</summary>
internal enum Purpose
{
    Catalogue = 1,
    CategoryTaste = 2,
    BrandTaste = 3,
    StyleTaste = 4,
    ItemTaste = 5,
    Person = 6,
    Visits = 7,
    VisitTime = 8,
    Browsing = 9,
    Buying = 10,
    SlotClick = 11,
    SlotBuy = 12,
    MailOpen = 13,
    MailClick = 14,
    MailBuy = 15,
    MailAnnoyance = 16,
    Coupon = 17,
    Refund = 18,
    Review = 19,
    Shuffle = 20,
    DryRun = 21,
    Quantity = 22,
}

/// <summary>Counter-based randomness: a draw is a hash of what it is for, never the next of a stream.
/// So a customer's Tuesday is the same Tuesday whatever the server answered on Monday (common random numbers).</summary>
internal readonly struct Draws(long seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit(Purpose purpose, long a, long b = 0, long c = 0, long d = 0)
    {
        ulong hash = Mix((ulong)seed * Golden + (ulong)purpose);
        hash = Mix(hash + (ulong)a * 0xC2B2AE3D27D4EB4FUL + Golden);
        hash = Mix(hash + (ulong)b * 0x165667B19E3779F9UL + Golden);
        hash = Mix(hash + (ulong)c * 0xD6E8FEB86659FD93UL + Golden);
        hash = Mix(hash + (ulong)d * 0xA0761D6478BD642FUL + Golden);
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability, Purpose purpose, long a, long b = 0, long c = 0, long d = 0)
        => Unit(purpose, a, b, c, d) < probability;

    /// <summary>Standard normal (Box-Muller over two draws).</summary>
    public double Normal(Purpose purpose, long a, long b = 0, long c = 0)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - Unit(purpose, a, b, c, 1)));
        return radius * Math.Cos(2 * Math.PI * Unit(purpose, a, b, c, 2));
    }

    /// <summary>Whole number in [0, count).</summary>
    public int Index(int count, Purpose purpose, long a, long b = 0, long c = 0, long d = 0)
        => (int)(Unit(purpose, a, b, c, d) * count);

    /// <summary>A permutation of 0..count-1 (Fisher-Yates).</summary>
    public int[] Permutation(int count, Purpose purpose, long a)
    {
        int[] order = new int[count];
        for (int index = 0; index < count; index++)
        {
            order[index] = index;
        }

        for (int index = count - 1; index > 0; index--)
        {
            int other = Index(index + 1, purpose, a, index);
            (order[index], order[other]) = (order[other], order[index]);
        }

        return order;
    }

    // SplitMix64's finaliser (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
