using ShopSimulator.Randomness;

namespace ShopSimulator.World;

/// <summary>The hidden truth: how well each product suits each row of tastes (normally: each customer).</summary>
/// <remarks>Within a category: appeal to everybody, brand, style (a latent product of four dimensions), a private whim, and price.
/// Across categories: the share of attention. Match is a logistic of their sum, 0..1.</remarks>
internal sealed class Tastes
{
    private readonly int products;
    private readonly float[] match;
    private readonly float[] liking;
    private readonly float[] attention;

    private Tastes(int products, float[] match, float[] liking, float[] attention)
    {
        this.products = products;
        this.match = match;
        this.liking = liking;
        this.attention = attention;
    }

    /// <summary>Probability-like suitability (0..1) of every product for a row of tastes.</summary>
    public ReadOnlySpan<float> MatchOf(int taste) => match.AsSpan(taste * products, products);

    /// <summary>Weight (positive) with which each product is picked inside its category.</summary>
    public ReadOnlySpan<float> LikingOf(int taste) => liking.AsSpan(taste * products, products);

    /// <summary>Share of attention of each category, summing to 1.</summary>
    public ReadOnlySpan<float> AttentionOf(int taste) => attention.AsSpan(taste * Catalogue.Categories.Length, Catalogue.Categories.Length);

    /// <summary>Draws the tastes of all customers. Cost O(customers x products).</summary>
    public static Tastes Draw(Catalogue catalogue, Shopper[] shoppers, Draws draws)
    {
        int width = catalogue.Products.Length;
        float[] matches = new float[shoppers.Length * width];
        float[] likings = new float[shoppers.Length * width];
        float[] attentions = new float[shoppers.Length * Catalogue.Categories.Length];
        Span<double> brands = stackalloc double[Catalogue.Brands.Length];
        Span<double> style = stackalloc double[Catalogue.StyleDimensions];
        foreach (Shopper shopper in shoppers)
        {
            Span<float> shares = attentions.AsSpan(shopper.Index * Catalogue.Categories.Length, Catalogue.Categories.Length);
            DrawAttention(shopper.Index, shares, draws);
            for (int brand = 0; brand < brands.Length; brand++)
            {
                brands[brand] = draws.Normal(Purpose.BrandTaste, shopper.Index, brand);
            }

            for (int dimension = 0; dimension < style.Length; dimension++)
            {
                style[dimension] = draws.Normal(Purpose.StyleTaste, shopper.Index, dimension);
            }

            foreach (ShopProduct product in catalogue.Products)
            {
                double inCategory = 0.55 * product.Appeal
                    + 0.6 * brands[product.Brand]
                    + 0.35 * Dot(style, product.Style)
                    + 0.4 * draws.Normal(Purpose.ItemTaste, shopper.Index, product.Index)
                    - shopper.PriceSensitivity * product.RelativePrice;
                double acrossCategories = Math.Log(shares[product.Category] * shares.Length);
                int cell = shopper.Index * width + product.Index;
                likings[cell] = (float)Math.Exp(1.3 * inCategory);
                matches[cell] = (float)(1 / (1 + Math.Exp(1.2 - 1.1 * acrossCategories - 0.9 * inCategory)));
            }
        }

        return new Tastes(width, matches, likings, attentions);
    }

    // Two to four beloved categories hold nine tenths of the attention; the rest is curiosity.
    private static void DrawAttention(int taste, Span<float> shares, Draws draws)
    {
        double count = draws.Unit(Purpose.CategoryTaste, taste, 1);
        int beloved = count < 0.4 ? 2 : count < 0.8 ? 3 : 4;
        Span<double> keys = stackalloc double[shares.Length];
        for (int category = 0; category < shares.Length; category++)
        {
            // The largest of exponential races picks categories in proportion to their weight (Efraimidis, Spirakis 2006).
            keys[category] = Math.Log(1 - draws.Unit(Purpose.CategoryTaste, taste, 2, category)) / Catalogue.Categories[category].Weight;
            shares[category] = 0.1f / shares.Length;
        }

        double left = 0;
        Span<double> weights = stackalloc double[beloved];
        for (int rank = 0; rank < beloved; rank++)
        {
            weights[rank] = 0.4 + draws.Unit(Purpose.CategoryTaste, taste, 3, rank);
            left += weights[rank];
        }

        for (int rank = 0; rank < beloved; rank++)
        {
            int best = 0;
            for (int category = 1; category < keys.Length; category++)
            {
                best = keys[category] > keys[best] ? category : best;
            }

            keys[best] = double.NegativeInfinity;
            shares[best] += (float)(0.9 * weights[rank] / left);
        }
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int index = 0; index < left.Length; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }
}
