using System.Globalization;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class ResponseTests : IDisposable
{
    private const int Customers = 1_200;
    private const int Days = 84;
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-response-").FullName;

    [Fact]
    public async Task A_planted_promotion_effect_is_found()
    {
        (ServingModels models, ModelCard card) = await Train(Shop(effect: 0.2, shuffled: false));

        Assert.NotNull(models.Response?.Promotion);
        Assert.Equal(0.2, card.Metrics["promotionEffect"], 0.05);
        Assert.True(card.Metrics["promotionEffectLow"] > 0, card.Choice);
        Assert.Equal(0.2, MeanUplift(models), 0.1);
        Assert.True(card.Metrics["auc"] > 0.6, $"AUC {card.Metrics["auc"]}");
        Assert.True(card.Metrics["logLoss"] < card.Metrics["logLossOfBaseRate"]);
    }

    [Fact]
    public async Task Under_shuffled_arms_no_effect_is_found()
    {
        (ServingModels models, ModelCard card) = await Train(Shop(effect: 0.2, shuffled: true));

        Assert.True(card.Metrics["promotionEffectLow"] <= 0 && card.Metrics["promotionEffectHigh"] >= 0, card.Choice);
        Assert.Equal(0.0, MeanUplift(models), 0.03);
    }

    [Fact]
    public async Task Without_promotions_there_is_a_model_but_no_word_on_their_effect()
    {
        TrainingSnapshot shop = Shop(effect: 0, shuffled: false);

        (ServingModels models, ModelCard card) = await Train(new TrainingSnapshot { AsOf = shop.AsOf, Interactions = shop.Interactions });

        Assert.NotNull(models.Response);
        Assert.Null(models.Response.Promotion);
        Assert.Null(models.Response.Predict(Lively).PurchaseProbabilityIfTreated);
        Assert.True(models.Response.Predict(Lively).PurchaseProbability > models.Response.Predict(Lapsed).PurchaseProbability);
        Assert.Contains("too few promotions", card.Choice, StringComparison.Ordinal);
        ModelCurves curves = Assert.IsType<ModelCurves>(card.Curves);
        Assert.Equal((1.0, 1.0), (curves.Thresholds[^1].Recall, curves.Thresholds[^1].FalsePositiveRate));
        Assert.InRange(curves.Thresholds.Count, 2, 60);
        Assert.Equal((int)card.Metrics["rows"], curves.Calibration.Sum(point => point.Rows));
        Assert.True(curves.Importance[0].LogLossIncrease > 0.001, $"{curves.Importance[0]}");
        Assert.Equal(curves.Importance.OrderByDescending(feature => feature.LogLossIncrease), curves.Importance);
    }

    [Fact]
    public async Task Mailing_likely_buyers_does_not_teach_that_likely_buyers_stay_away()
    {
        TrainingSnapshot shop = Shop(effect: 0, shuffled: false);

        (ServingModels alone, ModelCard aloneCard) = await Train(new TrainingSnapshot { AsOf = shop.AsOf, Interactions = shop.Interactions });
        (ServingModels mailed, ModelCard mailedCard) = await Train(ShopThatMailsItsBuyers(shop));

        Assert.True(mailedCard.Metrics["rows"] < aloneCard.Metrics["rows"], "nobody's row was left out: the test tests nothing");
        double without = alone.Response?.Predict(Lively).PurchaseProbability ?? 0, with = mailed.Response?.Predict(Lively).PurchaseProbability ?? 0;
        Assert.InRange(with / without, 0.8, 1.25);
        Assert.InRange(mailedCard.Metrics["logLoss"] / aloneCard.Metrics["logLoss"], 0.9, 1.1);
    }

    [Fact]
    public async Task Too_little_history_gives_no_model_and_a_reason()
    {
        TrainingSnapshot shop = Shop(effect: 0, shuffled: false);
        Interaction[] few = [.. shop.Interactions.Where(i => i.UserId is "c0001" or "c0002")];

        (ServingModels models, ModelCard card) = await Train(new TrainingSnapshot { AsOf = shop.AsOf, Interactions = few });

        Assert.Null(models.Response);
        Assert.Contains("are needed", card.Choice, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CustomerFeatures Lively { get; } = new(2, 10, 300m, 20, 80, 1, 3, 0.9, 0, 30m, 0.5, 0, 10, DayOfWeek.Monday);

    private static CustomerFeatures Lapsed { get; } = new(70, 1, 30m, 2, 80, 60, 0.1, 0.1, 0, 30m, 0.5, 0, 10, DayOfWeek.Monday);

    private static double MeanUplift(ServingModels models)
    {
        double sum = 0.0;
        for (int i = 0; i < 20; i++)
        {
            CustomerFeatures features = new(2 + i, 3, 90m, 3, 55, 2 + i, 0, 0.38, 0, 30m, 0.5, 0, 10, DayOfWeek.Monday);
            double plain = models.Response?.Predict(features).PurchaseProbability ?? 0.0;
            sum += (models.Response?.Predict(features).PurchaseProbabilityIfTreated ?? plain) - plain;
        }

        return sum / 20;
    }

    /// <summary>Customers with habits of their own; on some days half of them get a mail that makes a purchase likelier.</summary>
    private static TrainingSnapshot Shop(double effect, bool shuffled)
    {
        Random random = new(31);
        List<Interaction> interactions = [];
        List<Outcome> outcomes = [];
        List<Treatment> messages = [];
        for (int c = 0; c < Customers; c++)
        {
            string name = $"c{c:0000}";
            double habit = 0.02 + (0.1 * random.NextDouble() * random.NextDouble());
            for (int day = 0; day < Days; day++)
            {
                if (random.NextDouble() < habit)
                {
                    interactions.Add(Shopping.Order(name, Shopping.Day(day + random.NextDouble()), 30m, $"p{random.Next(20)}"));
                }
            }

            for (int day = 20 + random.Next(10); day < Days - 8; day += 21)
            {
                bool isTreated = random.Next(2) == 0;
                bool isMovedToBuy = isTreated && random.NextDouble() < effect * 1.35; // some of the moved would have bought anyway
                if (isMovedToBuy)
                {
                    interactions.Add(Shopping.Order(name, Shopping.Day(day + 1 + random.NextDouble()), 30m, $"p{random.Next(20)}"));
                }

                Arm arm = (shuffled ? random.Next(2) == 0 : isTreated) ? Arm.Treated : Arm.Control;
                messages.Add(Make.Mail($"{name}-{day}", CustomerId.Known(name), arm, Shopping.Day(day + 0.5)));
                outcomes.Add(Measured(messages[^1]));
            }
        }

        return new TrainingSnapshot
        {
            AsOf = Shopping.Day(Days),
            Interactions = [.. interactions.OrderBy(i => i.OccurredAt).ThenBy(i => i.MessageId, StringComparer.Ordinal)],
            Treatments = messages,
            Deliveries = [.. messages.Select(m => Make.Delivered(m, m.DecidedAt))],
            Outcomes = outcomes,
        };
    }

    /// <summary>The same shop, whose likely buyers get mails without effect every other week: no ordinary day of theirs is far from one.</summary>
    private static TrainingSnapshot ShopThatMailsItsBuyers(TrainingSnapshot shop)
    {
        Random random = new(7);
        List<Treatment> messages = [];
        foreach (CustomerId buyer in shop.Interactions.CountBy(i => i.Customer).Where(c => c.Value >= 4).Select(c => c.Key).OrderBy(c => c.Value, StringComparer.Ordinal))
        {
            Arm arm = random.NextDouble() < 0.7 ? Arm.Treated : Arm.Control;
            messages.AddRange(Enumerable.Range(0, Days / 14).Select(
                i => Make.Mail(string.Create(CultureInfo.InvariantCulture, $"{buyer.Value}-{i}"), buyer, arm, Shopping.Day(14 * i))));
        }

        return new TrainingSnapshot
        {
            AsOf = shop.AsOf,
            Interactions = shop.Interactions,
            Treatments = messages,
            Deliveries = [.. messages.Select(m => Make.Delivered(m, m.DecidedAt))],
        };
    }

    private static Outcome Measured(Treatment mail) => new()
    {
        Treatment = mail.Id,
        Customer = mail.Customer,
        Arm = mail.Arm,
        Channel = mail.Channel,
        Placement = mail.Placement,
        DeliveredAt = mail.DecidedAt,
        Clicks = 0,
        Orders = 0,
        OrdersOfShownItems = 0,
        Revenue = 0m,
        MeasuredAt = mail.DecidedAt.AddDays(7),
        IsFinal = true,
    };

    private async Task<(ServingModels Models, ModelCard Card)> Train(TrainingSnapshot snapshot)
    {
        ModelManifest manifest = await ModelTrainer.TrainAsync(snapshot, new TrainingOptions(), folder, null, TestContext.Current.CancellationToken);
        ModelCard card = manifest.Models.Single(m => string.Equals(m.Name, "response", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{card.Choice} {string.Join(", ", card.Metrics)}");
        return (await ModelFiles.ReadAsync(manifest, folder, TestContext.Current.CancellationToken), card);
    }
}
