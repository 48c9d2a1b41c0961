using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Baskets;

/// <summary>Who takes these also takes those.</summary>
/// <param name="Antecedent">Items that are there, ascending.</param>
/// <param name="Consequent">Items that come with them, ascending.</param>
/// <param name="Count">Baskets with all of them.</param>
/// <param name="Support">Their share of all baskets, 0..1.</param>
/// <param name="Confidence">Share (0..1) of the baskets with the antecedent that have the consequent too.</param>
/// <param name="Lift">Confidence over the consequent's own share: 1 means nothing to do with each other.</param>
/// <param name="Leverage">Support above what chance would give, -0.25..0.25.</param>
/// <param name="Conviction">How often the rule would fail by chance over how often it does; null when it never fails.</param>
public sealed record BasketRule(
    IReadOnlyList<int> Antecedent, IReadOnlyList<int> Consequent, int Count, double Support, double Confidence, double Lift, double Leverage, double? Conviction);

/// <summary>All item sets in enough baskets, most frequent first (ties: shorter, then smaller items). Immutable, thread-safe. 4 bytes an item and 8 a set.</summary>
public sealed class FrequentItemSets
{
    private const string Kind = "FPGR";
    private const ushort FormatVersion = 1;

    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly int[] _counts;
    private readonly Dictionary<ItemKey, int> _places;

    private FrequentItemSets(int baskets, int items, int askedCount, int minimumCount, int[] starts, int[] members, int[] counts)
    {
        Baskets = baskets;
        Items = items;
        AskedCount = askedCount;
        MinimumCount = minimumCount;
        _starts = starts;
        _items = members;
        _counts = counts;
        _places = new Dictionary<ItemKey, int>(counts.Length);
        for (var i = 0; i < counts.Length; i++)
        {
            _places[new ItemKey(members.AsMemory(starts[i]..starts[i + 1]))] = i;
        }
    }

    /// <summary>Baskets that were looked at.</summary>
    public int Baskets { get; }

    /// <summary>Items that there may be: ids are below this.</summary>
    public int Items { get; }

    /// <summary>Least number of baskets that was asked for.</summary>
    public int AskedCount { get; }

    /// <summary>Least number of baskets that a set is in; above <see cref="AskedCount"/> when that gave too many sets.</summary>
    public int MinimumCount { get; }

    /// <summary>Number of sets.</summary>
    public int Count => _counts.Length;

    /// <summary>Items of a set, ascending.</summary>
    public ReadOnlySpan<int> ItemsOf(int set) => _items.AsSpan(_starts[set].._starts[set + 1]);

    /// <summary>Baskets with all items of a set.</summary>
    public int CountOf(int set) => _counts[set];

    /// <summary>Baskets with all of some items; null when they are not frequent together, or unknown. O(items).</summary>
    /// <param name="items">Ascending and distinct.</param>
    public int? FindCount(ReadOnlyMemory<int> items) => _places.TryGetValue(new ItemKey(items), out var set) ? _counts[set] : null;

    /// <summary>
    /// Rules with at least some confidence, by lift, then support, then items: both sides of each split of each set. Lift counts in favour of rare
    /// items, so the least support decides what is seen. O(sets x 2^longest).
    /// </summary>
    /// <param name="minimumConfidence">0..1.</param>
    /// <param name="most">Most rules, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public IReadOnlyList<BasketRule> Rules(double minimumConfidence = 0.1, int most = int.MaxValue)
    {
        OptionGuard.Within(minimumConfidence, 0, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        List<BasketRule> rules = [];
        for (var set = 0; set < Count; set++)
        {
            AddRules(set, minimumConfidence, rules);
        }

        rules.Sort(static (x, y) =>
            x.Lift != y.Lift ? y.Lift.CompareTo(x.Lift)
            : x.Count != y.Count ? y.Count.CompareTo(x.Count)
            : Compare(x.Antecedent, y.Antecedent) is var byAntecedent and not 0 ? byAntecedent : Compare(x.Consequent, y.Consequent));
        return rules.Count > most ? rules[..most] : rules;
    }

    /// <summary>Writes the sets; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Baskets);
        writer.Write(Items);
        writer.Write(AskedCount);
        writer.Write(MinimumCount);
        writer.Write(Count);
        writer.Write<int>(_starts);
        writer.Write<int>(_items);
        writer.Write<int>(_counts);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not whole item sets of a known version.</exception>
    public static FrequentItemSets Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var baskets = reader.ReadCount();
        var items = reader.ReadCount();
        var asked = reader.ReadCount(1);
        var minimum = reader.ReadCount(1);
        var count = reader.ReadCount(0, int.MaxValue - 1);
        var starts = reader.ReadArray<int>(count + 1L);
        reader.Require(starts[0] == 0, "the first set does not start at 0");
        for (var set = 0; set < count; set++)
        {
            reader.Require(starts[set] < starts[set + 1], "a set is empty");
        }

        var members = reader.ReadArray<int>(starts[count]);
        var counts = reader.ReadArray<int>(count);
        reader.Complete();
        for (var set = 0; set < count; set++)
        {
            reader.Require(counts[set] >= minimum && counts[set] <= baskets, "a set's count is out of range");
            for (var i = starts[set]; i < starts[set + 1]; i++)
            {
                reader.Require((uint)members[i] < (uint)items && (i == starts[set] || members[i] > members[i - 1]), "the items of a set do not ascend");
            }
        }

        return new FrequentItemSets(baskets, items, asked, minimum, starts, members, counts);
    }

