using System.Collections.Frozen;
using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Preference;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;
using MarketLoop.Learning.Content;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Decision.Recommending;

/// <summary>A product that reads like another.</summary>
/// <param name="Product">The product.</param>
/// <param name="Likeness">Cosine of what is written about both, 0..1.</param>
public readonly record struct AlikeProduct(ProductId Product, double Likeness);

/// <summary>
/// What reads like what, for products that the preference model knows nothing of: nobody dealt with them when it was trained, but the shop wrote about them. Renewed as a whole;
/// readers never wait. Thread-safe.
/// </summary>
public sealed class AlikeByContent(ICatalogStore catalog, Analyst analyst, CurrentModels models)
{
    /// <summary>Products compared with each other at most: those the model does not know first, of these the newest, then the most wanted.</summary>
    public const int MostProducts = 20_000;

    private const int Kept = 30;
    private const double LeastLikeness = 0.2; // a word or a price band in common is no likeness
    private readonly Lock gate = new();
    private FrozenDictionary<ProductId, AlikeProduct[]> alike = FrozenDictionary<ProductId, AlikeProduct[]>.Empty;
    private (IReadOnlyDictionary<ProductId, Product> Products, PreferenceModel? Model)? seen;
    private Entry[] compared = [];

    /// <summary>Products with others alike.</summary>
    public int Count => Volatile.Read(ref alike).Count;

    /// <summary>What reads like a product, most alike first, at most 30. For one that the model knows only what it does not know: the rest is the model's business. Empty when nothing is. O(1).</summary>
    public IReadOnlyList<AlikeProduct> Of(ProductId product) => Volatile.Read(ref alike).TryGetValue(product, out AlikeProduct[]? found) ? found : [];

    /// <summary>Compares anew when catalogue or model changed in a way that matters: stock does not. Some seconds of all cores for 20,000 products.</summary>
    /// <returns>True when it was done anew.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; what was known stays.</exception>
    public bool Renew(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            (IReadOnlyDictionary<ProductId, Product> Products, PreferenceModel? Model) now = (catalog.Current, models.Value.Preference);
            if (seen is { } before && ReferenceEquals(before.Products, now.Products) && ReferenceEquals(before.Model, now.Model))
            {
                return false;
            }

            Entry[] entries = Choose(now.Products, now.Model);
            bool isNews = !entries.AsSpan().SequenceEqual(compared);
            if (isNews)
            {
                Volatile.Write(ref alike, Compare(entries, cancellationToken));
                compared = entries;
            }

            seen = now;
            return isNews;
        }
    }

    /// <summary>What a product's page says of it.</summary>
    internal static ProductText TextOf(Product product) => new(string.Equals(product.Name.English, product.Name.Chinese, StringComparison.Ordinal) ? product.Name.English : $"{product.Name.English} {product.Name.Chinese}")
    {
        Description = product.Description,
        Category = product.Category,
        Brand = product.Brand,
        Price = product.Price is >= 0m and { } price ? (double)price : null,
    };

    // In order of ids, so that ties are broken the same whatever the demand. None when the model knows everything.
    private Entry[] Choose(IReadOnlyDictionary<ProductId, Product> products, PreferenceModel? model)
    {
        HashSet<ProductId> chosen = [];
        TakeAll(catalog.Arrivals.Where(IsNew));
        TakeAll(products.Keys.Where(IsNew).OrderBy(id => id.Value, StringComparer.Ordinal));
        if (chosen.Count == 0)
        {
            return [];
        }

        TakeAll(analyst.Popular.Select(demand => demand.Product));
        TakeAll(products.Keys.OrderBy(id => id.Value, StringComparer.Ordinal));
        return [.. chosen.OrderBy(id => id.Value, StringComparer.Ordinal).Select(id => new Entry(id, TextOf(products[id]), IsNew(id)))];

        bool IsNew(ProductId id) => model?.Knows(id) != true;

        void TakeAll(IEnumerable<ProductId> ids)
        {
            foreach (ProductId id in ids)
            {
                if (chosen.Count == MostProducts)
                {
                    return;
                }

                if (products.TryGetValue(id, out Product? product) && product.IsMerchandise)
                {
                    chosen.Add(id);
                }
            }
        }
    }

    private static FrozenDictionary<ProductId, AlikeProduct[]> Compare(Entry[] entries, CancellationToken cancellationToken)
    {
        ItemNeighboursModel model = ContentNeighboursTrainer.Fit(Array.ConvertAll(entries, entry => entry.Text), cancellationToken: cancellationToken);
        List<AlikeProduct>?[] found = new List<AlikeProduct>?[entries.Length];
        for (int item = 0; item < entries.Length; item++)
        {
            if (!entries[item].IsNew)
            {
                continue;
            }

            ReadOnlySpan<int> neighbours = model.NeighboursOf(item);
            ReadOnlySpan<float> likeness = model.SimilaritiesOf(item);
            for (int i = 0; i < neighbours.Length && likeness[i] >= LeastLikeness; i++)
            {
                (found[item] ??= []).Add(new AlikeProduct(entries[neighbours[i]].Product, likeness[i]));
                if (!entries[neighbours[i]].IsNew)
                {
                    (found[neighbours[i]] ??= []).Add(new AlikeProduct(entries[item].Product, likeness[i]));
                }
            }
        }

        Dictionary<ProductId, AlikeProduct[]> named = [];
        for (int item = 0; item < entries.Length; item++)
        {
            if (found[item] is { } own)
            {
                named.Add(entries[item].Product, [.. own.OrderByDescending(one => one.Likeness).Take(Kept)]); // stable: equals stay in order of ids
            }
        }

        return named.ToFrozenDictionary();
    }

    /// <summary>A product that is compared.</summary>
    private sealed record Entry(ProductId Product, ProductText Text, bool IsNew);
}
