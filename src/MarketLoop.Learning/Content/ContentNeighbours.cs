using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Learning.Content;

/// <summary>What makes two products alike.</summary>
public sealed record ContentNeighboursOptions
{
    /// <summary>Neighbours kept for each product, at least 1. Default 100.</summary>
    public int Neighbours { get; init; } = 100;

    /// <summary>Weight of a term of the description against one of the title, at least 0. Default 0.3.</summary>
    public double DescriptionWeight { get; init; } = 0.3;

    /// <summary>Weight of each level of the category path, at least 0. Default 0.7. Raising it keeps to the same shelf.</summary>
    public double CategoryWeight { get; init; } = 0.7;

    /// <summary>Weight of the brand, at least 0. Default 0.7.</summary>
    public double BrandWeight { get; init; } = 0.7;

    /// <summary>Weight of the price band (each about 1.4 times the one below), at least 0. Default 0.3.</summary>
    public double PriceWeight { get; init; } = 0.3;

    /// <summary>Most products that may share a term, at least 1. Default 5,000: what more share says little and would cost most of the time.</summary>
    public int MostShared { get; init; } = 5_000;

    internal void Validate()
    {
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(DescriptionWeight, 0, 1e3);
        OptionGuard.Within(CategoryWeight, 0, 1e3);
        OptionGuard.Within(BrandWeight, 0, 1e3);
        OptionGuard.Within(PriceWeight, 0, 1e3);
        OptionGuard.Within(MostShared, 1, int.MaxValue);
    }
}

/// <summary>
/// Products that are alike by what is written about them: cosine of TF-IDF vectors over terms of title and description, levels of the
/// category, brand and price band. w = field weight x (1 + ln tf) x ln(1 + n / df). A product that nobody has touched yet has neighbours
/// too, so it can be recommended at once. Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988.
/// </summary>
public static class ContentNeighboursTrainer
{
    /// <summary>
    /// Fits neighbours. O(sum over terms of products squared, at most <see cref="ContentNeighboursOptions.MostShared"/> each), parallel
    /// over products; each similarity is summed in one order by one worker.
    /// </summary>
    /// <param name="products">The catalogue, by item index; null entries are unknown products and have no neighbours.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within one product a worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option or a price is out of range.</exception>
    public static ItemNeighboursModel Fit(IReadOnlyList<ProductText?> products, ContentNeighboursOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(products);
        options ??= new ContentNeighboursOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var byProduct = Vectors(products, options, cancellationToken);
        var byTerm = byProduct.Transpose();
        var rows = new ScoredItem[products.Count][];
        Parallel.For(
            0,
            products.Count,
            new ParallelOptions { CancellationToken = cancellationToken },
            () => (Sums: new double[products.Count], Best: new ScoredItem[Math.Min(options.Neighbours, products.Count)]),
            (product, _, work) =>
            {
                rows[product] = Nearest(product, byProduct, byTerm, work.Sums, work.Best);
                return work;
            },
            _ => { });
        return ItemNeighboursModel.Of(rows);
    }

    /// <summary>Products x terms, rows of length 1 before terms that one product alone or too many have are left out.</summary>
    private static InteractionMatrix Vectors(IReadOnlyList<ProductText?> products, ContentNeighboursOptions options, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, double>[products.Count];
        var shared = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var product = 0; product < products.Count; product++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            counts[product] = products[product] is { } text ? Count(text, options) : [];
            foreach (var term in counts[product].Keys)
            {
                shared[term] = shared.GetValueOrDefault(term) + 1;
            }
        }

        // Ordinal order: numbers of terms, and with them the order of sums, do not depend on the order of products.
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var term in shared.Where(pair => pair.Value > 1 && pair.Value <= options.MostShared).Select(pair => pair.Key).Order(StringComparer.Ordinal))
        {
            numbers.Add(term, numbers.Count);
        }

        var builder = new InteractionMatrixBuilder(products.Count, numbers.Count);
        for (var product = 0; product < products.Count; product++)
        {
            (string Term, double Weight)[] cells = [.. counts[product].Select(pair => (pair.Key, pair.Value * Math.Log(1 + ((double)products.Count / shared[pair.Key]))))];
            var norm = Math.Sqrt(cells.Sum(cell => cell.Weight * cell.Weight));
            foreach (var (term, weight) in cells)
            {
                if (weight > 0 && numbers.TryGetValue(term, out var number))
                {
                    builder.Add(product, number, (float)(weight / norm));
                }
            }
        }

        return builder.Build();
    }

    private static Dictionary<string, double> Count(ProductText text, ContentNeighboursOptions options)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        AddAll(TextTerms.Of(text.Title), 1);
        AddAll(TextTerms.Of(text.Description ?? ""), options.DescriptionWeight);
        foreach (var term in counts.Keys.ToArray())
        {
            counts[term] = counts[term] >= 1 ? 1 + Math.Log(counts[term]) : counts[term];
        }

        var path = "";
        foreach (var level in (text.Category ?? "").Split(['>', '/'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            path += ">" + level.ToUpperInvariant();
            AddAll(["c" + path], options.CategoryWeight);
        }

        if (!string.IsNullOrWhiteSpace(text.Brand))
        {
            AddAll(["b>" + text.Brand.Trim().ToUpperInvariant()], options.BrandWeight);
        }

        if (text.Price is { } price)
        {
            OptionGuard.Within(price, 0, double.MaxValue);
            AddAll([$"p>{(int)Math.Round(2 * Math.Log2(Math.Max(price, 0.01)))}"], options.PriceWeight);
        }

        return counts;

        void AddAll(IEnumerable<string> terms, double weight)
        {
            foreach (var term in terms)
            {
                counts[term] = counts.GetValueOrDefault(term) + weight;
            }
        }
    }

    private static ScoredItem[] Nearest(int product, InteractionMatrix byProduct, InteractionMatrix byTerm, double[] sums, ScoredItem[] best)
    {
        var terms = byProduct.ItemsOf(product);
        var weights = byProduct.WeightsOf(product);
        List<int> touched = [];
        for (var t = 0; t < terms.Length; t++)
        {
            var others = byTerm.ItemsOf(terms[t]);
            var values = byTerm.WeightsOf(terms[t]);
            for (var i = 0; i < others.Length; i++)
            {
                if (sums[others[i]] == 0)
                {
                    touched.Add(others[i]);
                }

                sums[others[i]] += (double)weights[t] * values[i];
            }
        }

        var selector = new TopItemSelector(best);
        foreach (var other in touched)
        {
            if (other != product)
            {
                selector.Offer(other, (float)sums[other]);
            }

            sums[other] = 0;
        }

        return selector.Finish().ToArray();
    }
}
