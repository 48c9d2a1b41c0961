using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Benchmarks.Recommending;

/// <summary>
/// Factors such as ALS gives on power-law data: directions of low rank (one of 200 tastes) plus noise, in a space whose later dimensions matter less, and lengths that
/// fall with the rank of an item's popularity. Queries are what a fold-in gives: the mean of ten items that Zipf's law drew, half of them of one taste.
/// </summary>
internal static class FactorCatalogue
{
    public const int Factors = 64;

    private const int Tastes = 200;
    private const int Touched = 10;
    private const double Noise = 0.7;
    private const double LengthExponent = -0.2;

    /// <summary>Items in no order of popularity; the same arguments give the same items.</summary>
    public static float[] Items(int items, ulong seed)
    {
        float[] values = new float[items * Factors];
        int[] ranks = [.. Enumerable.Range(0, items)];
        new SeededRandom(seed).Shuffle<int>(ranks);
        double[] centres = Centres(seed);
        Parallel.For(0, items, item =>
        {
            SeededRandom random = SeededRandom.Fork(seed, (ulong)item);
            double length = Math.Pow(1 + ranks[item], LengthExponent);
            for (int i = 0; i < Factors; i++)
            {
                values[(item * Factors) + i] = (float)(length * Math.Pow(1 + i, -0.5) * (centres[(TasteOf(item) * Factors) + i] + (Noise * random.NextGaussian())));
            }
        });
        return values;
    }

    /// <summary>Queries over those items.</summary>
    public static float[] Queries(float[] items, int count, ulong seed)
    {
        int[] byLength = [.. Enumerable.Range(0, items.Length / Factors).OrderByDescending(item => SquaredLength(items, item))];
        ILookup<int, int> ofTaste = byLength.ToLookup(TasteOf);
        int[][] byTaste = [.. Enumerable.Range(0, Tastes).Select(taste => ofTaste[taste].ToArray()).Where(own => own.Length > 0)];
        float[] queries = new float[count * Factors];
        SeededRandom random = new(seed);
        for (int query = 0; query < count; query++)
        {
            int[] own = byTaste[random.NextInt32(byTaste.Length)];
            for (int drawn = 0; drawn < Touched; drawn++)
            {
                int item = Draw(drawn % 2 == 0 ? own : byLength, random);
                TensorPrimitives.MultiplyAdd(items.AsSpan(item * Factors, Factors), 1f / Touched, queries.AsSpan(query * Factors, Factors), queries.AsSpan(query * Factors, Factors));
            }
        }

        return queries;
    }

    // Zipf's law of exponent 1 over a row of items, the most popular first.
    private static int Draw(int[] items, SeededRandom random) => items[(int)Math.Min(items.Length - 1, Math.Pow(items.Length, random.NextDouble()) - 1)];

    private static int TasteOf(int item) => SeededRandom.Fork(77, (ulong)item).NextInt32(Tastes);

    private static double[] Centres(ulong seed)
    {
        SeededRandom random = new(seed + 1);
        return [.. Enumerable.Range(0, Tastes * Factors).Select(_ => random.NextGaussian())];
    }

    private static float SquaredLength(float[] items, int item) => TensorPrimitives.SumOfSquares<float>(items.AsSpan(item * Factors, Factors));
}
