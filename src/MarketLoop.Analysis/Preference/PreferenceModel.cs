using System.Buffers;
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
    private const uint Magic = 0x31504C4D; // "MLP1", little-endian

    private const int Spare = 64;
    private readonly ProductId[] products;
    private readonly Dictionary<ProductId, int> indexOf;
    private readonly PreferenceBlend blend;

    internal PreferenceModel(ProductId[] products, PreferenceBlend blend, HistoryWeights weights)
    {
        this.products = products;
        this.blend = blend;
        Weights = weights;
        indexOf = new Dictionary<ProductId, int>(products.Length);
        for (int i = 0; i < products.Length; i++)
        {
            indexOf.Add(products[i], i);
        }
    }

    /// <summary>How much each touch of a history counts.</summary>
    public HistoryWeights Weights { get; }

    /// <summary>Number of products it can name.</summary>
    public int ProductCount => products.Length;

    /// <summary>True when the model was trained on acts with this product.</summary>
    public bool Knows(ProductId product) => indexOf.ContainsKey(product);

    /// <summary>The best products for a history. Empty when no product of the history is known: the caller falls back.</summary>
    /// <param name="history">What the customer touched.</param>
    /// <param name="count">Most products wanted.</param>
    /// <param name="isAllowed">False leaves a product out (bought, out of stock ...).</param>
    public IReadOnlyList<RankedProduct> Rank(IReadOnlyList<ProductTouch> history, int count, Func<ProductId, bool> isAllowed)
    {
        (int[] items, float[] weights) = Known(history);
        return items.Length == 0 ? [] : Best(items, weights, count, isAllowed);
    }

    /// <summary>Products that go with one product; empty when it is unknown.</summary>
    public IReadOnlyList<RankedProduct> Similar(ProductId product, int count, Func<ProductId, bool> isAllowed) =>
        indexOf.TryGetValue(product, out int item) ? Best([item], [1f], count, p => p != product && isAllowed(p)) : [];

    /// <summary>What sells best lately.</summary>
    public IReadOnlyList<RankedProduct> Popular(int count, Func<ProductId, bool> isAllowed) =>
        Select(blend.Popularity.Popularity.ToArray(), count, isAllowed, _ => null);

    /// <summary>Writes the model; the same model gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using (BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Weights.View);
            writer.Write(Weights.Add);
            writer.Write(Weights.Purchase);
            writer.Write(Weights.HalfLifeDays);
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
            if (reader.ReadUInt32() != Magic)
            {
                throw new InvalidDataException("Not a preference model.");
            }

            HistoryWeights weights = new(reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
            List<ProductId> named = [];
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                named.Add(new ProductId(reader.ReadString()));
            }

            PreferenceBlend scorer = PreferenceBlend.Load(stream);
            return scorer.Items == named.Count
                ? new PreferenceModel([.. named], scorer, weights)
                : throw new InvalidDataException("The preference model names another number of products than it scores.");
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("The preference model is cut short.", e);
        }
    }

    private (int[] Items, float[] Weights) Known(IReadOnlyList<ProductTouch> history)
    {
        List<int> items = [];
        List<float> weights = [];
        foreach (ProductTouch touch in history)
        {
            float weight = (float)Weights.Of(touch);
            if (weight > 0f && indexOf.TryGetValue(touch.Product, out int item))
            {
                items.Add(item);
                weights.Add(weight);
            }
        }

        return ([.. items], [.. weights]);
    }

    private RankedProduct[] Best(int[] items, float[] weights, int count, Func<ProductId, bool> isAllowed)
    {
        ScoredItem[] best = new ScoredItem[(int)Math.Min((2L * count) + Spare, products.Length)];
        int found = blend.SelectBest(items, weights, best);
        if (found >= 0)
        {
            ScoredItem[] allowed = Array.FindAll(best[..found], item => isAllowed(products[item.Item]));
            if (allowed.Length >= count || found == products.Length)
            {
                return Describe(allowed, count, item => Reason(items, weights, item));
            }
        }

        float[] rented = ArrayPool<float>.Shared.Rent(products.Length);
        try
        {
            Span<float> scores = rented.AsSpan(0, products.Length);
            blend.Score(items, weights, scores);
            return Select(scores, count, isAllowed, item => Reason(items, weights, item));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private ProductId? Reason(int[] items, float[] weights, int item) =>
        blend.Preference is ItemNeighboursModel links && links.StrongestReason(items, weights, item) is >= 0 and int entry ? products[items[entry]] : null;

    // Whether a product is allowed is asked of the best alone: asking of the whole catalogue would cost more than scoring it. Only where too few of the best are allowed is everybody asked.
    private RankedProduct[] Select(Span<float> scores, int count, Func<ProductId, bool> isAllowed, Func<int, ProductId?> reasonOf)
    {
        ScoredItem[] best = new ScoredItem[(int)Math.Min((2L * count) + Spare, scores.Length)];
        int found = TopItemSelector.Select(scores, best);
        ScoredItem[] allowed = Array.FindAll(best[..found], item => isAllowed(products[item.Item]));
        if (allowed.Length < count && found < scores.Length)
        {
            for (int item = 0; item < scores.Length; item++)
            {
                if (!isAllowed(products[item]))
                {
                    scores[item] = float.NegativeInfinity;
                }
            }

            allowed = best[..TopItemSelector.Select(scores, best.AsSpan(0, Math.Min(count, best.Length)))];
        }

        return Describe(allowed, count, reasonOf);
    }

    private RankedProduct[] Describe(ScoredItem[] best, int count, Func<int, ProductId?> reasonOf)
    {
        RankedProduct[] described = new RankedProduct[Math.Min(count, best.Length)];
        for (int i = 0; i < described.Length; i++)
        {
            described[i] = new RankedProduct(products[best[i].Item], best[i].Score, reasonOf(best[i].Item));
        }

        return described;
    }
}

/// <summary>How much each kind of touch counts.</summary>
/// <param name="View">Weight of a product looked at.</param>
/// <param name="Add">Weight of a product put into the cart.</param>
/// <param name="Purchase">Weight of a product bought.</param>
/// <param name="HalfLifeDays">Days after which a touch counts half; infinity for never.</param>
public sealed record HistoryWeights(double View, double Add, double Purchase, double HalfLifeDays)
{
    /// <summary>Weight of a touch: its strongest kind, decayed by age.</summary>
    public double Of(ProductTouch touch) =>
        (touch.Purchases > 0 ? Purchase : touch.Adds > 0 ? Add : touch.Views > 0 ? View : 0.0) * Math.Pow(0.5, touch.AgeDays / HalfLifeDays);
}
