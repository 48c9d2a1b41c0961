using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class ValueModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Days_with_orders_are_counted_in_the_shops_zone_and_follow_a_browser()
    {
        FeatureBook book = new(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        book.Add(Shopping.Order("ann", Shopping.Day(0.9), 10m));   // 5 o'clock of the next day in Shanghai
        book.Add(Shopping.Order("ann", Shopping.Day(1.1), 5m));
        book.Add(Shopping.Order("ann", Shopping.Day(9), 7m));
        book.Add(Shopping.Order("ann", Shopping.Day(50), 7m));
        book.AdvanceTo(Shopping.Day(20));

        OrderDays days = Assert.IsType<OrderDays>(book.OrderDays(CustomerId.Known("ann")));

        Assert.Equal(2, days.Count);
        Assert.Equal(8, days.Last - days.First);
        Assert.Equal(7m, days.GrossAfterFirst);
        Assert.Null(book.OrderDays(CustomerId.Known("bob")));
    }

    [Fact]
    public void Who_still_buys_is_told_from_who_left()
    {
        (ValueModel? model, ModelCard card) = Train(Shop(seed: 1, isShuffled: false));

        CustomerValue present = model!.Predict(new OrderDays(100, 290, 12, 110m), 300); // checked below by its card
        CustomerValue gone = model.Predict(new OrderDays(100, 170, 12, 110m), 300);

        Assert.True(present.ProbabilityAlive > 0.8 && gone.ProbabilityAlive < 0.3, $"{present.ProbabilityAlive} {gone.ProbabilityAlive}");
        Assert.Equal(10, (double)present.ExpectedRevenue / present.ExpectedOrders, 2.0);
        Assert.Equal(ValueModel.HorizonDays, present.HorizonDays);
        Assert.InRange(card.Metrics["mae"], 0, 0.8 * card.Metrics["maeOfSameRate"]);
        Assert.Contains("r", card.Parameters.Keys);
    }

    [Fact]
    public void Without_anybody_who_leaves_the_rate_is_as_good()
    {
        (ValueModel? model, ModelCard card) = Train(Shop(seed: 2, isShuffled: true));

        Assert.NotNull(model);
        Assert.InRange(card.Metrics["mae"] / card.Metrics["maeOfSameRate"], 0.85, 1.15);
    }

    [Fact]
    public void A_model_reads_back_as_it_was_and_too_few_customers_give_a_reason()
    {
        ValueModel model = Train(Shop(seed: 3, isShuffled: false)).Model!; // sixty customers are enough
        using MemoryStream stream = new();
        model.Save(stream);
        stream.Position = 0;

        Assert.Equal(model.Predict(new OrderDays(10, 50, 3, 20m), 60), ValueModel.Load(stream).Predict(new OrderDays(10, 50, 3, 20m), 60));
        Assert.StartsWith("no model", Train([Shopping.Order("ann", Shopping.Day(1), 5m)]).Card.Choice, StringComparison.Ordinal);
    }

    private static (ValueModel? Model, ModelCard Card) Train(IReadOnlyList<Interaction> interactions)
    {
        TrainingSnapshot snapshot = new() { AsOf = Shopping.Day(360), Interactions = interactions };
        FeatureBook book = new(TimeZoneInfo.Utc);
        foreach (Interaction interaction in interactions)
        {
            book.Add(interaction);
        }

        book.AdvanceTo(snapshot.AsOf);
        return ValueTrainer.Train(snapshot, book, new TrainingOptions(), Token);
    }

    // Everybody orders every ten days or so; unless shuffled, two thirds stop for good somewhere.
    private static Interaction[] Shop(ulong seed, bool isShuffled)
    {
        SeededRandom random = new(seed);
        List<Interaction> all = [];
        for (int customer = 0; customer < 150; customer++)
        {
            double end = isShuffled || customer % 3 == 0 ? 360 : 360 * random.NextDouble();
            for (double day = 60 * random.NextDouble(); day < end; day += 1 + (18 * random.NextDouble()))
            {
                all.Add(Shopping.Order($"c{customer}", Shopping.Day(day), 8 + (decimal)Math.Round(4 * random.NextDouble(), 2)));
            }
        }

        return [.. all.OrderBy(order => order.OccurredAt)];
    }
}
