using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

/// <summary>Who will buy and who will stay away: planted regulars and one-time buyers are told apart, and where there is nothing to tell there is no model.</summary>
public sealed class OutlookTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RowTarget.Buys, "buys")]
    [InlineData(RowTarget.Churns, "churn")]
    public void Regulars_and_one_time_buyers_are_told_apart_on_later_moments(RowTarget target, string name)
    {
        TrainingSnapshot snapshot = PlantedShop.Snapshot([new(0.12, 60m, 0.3, 0), new(0.005, 25m, 0.05, 88.5)], customersOfEach: 70, seed: 31); // the second kind ordered once, 90 days ago, some a little more and some a little less

        (OutlookModel? model, ModelCard card) = OutlookTrainer.Train(snapshot, target, new TrainingOptions { Seed = 3 }, Token);
        (OutlookModel? again, _) = OutlookTrainer.Train(snapshot, target, new TrainingOptions { Seed = 3 }, Token);

        Assert.True(model is not null, card.Choice);
        Assert.Equal(name, card.Name);
        Assert.True(card.Metrics["auc"] > 0.85, $"AUC {card.Metrics["auc"]}");
        Assert.True(card.Metrics["logLoss"] < card.Metrics["logLossOfBaseRate"]);
        Assert.NotEmpty(card.Curves!.Thresholds); // a card of a model has curves
        Assert.NotEmpty(card.Curves.Calibration);
        Assert.True(card.Curves.Importance[0].LogLossIncrease > 0);
        Assert.Equal(Bytes(model), Bytes(again!)); // the same fit
        AssertTellsApart(snapshot, model);
    }

    [Fact]
    public void Where_all_customers_are_alike_there_is_no_model_or_one_that_hardly_tells()
    {
        TrainingSnapshot snapshot = PlantedShop.Snapshot([new(0.01, 60m, 0, 0)], customersOfEach: 150, seed: 32);

        (OutlookModel? model, ModelCard card) = OutlookTrainer.Train(snapshot, RowTarget.Buys, new TrainingOptions(), Token);

        Assert.True(model is null || card.Metrics["auc"] < 0.8, card.Choice);
        Assert.StartsWith("no model: there are no interactions", OutlookTrainer.Train(new TrainingSnapshot { AsOf = Shopping.Day(1), Interactions = [] }, RowTarget.Buys, new TrainingOptions(), Token).Card.Choice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => OutlookModel.Load(new MemoryStream([1, 0, 0, 0, 1])));
        Assert.Throws<InvalidDataException>(() => OutlookModel.Load(new MemoryStream(new byte[64])));
    }

    private static void AssertTellsApart(TrainingSnapshot snapshot, OutlookModel model)
    {
        OutlookModel read = OutlookModel.Load(new MemoryStream(Bytes(model)));
        FeatureBook book = new(TimeZoneInfo.Utc);
        foreach (Interaction act in snapshot.Interactions)
        {
            book.Add(act);
        }

        book.AdvanceTo(snapshot.AsOf);
        PriceScale prices = book.Products.PriceScale([]);
        double[][] byType = [.. Enumerable.Range(0, 2).Select(type => book.Customers
            .Where(customer => customer.Value.StartsWith($"t{type}-", StringComparison.Ordinal))
            .Select(customer => book.Compute(customer, prices)!) // a customer of the book has features
            .Select(features => (Said: model.Predict(features), Read: read.Predict(features)))
            .Where(pair => pair.Said.Equals(pair.Read) && pair.Said is not null)
            .Select(pair => pair.Said!.Value) // filtered
            .ToArray())];
        (double regular, double once) = (byType[0].Average(), byType[1].Average());
        Assert.True(model.Target == RowTarget.Churns ? once > regular + 0.3 : regular > once + 0.3, $"{regular} {once}");
        Assert.Equal(70, byType[0].Length);
        Assert.True(model.Target == RowTarget.Churns ? byType[1].Length < 70 : byType[1].Length == 70); // whoever did not order lately is not asked about
    }

    private static byte[] Bytes(OutlookModel model)
    {
        using MemoryStream stream = new();
        model.Save(stream);
        return stream.ToArray();
    }
}
