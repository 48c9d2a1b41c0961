using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Learning.Baskets;

/// <summary>Which sets of items count as frequent.</summary>
public sealed record FpGrowthOptions
{
    /// <summary>Least share of baskets that a set is in, above 0 to 1. Default 0.01. Raising it finds fewer sets, quicker; chance finds vanish.</summary>
    public double MinimumSupport { get; init; } = 0.01;

    /// <summary>Least number of baskets, whatever the share says; at least 1. Default 5: below that a set says little.</summary>
    public int MinimumCount { get; init; } = 5;

    /// <summary>Most items of a set, 1..10. Default 4. Raising it finds longer rules, which are seldom of use, and costs time.</summary>
    public int LongestSet { get; init; } = 4;

    /// <summary>
    /// Most sets, at least 1. Default 200,000. When there would be more, the least count is doubled until there are not: what is found is
    /// then complete for <see cref="FrequentItemSets.MinimumCount"/>.
    /// </summary>
    public int MostSets { get; init; } = 200_000;

    internal void Validate()
    {
        OptionGuard.Within(MinimumSupport, double.Epsilon, 1);
        OptionGuard.Within(MinimumCount, 1, int.MaxValue);
        OptionGuard.Within(LongestSet, 1, 10);
        OptionGuard.Within(MostSets, 1, int.MaxValue);
    }
}

/// <summary>Finds all sets of items that are together in many baskets, by growing them from a prefix tree.</summary>
public static class FpGrowthTrainer
{
    /// <summary>
    /// Finds the sets. O(items in baskets) for the tree, then in proportion to what is found; one thread, no randomness. The order of
    /// baskets does not matter.
    /// </summary>
    /// <param name="baskets">A row each basket; weights and days are not looked at, rows without items are no baskets. Empty gives no sets.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops between two sets.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static FrequentItemSets Fit(InteractionMatrix baskets, FpGrowthOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(baskets);
        options ??= new FpGrowthOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var counts = new int[baskets.Items];
        var rows = 0;
        for (var row = 0; row < baskets.Users; row++)
        {
            var items = baskets.ItemsOf(row);
            rows += items.IsEmpty ? 0 : 1;
            foreach (var item in items)
            {
                counts[item]++;
            }
        }

        // A share that is a whole number of baskets must not be lost to rounding.
        var asked = (int)Math.Max(options.MinimumCount, Math.Ceiling((options.MinimumSupport * rows) - 1e-9));
        for (var minimum = asked; ; minimum = minimum > int.MaxValue / 2 ? int.MaxValue : minimum * 2)
        {
            var growth = new Growth(counts, minimum, options, cancellationToken);
            if (growth.TryRun(baskets))
            {
                return FrequentItemSets.Of(growth.Found, rows, baskets.Items, asked, minimum);
            }
        }
    }

    private sealed class Growth
    {
        private readonly int _minimum;
        private readonly FpGrowthOptions _options;
        private readonly CancellationToken _cancellationToken;
        private readonly int[] _itemOf;
        private readonly int[] _rankOf;
        private readonly int[] _suffix;

        public Growth(int[] counts, int minimum, FpGrowthOptions options, CancellationToken cancellationToken)
        {
            _minimum = minimum;
            _options = options;
            _cancellationToken = cancellationToken;
            _suffix = new int[options.LongestSet];
            // Frequent items come first in the tree: baskets share their beginnings, and the tree stays small.
            _itemOf = [.. Enumerable.Range(0, counts.Length).Where(item => counts[item] >= minimum).OrderByDescending(item => counts[item]).ThenBy(item => item)];
            _rankOf = new int[counts.Length];
            Array.Fill(_rankOf, -1);
            for (var rank = 0; rank < _itemOf.Length; rank++)
            {
                _rankOf[_itemOf[rank]] = rank;
            }
        }

        /// <summary>What was found: items ascending, and in how many baskets.</summary>
        public List<(int[] Items, int Count)> Found { get; } = [];

        /// <summary>False when there were too many.</summary>
        public bool TryRun(InteractionMatrix baskets)
        {
            var tree = new FpTree(_itemOf.Length);
            List<int> ranks = [];
            for (var row = 0; row < baskets.Users; row++)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                ranks.Clear();
                foreach (var item in baskets.ItemsOf(row))
                {
                    if (_rankOf[item] >= 0)
                    {
                        ranks.Add(_rankOf[item]);
                    }
                }

                ranks.Sort();
                tree.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ranks), 1);
            }

            return TryGrow(tree, 0);
        }

        private bool TryGrow(FpTree tree, int length)
        {
            for (var rank = tree.Ranks - 1; rank >= 0; rank--)
            {
                if (tree.TotalOf(rank) < _minimum)
                {
                    continue;
                }

                _cancellationToken.ThrowIfCancellationRequested();
                if (Found.Count == _options.MostSets)
                {
                    return false;
                }

                _suffix[length] = _itemOf[rank];
                var items = _suffix[..(length + 1)];
                Array.Sort(items);
                Found.Add((items, tree.TotalOf(rank)));
                var isGrown = length + 1 == _suffix.Length || tree.ConditionalOn(rank, _minimum) is not { } before || TryGrow(before, length + 1);
                if (!isGrown)
                {
                    return false;
                }
            }

            return true;
        }
    }
}
