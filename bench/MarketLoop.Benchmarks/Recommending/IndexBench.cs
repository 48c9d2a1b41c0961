using System.Globalization;
using MarketLoop.Benchmarks.Neighbours;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Benchmarks.Recommending;

/// <summary>
/// The approximate index at 1,000,000 products of 64 factors beside the exact scan and Debian's hnswlib, all on the same threads in the same run; and the size of a
/// catalogue from which it is worth its build.
/// </summary>
/// <remarks>
/// Parts: curve (made-up factors), als (factors that ALS found in a shop of a tenth as many products), sizes. With --events N there are N products.
/// </remarks>
internal sealed class IndexBench(BenchOptions options, Action<string> note)
{
    private const int Products = 1_000_000;
    private const int Queries = 1_000;
    private const int CellsPerProduct = 50;
    private const int Sweeps = 8;
    private const ulong Seed = 31;

    private static readonly int[] Sizes = [5_000, 10_000, 20_000, 50_000, 100_000, 200_000];

    /// <summary>Measures the parts that were asked for.</summary>
    public async Task<Dictionary<string, object>> RunAsync()
    {
        int products = options.Events == BenchOptions.DefaultEvents ? Products : (int)Math.Min(options.Events, 10_000_000);
        Dictionary<string, object> figures = new(StringComparer.Ordinal)
        {
            ["factors"] = FactorCatalogue.Factors,
            ["threads"] = Environment.ProcessorCount,
        };
        if (options.Asks("als"))
        {
            (float[] items, float[] queries) = Learned(products / 10);
            figures["als"] = await new IndexContest(items, queries, note).RunAsync();
        }

        float[] made = FactorCatalogue.Items(products, Seed);
        if (options.Asks("sizes"))
        {
            figures["sizes"] = Sizes.Where(size => size <= products).Select(size => MeasureSize(made[..(size * FactorCatalogue.Factors)])).ToArray();
        }

        if (options.Asks("curve"))
        {
            IndexContest.Figure curve = await new IndexContest(made, FactorCatalogue.Queries(made, Queries, Seed + 1), note).RunAsync();
            figures["curve"] = curve;
            figures["ratio"] = curve.Ratio;
        }

        return figures;
    }

    /// <summary>Factors of a power-law shop, and those of its first customers' histories.</summary>
    private (float[] Items, float[] Queries) Learned(int products)
    {
        note(string.Create(CultureInfo.InvariantCulture, $"als: {products:N0} products, {(long)products * CellsPerProduct:N0} interactions, {Sweeps} sweeps"));
        InteractionMatrix matrix = PowerLawShop.Create(products, products, (long)products * CellsPerProduct, Seed);
        FactorModel model = ImplicitAlsTrainer.Fit(matrix, new ImplicitAlsOptions { Factors = FactorCatalogue.Factors, Sweeps = Sweeps });
        float[] items = new float[products * FactorCatalogue.Factors], queries = new float[Math.Min(Queries, products) * FactorCatalogue.Factors];
        for (int item = 0; item < products; item++)
        {
            model.FactorsOf(item).CopyTo(items.AsSpan(item * FactorCatalogue.Factors));
        }

        for (int user = 0; user < queries.Length / FactorCatalogue.Factors; user++)
        {
            model.FoldIn(matrix.ItemsOf(user), [], queries.AsSpan(user * FactorCatalogue.Factors, FactorCatalogue.Factors));
        }

        return (items, queries);
    }

    private object MeasureSize(float[] items)
    {
        IndexContest contest = new(items, FactorCatalogue.Queries(items, Queries, Seed + 2), note);
        return contest.MeasureDefault();
    }
}
