using MarketLoop.Analysis.Journeys;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Baskets;

/// <summary>Which basket rules are asked for.</summary>
public sealed record BasketRequest
{
    /// <summary>Most rules that are given.</summary>
    public const int MostRules = 1_000;

    /// <summary>Least share of orders that a set of products is in, above 0 to 1. Default 0.01; lowering it finds rarer sets, which may be chance.</summary>
    public double MinimumSupport { get; init; } = 0.01;

    /// <summary>Least share of orders with the first products that have the others too, 0..1. Default 0.2.</summary>
    public double MinimumConfidence { get; init; } = 0.2;

    /// <summary>Most rules, 1..1000. Default 50.</summary>
    public int Most { get; init; } = 50;

    /// <summary>First moment looked at; null for the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time looked at, not inside; null for the end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whatever does not hold.</summary>
    public IEnumerable<RequestFault> Faults()
    {
        if (!(MinimumSupport > 0 && MinimumSupport <= 1))
        {
            yield return new RequestFault("minimumSupport", "above 0, at most 1");
        }

        if (!(MinimumConfidence >= 0 && MinimumConfidence <= 1))
        {
            yield return new RequestFault("minimumConfidence", "0 to 1");
        }

        if (Most is < 1 or > MostRules)
        {
            yield return new RequestFault("most", $"1 to {MostRules}");
        }

        foreach (RequestFault fault in JourneyPeriod.FaultsOf(From, Until))
        {
            yield return fault;
        }
    }
}

/// <summary>What is bought together.</summary>
/// <param name="Orders">Orders with products.</param>
/// <param name="Products">Different products in them.</param>
/// <param name="Sets">Sets of products that are frequent, single ones included.</param>
/// <param name="MinimumOrders">Least number of orders that a set is in.</param>
/// <param name="Rules">The rules, highest lift first.</param>
/// <param name="Note">Why fewer were looked at than asked for; null when all were.</param>
/// <param name="Seconds">Seconds that it took.</param>
public sealed record BasketReport(int Orders, int Products, int Sets, int MinimumOrders, IReadOnlyList<ProductRule> Rules, string? Note, double Seconds);

/// <summary>Who buys these also buys those.</summary>
/// <param name="If">Products that are in the order.</param>
/// <param name="Then">Products that come with them.</param>
/// <param name="Orders">Orders with all of them.</param>
/// <param name="Support">Their share of all orders, 0..1.</param>
/// <param name="Confidence">Share (0..1) of the orders with the first that have the others too.</param>
/// <param name="Lift">How many times likelier the others are in such an order than in any.</param>
/// <param name="Leverage">Support above what chance would give.</param>
/// <param name="Conviction">How often the rule would fail by chance over how often it does; null when it never fails.</param>
public sealed record ProductRule(
    IReadOnlyList<BasketProduct> If, IReadOnlyList<BasketProduct> Then, int Orders, double Support, double Confidence, double Lift, double Leverage, double? Conviction);

/// <summary>A product of a rule.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; null when the catalogue does not know it.</param>
public sealed record BasketProduct(ProductId Id, LocalizedText? Name);