    internal static FrequentItemSets Of(List<(int[] Items, int Count)> found, int baskets, int items, int asked, int minimum)
    {
        found.Sort(static (x, y) =>
            x.Count != y.Count ? y.Count.CompareTo(x.Count)
            : x.Items.Length != y.Items.Length ? x.Items.Length.CompareTo(y.Items.Length)
            : x.Items.AsSpan().SequenceCompareTo(y.Items));
        var starts = new int[found.Count + 1];
        for (var i = 0; i < found.Count; i++)
        {
            starts[i + 1] = checked(starts[i] + found[i].Items.Length);
        }

        return new FrequentItemSets(baskets, items, asked, minimum, starts, [.. found.SelectMany(set => set.Items)], [.. found.Select(set => set.Count)]);
    }

    private void AddRules(int set, double minimumConfidence, List<BasketRule> rules)
    {
        var items = ItemsOf(set);
        var all = (1 << items.Length) - 1;
        for (var mask = 1; mask < all; mask++)
        {
            var antecedent = Pick(items, mask);
            var consequent = Pick(items, all & ~mask);
            // Every part of a frequent set is frequent, so both are there.
            if (FindCount(antecedent) is not { } antecedentCount || FindCount(consequent) is not { } consequentCount)
            {
                continue;
            }

            var confidence = (double)CountOf(set) / antecedentCount;
            if (confidence < minimumConfidence)
            {
                continue;
            }

            var support = (double)CountOf(set) / Baskets;
            var share = (double)consequentCount / Baskets;
            rules.Add(new BasketRule(
                antecedent,
                consequent,
                CountOf(set),
                support,
                confidence,
                (double)CountOf(set) * Baskets / ((double)antecedentCount * consequentCount),
                support - ((double)antecedentCount / Baskets * share),
                CountOf(set) == antecedentCount ? null : (1 - share) / (1 - confidence)));
        }
    }

    private static int[] Pick(ReadOnlySpan<int> items, int mask)
    {
        var picked = new int[System.Numerics.BitOperations.PopCount((uint)mask)];
        for (int i = 0, to = 0; i < items.Length; i++)
        {
            if ((mask & (1 << i)) != 0)
            {
                picked[to++] = items[i];
            }
        }

        return picked;
    }

    private static int Compare(IReadOnlyList<int> x, IReadOnlyList<int> y)
    {
        for (var i = 0; i < x.Count && i < y.Count; i++)
        {
            if (x[i] != y[i])
            {
                return x[i].CompareTo(y[i]);
            }
        }

        return x.Count.CompareTo(y.Count);
    }

    /// <summary>Items as a key, compared one by one.</summary>
    private readonly struct ItemKey(ReadOnlyMemory<int> items) : IEquatable<ItemKey>
    {
        private readonly ReadOnlyMemory<int> _items = items;

        public bool Equals(ItemKey other) => _items.Span.SequenceEqual(other._items.Span);

        public override bool Equals(object? obj) => obj is ItemKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_items.Span));
            return hash.ToHashCode();
        }
    }
}
