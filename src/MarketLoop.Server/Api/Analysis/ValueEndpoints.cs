using MarketLoop.Analysis;
using MarketLoop.Analysis.Value;
using MarketLoop.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Analysis;

/// <summary>What the customers are worth.</summary>
internal static class ValueEndpoints
{
    public static void MapValue(this RouteGroupBuilder analysis) => analysis
        .MapGet("/value", (ValueReader reader) => TypedResults.Ok(reader.Read()))
        .WithSummary("Orders and money expected of the customers, how many are still customers, and the grid of recency, frequency and money.");
}

/// <summary>What the customers are worth, as of the last turn.</summary>
/// <param name="Customers">Customers who ordered.</param>
/// <param name="ProbablyAlive">How many of them will probably order again; null before a model is trained.</param>
/// <param name="HorizonDays">Days ahead that are looked at.</param>
/// <param name="ExpectedOrders">Orders expected in them.</param>
/// <param name="ExpectedRevenue">Money expected in them.</param>
/// <param name="AliveTenths">Customers by the tenth that their probability to order again lies in, 0 to 0.1 first.</param>
/// <param name="Grid">Customers by recency fifth (outer, 1 first) and frequency fifth (inner, 1 first).</param>
/// <param name="Fields">The named fields of the grid, from the best to the lost.</param>
public sealed record ValueOverview(
    int Customers,
    double? ProbablyAlive,
    int HorizonDays,
    double ExpectedOrders,
    decimal ExpectedRevenue,
    IReadOnlyList<int> AliveTenths,
    IReadOnlyList<IReadOnlyList<int>> Grid,
    IReadOnlyList<RfmField> Fields);

/// <summary>Reads <see cref="ValueOverview"/> for the API and the dashboard alike.</summary>
internal sealed class ValueReader(Analyst analyst)
{
    private const int Tenths = 10;

    public ValueOverview Read()
    {
        CustomerInsight[] buyers = [.. analyst.Portraits.Select(portrait => portrait.Insight).Where(insight => insight.Features.Orders > 0).OrderBy(insight => insight.Customer.ToString(), StringComparer.Ordinal)];
        CustomerValue[] values = [.. buyers.Select(insight => insight.Value).OfType<CustomerValue>()];
        int[] tenths = new int[Tenths];
        foreach (CustomerValue value in values)
        {
            tenths[Math.Min(Tenths - 1, (int)(value.ProbabilityAlive * Tenths))]++;
        }

        RfmGrid grid = RfmGrid.Of([.. buyers.Select(insight => new RfmRow(insight.Features.RecencyDays, insight.Features.Orders, (double)insight.Features.Monetary))]);
        return new ValueOverview(
            buyers.Length,
            values.Length > 0 ? values.Sum(value => value.ProbabilityAlive) : null,
            ValueModel.HorizonDays,
            values.Sum(value => value.ExpectedOrders),
            values.Sum(value => value.ExpectedRevenue),
            tenths,
            grid.Counts,
            grid.Fields);
    }
}
