using System.Collections.Frozen;
using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Decision.Recommending;

/// <summary>A product that is bought with another.</summary>
/// <param name="Product">The product.</param>
/// <param name="Score">Damped cosine over orders, above 0.</param>
public readonly record struct PartnerProduct(ProductId Product, double Score);

/// <summary>Which products are bought in the same orders. Renewed as a whole; readers never wait. Thread-safe.</summary>
public sealed class BoughtTogether
{
    private const int MostOrders = 1_000_000;
    private const int MostLines = 100;
    private const int Kept = 30;
    private const double Shrinkage = 5;
    private FrozenDictionary<ProductId, PartnerProduct[]> partners = FrozenDictionary<ProductId, PartnerProduct[]>.Empty;

    /// <summary>Products with partners.</summary>
    public int Count => Volatile.Read(ref partners).Count;

    /// <summary>What is bought with a product, strongest first; empty when nothing is known. O(1).</summary>
    public IReadOnlyList<PartnerProduct> Of(ProductId product) => Volatile.Read(ref partners).TryGetValue(product, out PartnerProduct[]? found) ? found : [];

    /// <summary>Learns from orders anew: cosine between products over orders, shrunk so that one order in common says little, at most 30 partners each. Of more than a million orders, the first million; an order of more than 100 lines says nothing.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was known stays.</exception>
    public async Task RenewAsync(IAsyncEnumerable<IReadOnlyList<LineItem>> orders, CancellationToken cancellationToken)
    {
        List<ProductId[]> baskets = [];
        await foreach (IReadOnlyList<LineItem> lines in orders.WithCancellation(cancellationToken))
        {
            ProductId[] basket = [.. lines.Where(line => line.IsMerchandise).Select(line => line.Product).Distinct()];
            if (basket.Length is >= 2 and <= MostLines)
            {
                baskets.Add(basket);
                if (baskets.Count == MostOrders)
                {
                    break;
                }
            }
        }

        // Numbered by id, so that ties are broken the same whatever the order of arrival.
        ProductId[] products = [.. baskets.SelectMany(basket => basket).Distinct().OrderBy(product => product.Value, StringComparer.Ordinal)];
        Dictionary<ProductId, int> places = products.Select((product, place) => (product, place)).ToDictionary(pair => pair.product, pair => pair.place);
        InteractionMatrixBuilder builder = new(baskets.Count, products.Length);
        for (int order = 0; order < baskets.Count; order++)
        {
            foreach (ProductId product in baskets[order])
            {
                builder.Add(order, places[product]);
            }
        }

        ItemNeighboursModel model = ItemNeighboursTrainer.Fit(
            builder.Build(), new ItemNeighboursOptions { Neighbours = Kept, Shrinkage = Shrinkage, PopularityDamping = 0.5, UserDamping = 0, Scale = WeightScale.Binary }, cancellationToken);
        Dictionary<ProductId, PartnerProduct[]> found = [];
        for (int item = 0; item < products.Length; item++)
        {
            PartnerProduct[] own = PartnersOf(model, item, products);
            if (own.Length > 0)
            {
                found.Add(products[item], own);
            }
        }

        Volatile.Write(ref partners, found.ToFrozenDictionary());
    }

    private static PartnerProduct[] PartnersOf(ItemNeighboursModel model, int item, ProductId[] products)
    {
        ReadOnlySpan<int> neighbours = model.NeighboursOf(item);
        ReadOnlySpan<float> similarities = model.SimilaritiesOf(item);
        PartnerProduct[] own = new PartnerProduct[neighbours.Length];
        int count = 0;
        for (int i = 0; i < own.Length; i++)
        {
            if (similarities[i] > 0)
            {
                own[count++] = new PartnerProduct(products[neighbours[i]], similarities[i]);
            }
        }

        return own[..count];
    }
}
