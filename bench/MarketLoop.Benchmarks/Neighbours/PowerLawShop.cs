using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Benchmarks.Neighbours;

/// <summary>
/// A synthetic shop: how much users take follows a Pareto law, what they take Zipf's law of exponent 1, half of it over the whole catalogue and half over the
/// catalogue as one of 200 kinds of taste orders it, so that some users and some items are alike.
/// </summary>
internal static class PowerLawShop
{
    private const double Tail = 1.6;
    private const int Tastes = 200;
    private const int FewestItems = 10;

    /// <summary>Draws about <paramref name="cells"/> distinct pairs; the same arguments give the same shop.</summary>
    public static InteractionMatrix Create(int users, int items, long cells, ulong seed)
    {
        int[] starts = Sizes(users, items, cells, seed);
        int[] userOf = new int[starts[^1]];
        int[] itemOf = new int[starts[^1]];
        Parallel.For(0, users, user =>
        {
            Span<int> row = itemOf.AsSpan(starts[user]..starts[user + 1]);
            userOf.AsSpan(starts[user]..starts[user + 1]).Fill(user);
            Fill(row, items, SeededRandom.Fork(seed, (ulong)user));
        });
        return InteractionMatrix.Of(users, items, userOf, itemOf);
    }

    /// <summary>Pareto sizes between ten and a tenth of the catalogue, scaled to the wanted sum.</summary>
    private static int[] Sizes(int users, int items, long cells, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] wishes = [.. Enumerable.Range(0, users).Select(_ => Math.Pow(1 - random.NextDouble(), -1 / Tail))];
        double most = Math.Max(FewestItems, items / 10.0);
        double scale = 1;
        for (int round = 0; round < 50; round++)
        {
            double sum = wishes.Sum(wish => Math.Clamp(scale * wish, FewestItems, most));
            scale *= cells / sum;
        }

        int[] starts = new int[users + 1];
        for (int user = 0; user < users; user++)
        {
            starts[user + 1] = starts[user] + (int)Math.Clamp(scale * wishes[user], FewestItems, most);
        }

        return starts;
    }

    private static void Fill(Span<int> row, int items, SeededRandom random)
    {
        HashSet<int> taken = new(row.Length);
        int taste = random.NextInt32(Tastes);
        while (taken.Count < row.Length)
        {
            // Inverse of the continuous law with density 1 / rank over 1..items.
            long rank = Math.Min(items - 1, (long)Math.Pow(items, random.NextDouble()) - 1);
            bool isOfTaste = random.NextBits() % 2 == 0;
            int item = (int)(isOfTaste ? (rank + (taste * (items / (long)Tastes))) % items : rank);
            if (taken.Add(item))
            {
                row[taken.Count - 1] = item;
            }
        }
    }
}
