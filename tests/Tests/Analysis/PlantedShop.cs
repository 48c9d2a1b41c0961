using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Analysis;

/// <summary>A shop whose customers are of known types, for tests that ask whether the room finds them again.</summary>
internal static class PlantedShop
{
    public const int Days = 200;

    /// <summary>One customer type.</summary>
    public sealed record CustomerType(double OrdersPerDay, decimal Spend, double ViewsPerDay, double GoneForDays);

    public static IReadOnlyList<CustomerType> Three { get; } =
    [
        new(0.10, 90m, 0.3, 0),
        new(0.005, 25m, 0.05, 120),
        new(0, 0m, 1.2, 0),
    ];

    /// <summary>All combinations of often or seldom, dear or cheap, present or gone.</summary>
    public static IReadOnlyList<CustomerType> Eight { get; } =
    [
        .. from often in (bool[])[true, false] from dear in (bool[])[true, false] from gone in (bool[])[true, false]
           select new CustomerType(often ? 0.25 : 0.03, dear ? 400m : 8m, 0, gone ? 90 : 0),
    ];

    public static TrainingSnapshot Snapshot(IReadOnlyList<CustomerType> types, int customersOfEach, int seed)
    {
        Random random = new(seed);
        List<Interaction> all = [];
        for (int type = 0; type < types.Count; type++)
        {
            for (int customer = 0; customer < customersOfEach; customer++)
            {
                all.AddRange(Live(types[type], $"t{type}-{customer:000}", random));
            }
        }

        return new TrainingSnapshot
        {
            AsOf = Shopping.Day(Days),
            Interactions = [.. all.OrderBy(i => i.OccurredAt).ThenBy(i => i.MessageId, StringComparer.Ordinal)],
        };
    }

    // Regular habits: a type must not blur into its neighbour by chance.
    private static IEnumerable<Interaction> Live(CustomerType type, string name, Random random)
    {
        double until = Days - type.GoneForDays - 1;
        string price = type.Spend > 100m ? "dear" : type.Spend > 50m ? "fair" : "cheap"; // a product has one price, whoever buys it
        foreach (double day in Times(type.OrdersPerDay, until, random))
        {
            yield return Shopping.Order(name, Shopping.Day(day), type.Spend * (decimal)(0.9 + (0.2 * random.NextDouble())), $"{price}-{random.Next(10)}");
        }

        foreach (double day in Times(type.ViewsPerDay, until, random))
        {
            yield return Shopping.View(name, Shopping.Day(day), $"{price}-{random.Next(10)}");
        }
    }

    private static IEnumerable<double> Times(double perDay, double until, Random random)
    {
        int count = perDay <= 0 ? 0 : Math.Max(1, (int)Math.Round(perDay * Days * (0.9 + (0.2 * random.NextDouble()))));
        for (int i = 0; i < count; i++)
        {
            yield return Math.Max(0, until - (i * (until / count)) - random.NextDouble());
        }
    }
}
