using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Preference;

/// <summary>A product with its score.</summary>
/// <param name="Product">The product.</param>
/// <param name="Score">The ranker's score; comparable within one answer only.</param>
/// <param name="Because">The product of the customer's history that speaks for it most; null when it is here because it is popular.</param>
public sealed record RankedProduct(ProductId Product, double Score, ProductId? Because);

/// <summary>What a customer with a given history will probably like. Immutable and thread-safe. Knows merchandise only.</summary>
public sealed class PreferenceModel
{
    private readonly ProductId[] products;
    private readonly Dictionary<ProductId, int> indexOf;
    private readonly ProductLinks links;
    private readonly float[] popularity;
    private readonly int[] byPopularity;

    internal PreferenceModel(ProductId[] products, ProductLinks links, float[] popularity, PreferenceWeights weights)
    {
        this.products = products;
        this.links = links;
        this.popularity = popularity;
        Weights = weights;
        indexOf = new Dictionary<ProductId, int>(products.Length);
        for (int i = 0; i < products.Length; i++)
        {
            indexOf.Add(products[i], i);
        }

        byPopularity = [.. Enumerable.Range(0, products.Length).OrderByDescending(i => popularity[i]).ThenBy(i => i)];
    }

    /// <summary>How history and popularity are weighed.</summary>
    public PreferenceWeights Weights { get; }

    /// <summary>Number of products it can name.</summary>
    public int ProductCount => products.Length;

    internal ProductLinks Links => links;

    internal IReadOnlyList<ProductId> Products => products;

    internal ReadOnlySpan<float> Popularity => popularity;

    /// <summary>True when the model was trained on sales of this product.</summary>
    public bool Knows(ProductId product) => indexOf.ContainsKey(product);

    /// <summary>The best products for a history. Empty when no product of the history is known: the caller falls back.</summary>
    /// <param name="history">What the customer touched.</param>
    /// <param name="count">Most products wanted.</param>
    /// <param name="isAllowed">False leaves a product out (bought, out of stock ...).</param>
    public IReadOnlyList<RankedProduct> Rank(IReadOnlyList<ProductTouch> history, int count, Func<ProductId, bool> isAllowed)
    {
        List<(int Item, double Weight)> known = [];
        foreach (ProductTouch touch in history)
        {
            if (indexOf.TryGetValue(touch.Product, out int item) && Weights.Of(touch) is > 0.0 and double weight)
            {
                known.Add((item, weight));
            }
        }

        if (known.Count == 0)
        {
            return [];
        }

        double[] scores = new double[products.Length];
        Score(known, scores);
        return [.. Enumerable.Range(0, products.Length)
            .OrderByDescending(i => scores[i])
            .ThenBy(i => i)
            .Where(i => isAllowed(products[i]))
            .Take(count)
            .Select(i => new RankedProduct(products[i], scores[i], StrongestReason(known, i)))];
    }

    /// <summary>Products that go with one product; empty when it is unknown.</summary>
    public IReadOnlyList<RankedProduct> Similar(ProductId product, int count, Func<ProductId, bool> isAllowed) =>
        Rank([new ProductTouch(product, 1, 0, 0, 0, 0)], count, p => p != product && isAllowed(p));

    /// <summary>What sells best lately.</summary>
    public IReadOnlyList<RankedProduct> Popular(int count, Func<ProductId, bool> isAllowed) =>
        [.. byPopularity.Where(i => isAllowed(products[i])).Take(count).Select(i => new RankedProduct(products[i], popularity[i], null))];

    internal void Score(IReadOnlyList<(int Item, double Weight)> known, Span<double> scores)
    {
        for (int i = 0; i < popularity.Length; i++)
        {
            scores[i] = Weights.Popularity * popularity[i];
        }

        foreach ((int item, double weight) in known)
        {
            links.AddTo(item, weight, scores);
        }
    }

    private ProductId? StrongestReason(List<(int Item, double Weight)> known, int target)
    {
        double strongest = 0.0;
        ProductId? because = null;
        foreach ((int item, double weight) in known)
        {
            double says = weight * links.Between(item, target);
            if (says > strongest)
            {
                strongest = says;
                because = products[item];
            }
        }

        return because;
    }
}

/// <summary>How much each kind of touch counts, and how much popularity does.</summary>
/// <param name="View">Weight of a product looked at.</param>
/// <param name="Add">Weight of a product put into the cart.</param>
/// <param name="Purchase">Weight of a product bought.</param>
/// <param name="Popularity">Weight of decayed popularity beside the links.</param>
/// <param name="HistoryHalfLifeDays">Days after which a touch counts half; infinity for never.</param>
public sealed record PreferenceWeights(double View, double Add, double Purchase, double Popularity, double HistoryHalfLifeDays)
{
    /// <summary>Weight of a touch: its strongest kind, decayed by age.</summary>
    public double Of(ProductTouch touch)
    {
        double strongest = touch.Purchases > 0 ? Purchase : touch.Adds > 0 ? Add : touch.Views > 0 ? View : 0.0;
        return double.IsFinite(HistoryHalfLifeDays) ? strongest * Math.Pow(0.5, touch.AgeDays / HistoryHalfLifeDays) : strongest;
    }
}
