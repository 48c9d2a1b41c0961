using System.Diagnostics;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Journeys;
using MarketLoop.Domain;
using MarketLoop.Learning.Baskets;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Baskets;

/// <summary>Rules of what is bought together, from the orders of the log. Thread-safe.</summary>
public sealed class BasketReports(JourneyReader reader, ICatalogStore catalog)
{
    /// <summary>Finds the rules. Postage, bank charges and the like are left out. O(events), then in proportion to what is found.</summary>
    /// <exception cref="ArgumentException">The request has faults.</exception>
    public async Task<BasketReport> FindAsync(BasketRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (RequestFault fault in request.Faults())
        {
            throw new ArgumentException($"{fault.Field}: {fault.Message}", nameof(request));
        }

        long start = Stopwatch.GetTimestamp();
        List<ProductId[]> orders = [];
        await foreach (IReadOnlyList<LineItem> lines in reader.ReadOrderLinesAsync(JourneyPeriod.Of(request.From, request.Until), cancellationToken))
        {
            orders.Add([.. lines.Where(line => line.IsMerchandise).Select(line => line.Product).Distinct()]);
        }

        // Numbered by id, so that ties are broken the same whatever the order of arrival.
        ProductId[] products = [.. orders.SelectMany(order => order).Distinct().OrderBy(product => product.Value, StringComparer.Ordinal)];
        Dictionary<ProductId, int> places = products.Select((product, place) => (product, place)).ToDictionary(pair => pair.product, pair => pair.place);
        InteractionMatrixBuilder baskets = new(orders.Count, products.Length);
        for (int order = 0; order < orders.Count; order++)
        {
            foreach (ProductId product in orders[order])
            {
                baskets.Add(order, places[product]);
            }
        }

        FrequentItemSets sets = FpGrowthTrainer.Fit(baskets.Build(), new FpGrowthOptions { MinimumSupport = request.MinimumSupport }, cancellationToken);
        IReadOnlyDictionary<ProductId, Product> known = catalog.Current;
        BasketProduct[] Named(IReadOnlyList<int> items) => [.. items.Select(item => new BasketProduct(products[item], known.GetValueOrDefault(products[item])?.Name))];
        return new BasketReport(
            sets.Baskets,
            products.Length,
            sets.Count,
            sets.MinimumCount,
            [.. sets.Rules(request.MinimumConfidence, request.Most).Select(rule => new ProductRule(
                Named(rule.Antecedent), Named(rule.Consequent), rule.Count, rule.Support, rule.Confidence, rule.Lift, rule.Leverage, rule.Conviction))],
            sets.MinimumCount > sets.AskedCount ? $"{sets.AskedCount} orders would have given too many sets; only those in at least {sets.MinimumCount} were looked at." : null,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
