using System.Text;
using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Preference;

/// <summary>A product with its score.</summary>
/// <param name="Product">The product.</param>
/// <param name="Score">The ranker's score; comparable within one answer only.</param>
/// <param name="Because">The product of the customer's history that speaks for it most; null when it is here because it is popular.</param>
public sealed record RankedProduct(ProductId Product, double Score, ProductId? Because);

/// <summary>What a customer with a given history will probably like. Immutable and thread-safe. Knows merchandise only.</summary>
public sealed class PreferenceModel
{
    private const uint Magic = 0x32504C4D; // "MLP2", little-endian
    private const int Spare = 64;
    private readonly ProductId[] products;
    private readonly Dictionary<ProductId, int> indexOf;
    private readonly LinkBlend blend;
    private readonly HistoryWeights[] weights;

    /// <summary>Names the items of a blend.</summary>
    /// <param name="products">Product of each item.</param>
    /// <param name="blend">The ranking.</param>
    /// <param name="weights">How each part of the blend weighs a history.</param>
    internal PreferenceModel(ProductId[] products, LinkBlend blend, HistoryWeights[] weights)
    {
        this.products = products;
        this.blend = blend;
        this.weights = weights;
        indexOf = new Dictionary<ProductId, int>(products.Length);
        for (int i = 0; i < products.Length; i++)
        {
            indexOf.Add(products[i], i);
        }
    }

    /// <summary>Number of products it can name.</summary>
    public int ProductCount => products.Length;

    /// <summary>True when the model was trained on acts with this product.</summary>
    public bool Knows(ProductId product) => indexOf.ContainsKey(product);

    /// <summary>The best products for a history. Empty when no product of the history is known: the caller falls back. O(links of the history + n log n).</summary>
    /// <param name="history">What the customer touched, newest first.</param>
    /// <param name="count">Most products wanted.</param>
    /// <param name="isAllowed">False leaves a product out (bought, out of stock ...).</param>
    public IReadOnlyList<RankedProduct> Rank(IReadOnlyList<ProductTouch> history, int count, Func<ProductId, bool> isAllowed)
    {
        List<(int Item, ProductTouch Touch)> known = [];
        for (int i = history.Count - 1; i >= 0; i--)
        {
            if (indexOf.TryGetValue(history[i].Product, out int item))
            {
                known.Add((item, history[i]));
            }
        }

        if (known.Count == 0)
        {
            return [];
        }

        int[] items = [.. known.Select(entry => entry.Item)];
        float[] weighed = new float[weights.Length * items.Length];
        for (int part = 0; part < weights.Length; part++)
        {
            for (int i = 0; i < items.Length; i++)
            {
                ProductTouch touch = known[i].Touch;
                weighed[(part * items.Length) + i] = (float)weights[part].Of(touch.Kind(), touch.Purchases, touch.AgeDays, items.Length - 1 - i);
            }
        }

        return Best(items, weighed, count, isAllowed);
    }

    /// <summary>Products that go with one product; empty when it is unknown.</summary>
    public IReadOnlyList<RankedProduct> Similar(ProductId product, int count, Func<ProductId, bool> isAllowed)
    {
        float[] ones = new float[weights.Length];
        Array.Fill(ones, 1);
        return indexOf.TryGetValue(product, out int item) ? Best([item], ones, count, p => p != product && isAllowed(p)) : [];
    }

    /// <summary>What sells best lately.</summary>
    public IReadOnlyList<RankedProduct> Popular(int count, Func<ProductId, bool> isAllowed) => Best([], [], count, isAllowed);

    /// <summary>Writes the model; the same model gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using (BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(weights.Length);
            foreach (HistoryWeights own in weights)
            {
                foreach (double number in (ReadOnlySpan<double>)[own.View, own.Cart, own.Buy, own.HalfLifeDays, own.StepDecay, own.Repeats])
                {
                    writer.Write(number);
                }
            }

            writer.Write(products.Length);
            foreach (ProductId product in products)
            {
                writer.Write(product.Value);
            }
        }

        blend.Save(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole preference model.</exception>
    public static PreferenceModel Load(Stream stream)
    {
        try
        {
            using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
            if (reader.ReadUInt32() != Magic || reader.ReadInt32() is not (>= 0 and <= LinkBlend.MostParts and int parts))
            {
                throw new InvalidDataException("Not a preference model of this version.");
            }

            HistoryWeights[] weighing = new HistoryWeights[parts];
            for (int part = 0; part < parts; part++)
            {
                weighing[part] = new HistoryWeights(reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()) { HalfLifeDays = reader.ReadDouble(), StepDecay = reader.ReadDouble(), Repeats = reader.ReadDouble() };
            }

            List<ProductId> named = [];
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                named.Add(new ProductId(reader.ReadString()));
            }

            LinkBlend ranking = LinkBlend.Load(stream);
            return ranking.Items == named.Count && ranking.Parts.Count == parts
                ? new PreferenceModel([.. named], ranking, weighing)
                : throw new InvalidDataException("The preference model names another number of products than it scores.");
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("The preference model is cut short.", e);
        }
    }

    // Whether a product is allowed is asked of the best alone: asking of the whole catalogue would cost more than scoring it. Only where too few of the best are allowed is everybody asked.
    private RankedProduct[] Best(int[] items, float[] weighed, int count, Func<ProductId, bool> isAllowed)
    {
        ScoredItem[] best = new ScoredItem[(int)Math.Min((2L * count) + Spare, products.Length)];
        List<ScoredItem> allowed = FirstAllowed(best.AsSpan(0, blend.SelectBest(items, weighed, best)), count, isAllowed);
        if (allowed.Count < count && best.Length < products.Length)
        {
            ScoredItem[] all = new ScoredItem[products.Length];
            allowed = FirstAllowed(all.AsSpan(0, blend.SelectBest(items, weighed, all)), count, isAllowed);
        }

        int[] reasons = new int[allowed.Count];
        blend.StrongestReasons(items, weighed, [.. allowed.Select(item => item.Item)], reasons);
        return [.. allowed.Zip(reasons, (item, reason) => new RankedProduct(products[item.Item], item.Score, reason < 0 ? null : products[items[reason]]))];
    }

    private List<ScoredItem> FirstAllowed(ReadOnlySpan<ScoredItem> ranked, int count, Func<ProductId, bool> isAllowed)
    {
        List<ScoredItem> allowed = new(Math.Min(count, ranked.Length));
        for (int i = 0; i < ranked.Length && allowed.Count < count; i++)
        {
            if (isAllowed(products[ranked[i].Item]))
            {
                allowed.Add(ranked[i]);
            }
        }

        return allowed;
    }
}
