using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>What is known of products from events alone: how often each was bought on which day, and its last price. Order of arrival changes nothing.</summary>
public sealed class ProductBook
{
    private readonly Dictionary<ProductId, SortedDictionary<int, int>> purchases = [];
    private readonly Dictionary<ProductId, SeenPrice> prices = [];

    internal void Apply(Interaction interaction, int day)
    {
        foreach (LineItem line in interaction.Lines)
        {
            if (!line.IsMerchandise)
            {
                continue;
            }

            if (line.UnitPrice is { } price && price > 0m)
            {
                SeenPrice seen = new(interaction.OccurredAt.UtcTicks, interaction.MessageId, price);
                if (!prices.TryGetValue(line.Product, out SeenPrice? known) || seen.IsAfter(known))
                {
                    prices[line.Product] = seen;
                }
            }

            if (interaction.Kind == InteractionKind.OrderCompleted)
            {
                if (!purchases.TryGetValue(line.Product, out SortedDictionary<int, int>? days))
                {
                    purchases.Add(line.Product, days = []);
                }

                days[day] = days.GetValueOrDefault(day) + 1;
            }
        }
    }

    /// <summary>Products by purchases, a purchase counting half after each half-life; strongest first, ties by id.</summary>
    /// <param name="today">Day number that ages are counted from.</param>
    /// <param name="halfLifeDays">Days after which a purchase counts half.</param>
    /// <param name="count">Most products wanted.</param>
    public IReadOnlyList<ProductDemand> MostWanted(int today, double halfLifeDays, int count) =>
        [.. purchases
            .Select(p => new ProductDemand(p.Key, Decayed(p.Value, today, halfLifeDays), p.Value.Values.Sum()))
            .OrderByDescending(p => p.Weight)
            .ThenBy(p => p.Product.Value, StringComparer.Ordinal)
            .Take(count)];

    /// <summary>Products that are bought more often lately than usually, most risen first, ties by id.</summary>
    /// <remarks>
    /// A sum decayed with half-life h divided by h / ln 2 estimates purchases a day. The weight is how many standard deviations of a count the fast estimate
    /// lies above the slow one, (fast - slow) / sqrt(slow + 1 / slow half-life): one chance purchase of a rarely bought product does not lead the list.
    /// </remarks>
    /// <param name="today">Day number that ages are counted from.</param>
    /// <param name="fastHalfLifeDays">Half-life of "lately", in days.</param>
    /// <param name="slowHalfLifeDays">Half-life of "usually", in days.</param>
    /// <param name="count">Most products wanted.</param>
    public IReadOnlyList<ProductDemand> MostRisen(int today, double fastHalfLifeDays, double slowHalfLifeDays, int count) =>
        [.. purchases
            .Select(p => new ProductDemand(p.Key, RiseOf(p.Value, today, fastHalfLifeDays, slowHalfLifeDays), p.Value.Values.Sum()))
            .Where(p => p.Weight > 0)
            .OrderByDescending(p => p.Weight)
            .ThenBy(p => p.Product.Value, StringComparer.Ordinal)
            .Take(count)];

    private static double RiseOf(SortedDictionary<int, int> days, int today, double fastHalfLifeDays, double slowHalfLifeDays)
    {
        double fast = Decayed(days, today, fastHalfLifeDays) * Math.Log(2) / fastHalfLifeDays;
        double slow = Decayed(days, today, slowHalfLifeDays) * Math.Log(2) / slowHalfLifeDays;
        return (fast - slow) / Math.Sqrt(slow + (1 / slowHalfLifeDays));
    }

    private static double Decayed(SortedDictionary<int, int> days, int today, double halfLifeDays)
    {
        double sum = 0;
        foreach ((int day, int count) in days)
        {
            sum += count * Math.Pow(0.5, Math.Max(0, today - day) / halfLifeDays);
        }

        return sum;
    }

    /// <summary>Percentiles of the last price seen of each product; products never seen with a price take the catalogue's.</summary>
    public PriceScale PriceScale(IEnumerable<Product> catalogue)
    {
        Dictionary<ProductId, decimal> all = prices.ToDictionary(p => p.Key, p => p.Value.Price);
        foreach (Product product in catalogue)
        {
            if (product is { IsMerchandise: true, Price: { } price } && price > 0m)
            {
                all.TryAdd(product.Id, price);
            }
        }

        return new PriceScale(all);
    }

    private sealed record SeenPrice(long Ticks, string MessageId, decimal Price)
    {
        // One order can name a product twice at two prices: the higher one wins, whatever the order of lines.
        public bool IsAfter(SeenPrice other) =>
            Ticks != other.Ticks ? Ticks > other.Ticks
            : string.CompareOrdinal(MessageId, other.MessageId) is not 0 and int compared ? compared > 0
            : Price > other.Price;
    }
}

/// <summary>How much a product is wanted.</summary>
/// <param name="Product">The product.</param>
/// <param name="Weight">Purchases, decayed by age.</param>
/// <param name="Purchases">Purchases in all.</param>
public sealed record ProductDemand(ProductId Product, double Weight, int Purchases);

/// <summary>Where a product's price stands among all known prices. Immutable.</summary>
public sealed class PriceScale
{
    private readonly Dictionary<ProductId, int> twiceRanks;

    internal PriceScale(IReadOnlyDictionary<ProductId, decimal> prices)
    {
        decimal[] sorted = [.. prices.Values.Order()];
        Dictionary<decimal, int> byPrice = [];
        for (int from = 0; from < sorted.Length;)
        {
            int until = from;
            while (until < sorted.Length && sorted[until] == sorted[from])
            {
                until++;
            }

            byPrice.Add(sorted[from], from + until);
            from = until;
        }

        twiceRanks = prices.ToDictionary(p => p.Key, p => byPrice[p.Value]);
    }

    /// <summary>Products with a price.</summary>
    internal int Count => twiceRanks.Count;

    /// <summary>Mid-rank percentile (0..1) of the product's price; null when its price is unknown. O(1).</summary>
    public double? PercentileOf(ProductId product) => TwiceRankOf(product) is { } rank ? rank / (2.0 * Count) : null;

    /// <summary>Twice the product's mid-rank, a whole number: sums of it are exact in any order. Null when its price is unknown.</summary>
    internal int? TwiceRankOf(ProductId product) => twiceRanks.TryGetValue(product, out int rank) ? rank : null;
}
