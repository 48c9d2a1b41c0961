using MarketLoop.Analysis.Baskets;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the page of baskets shows.</summary>
/// <param name="Asked">What was asked, defaults filled in.</param>
/// <param name="Report">The answer.</param>
internal sealed record BasketsPageModel(BasketRequest Asked, BasketReport Report);

/// <summary>Reads the page of baskets.</summary>
internal sealed class BasketsPageReader(BasketReports reports)
{
    private const double FewestOrders = 3;

    /// <summary>Least shares of orders that may be chosen.</summary>
    public static readonly IReadOnlyList<double> Supports = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05];

    /// <summary>Least confidences that may be chosen.</summary>
    public static readonly IReadOnlyList<double> Confidences = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7];

    /// <summary>Finds the rules. Without a wish the limits are lowered until something stands out.</summary>
    public async Task<BasketsPageModel> ReadAsync(double? support, double? confidence, CancellationToken cancellationToken)
    {
        BasketRequest usual = new();
        BasketRequest request = usual with
        {
            MinimumSupport = support is { } chosen && Supports.Contains(chosen) ? chosen : usual.MinimumSupport,
            MinimumConfidence = confidence is { } wanted && Confidences.Contains(wanted) ? wanted : usual.MinimumConfidence,
        };
        BasketReport report = await reports.FindAsync(request, cancellationToken);
        foreach (BasketRequest lower in support is null && confidence is null ? Lowered(usual, report.Orders) : [])
        {
            if (report.Rules.Count > 0)
            {
                break;
            }

            request = lower;
            report = await reports.FindAsync(request, cancellationToken);
        }

        return new BasketsPageModel(request, report);
    }

    // A small shop has no product in every hundredth order; below three orders anything is chance.
    private static IEnumerable<BasketRequest> Lowered(BasketRequest usual, int orders) => Supports
        .Where(support => support < usual.MinimumSupport && support * orders >= FewestOrders)
        .OrderDescending()
        .Select(support => usual with { MinimumSupport = support });
}
