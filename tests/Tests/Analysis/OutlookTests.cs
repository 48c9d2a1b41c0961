using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.Consent;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace MarketLoop.Tests.Analysis;

/// <summary>The ready-made questions: what was planted is found on later moments, and where there is nothing to tell there is no model or one that hardly tells.</summary>
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
        AssertExplains(snapshot, model);
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_opens_mail_is_told_where_there_is_something_to_tell(bool isPlanted)
    {
        TrainingSnapshot snapshot = Mailed(isPlanted);

        (OutlookModel? model, ModelCard card) = OutlookTrainer.Train(snapshot, RowTarget.OpensMail, new TrainingOptions { Seed = 3 }, Token);

        AssertTold(isPlanted, model is not null, card, 0.85, "opens-mail");
        if (model is not null && isPlanted)
        {
            (FeatureBook book, PriceScale prices) = BookOf(snapshot);
            double?[] said = [.. ((string[])["t0-003", "t1-003"]).Select(name => model.Predict(book.Compute(CustomerId.Known(name), prices)!))]; // both are in the book
            Assert.True(said[0] > said[1] + 0.3, $"{said[0]} {said[1]}");
            Assert.Equal(7, model.HorizonDays);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_returns_goods_is_told_where_there_is_something_to_tell(bool isPlanted)
    {
        TrainingSnapshot shop = PlantedShop.Snapshot([new(0.12, 60m, 0.3, 0), new(0.12, 25m, 0.3, 0)], customersOfEach: 70, seed: 33);
        Random random = new(5);
        Interaction[] refunds = [.. shop.Interactions.Where(act => act.Kind == InteractionKind.OrderCompleted)
            .Where(act => random.NextDouble() < (!isPlanted ? 0.2 : IsOfFirstType(act.Customer) ? 0.4 : 0.02))
            .Select(act => Shopping.Act(InteractionKind.OrderRefunded, act.UserId, act.OccurredAt.AddDays(2)) with { Revenue = act.Revenue })
            .Where(act => act.OccurredAt < shop.AsOf)];

        (OutlookModel? model, ModelCard card) = OutlookTrainer.Train(WithActs(shop, refunds), RowTarget.Returns, new TrainingOptions { Seed = 3 }, Token);

        AssertTold(isPlanted, model is not null, card, 0.85, "returns");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_category_is_told_where_there_is_something_to_tell(bool isPlanted)
    {
        PlantedShop.CustomerType[] types = [new(0.12, 180m, 0.3, 0), new(0.12, 60m, 0.3, 0), new(0.12, 25m, 0.3, 0)];
        TrainingSnapshot snapshot = PlantedShop.Snapshot(types, customersOfEach: 60, seed: 34) with
        {
            Products = [.. from price in (string[])["dear", "fair", "cheap"] from number in Enumerable.Range(0, 10)
                           select new Product { Id = new ProductId($"{price}-{number}"), Name = new LocalizedText(price, price), Category = isPlanted ? price : "abc"[number % 3].ToString() }],
        };

        (NextCategoryModel? model, ModelCard card) = NextCategoryTrainer.Train(snapshot, new TrainingOptions { Seed = 3 }, Token);
        (NextCategoryModel? again, _) = NextCategoryTrainer.Train(snapshot, new TrainingOptions { Seed = 3 }, Token);

        Assert.Equal("next-category", card.Name);
        if (!isPlanted)
        {
            Assert.True(model is null || card.Metrics["accuracy"] < card.Metrics["accuracyOfMostBought"] + 0.1, card.Choice);
            return;
        }

        Assert.True(model is not null, card.Choice);
        Assert.True(card.Metrics["accuracy"] > 0.95 && card.Metrics["accuracyOfMostBought"] < 0.5, $"{card.Metrics["accuracy"]} {card.Metrics["accuracyOfMostBought"]}");
        Assert.Equal(Bytes(model.Save), Bytes(again!.Save)); // the same fit
        ServingModels written = new() { NextCategory = model };
        string folder = Directory.CreateTempSubdirectory("next-category-").FullName;
        ModelManifest manifest = new() { DataFrom = snapshot.AsOf, DataUntil = snapshot.AsOf, Interactions = 1, Seed = 3, Models = [card], Files = await ModelFiles.WriteAsync(written, folder, Token) };
        ServingModels read = await ModelFiles.ReadAsync(manifest, folder, Token);
        (FeatureBook book, PriceScale prices) = BookOf(snapshot);
        CustomerId dear = CustomerId.Known("t0-001");
        CustomerOutlook outlook = read.Foresee(book.Compute(dear, prices)!, () => book.Interests(dear, NextCategoryModel.Interests, id => id.Value[..id.Value.IndexOf('-', StringComparison.Ordinal)]))!; // there is a model and the customer
        Assert.Equal("dear", outlook.NextCategory?.Category);
        Assert.InRange(outlook.NextCategory!.Probability, 0.9, 1); // asserted above
        Assert.Null(outlook.BuysProbability);
        Dictionary<ProductId, Product> catalogue = snapshot.Products.ToDictionary(product => product.Id);
        List<Candidate> meant = AudienceEvaluator.Find(
            new BookView(book, prices, read, catalogue, new InterestOptions()), [AudienceRule.Parse("""{"type":"nextCategory","category":"Dear","atLeast":0.9}""")],
            new Dictionary<CustomerId, CustomerProfile>(), new ContactRules(Options.Create(new ConsentOptions())), Token)[0];
        Assert.All(meant, candidate => Assert.StartsWith("t0-", candidate.Customer.Value, StringComparison.Ordinal));
        Assert.True(meant.Count > 50, $"{meant.Count} of 60");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_damaged_file_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => NextCategoryModel.Load(new MemoryStream([1, 0, 0, 0, 1])));
        Assert.Throws<InvalidDataException>(() => NextCategoryModel.Load(new MemoryStream([1, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255, 0])));
        Assert.Throws<InvalidDataException>(() => OutlookModel.Load(new MemoryStream([1, 0, 0, 0, 1])));
        Assert.Throws<InvalidDataException>(() => OutlookModel.Load(new MemoryStream(new byte[64])));
    }

    // The strongest reasons of a regular customer speak for buying and against staying away; those of somebody long gone the other way round.
    private static void AssertExplains(TrainingSnapshot snapshot, OutlookModel model)
    {
        (FeatureBook book, PriceScale prices) = BookOf(snapshot);
        IReadOnlyList<OutlookReason> regular = model.Explain(book.Compute(CustomerId.Known("t0-005"), prices)!); // is in the book
        ServingModels serving = new() { Outlooks = new Dictionary<RowTarget, OutlookModel> { [model.Target] = model } };
        OutlookExplanation told = Assert.Single(serving.Explain(book.Compute(CustomerId.Known("t0-005"), prices)!, 3)); // as above

        Assert.NotEmpty(regular);
        Assert.All(regular, reason => Assert.Contains(reason.Trait, BehaviourVector.Names));
        Assert.Equal(regular.OrderByDescending(reason => Math.Abs(reason.Effect)).Select(reason => reason.Trait), regular.Select(reason => reason.Trait));
        Assert.Equal(model.Target == RowTarget.Churns, regular.Sum(reason => reason.Effect) < 0);
        Assert.Equal(regular.Take(3), told.Reasons);
        Assert.Empty(new ServingModels().Explain(book.Compute(CustomerId.Known("t0-005"), prices)!, 3)); // no model, no reasons
    }

    private static void AssertTellsApart(TrainingSnapshot snapshot, OutlookModel model)
    {
        OutlookModel read = OutlookModel.Load(new MemoryStream(Bytes(model)));
        (FeatureBook book, PriceScale prices) = BookOf(snapshot);
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

    private static void AssertTold(bool isPlanted, bool isThere, ModelCard card, double auc, string name)
    {
        Assert.Equal(name, card.Name);
        if (isPlanted)
        {
            Assert.True(isThere && card.Metrics["auc"] > auc, $"{card.Choice} {card.Metrics.GetValueOrDefault("auc")}");
        }
        else
        {
            Assert.True(!isThere || card.Metrics["auc"] < 0.65, $"{card.Choice} {card.Metrics.GetValueOrDefault("auc")}");
        }
    }

    /// <summary>Each customer got ten mails; those of the first type open most of theirs and look around more, or, where nothing is planted, everybody opens every third.</summary>
    private static TrainingSnapshot Mailed(bool isPlanted)
    {
        TrainingSnapshot shop = PlantedShop.Snapshot([new(0.05, 60m, 0.6, 0), new(0.05, 60m, 0.1, 0)], customersOfEach: 40, seed: 35);
        Random random = new(6);
        List<Treatment> mails = [];
        List<Interaction> opens = [];
        foreach (CustomerId customer in shop.Interactions.Select(act => act.Customer).Distinct().OrderBy(id => id.Value, StringComparer.Ordinal))
        {
            for (int day = 60; day < 190; day += 13)
            {
                Treatment mail = Make.Mail($"m{mails.Count}", customer, Arm.Treated, Shopping.Day(day + random.NextDouble()));
                mails.Add(mail);
                if (random.NextDouble() < (!isPlanted ? 0.33 : IsOfFirstType(customer) ? 0.8 : 0.1))
                {
                    opens.Add(Shopping.Act(InteractionKind.EmailOpened, customer.Value, mail.DecidedAt.AddHours(5)) with { TreatmentToken = $"1.{mail.Id.Value}.body.signature" });
                }
            }
        }

        return WithActs(shop, opens) with { Treatments = mails, Deliveries = [.. mails.Select(mail => Make.Delivered(mail, mail.DecidedAt))] };
    }

    private static TrainingSnapshot WithActs(TrainingSnapshot shop, IEnumerable<Interaction> more) =>
        shop with { Interactions = [.. shop.Interactions.Concat(more).OrderBy(act => act.OccurredAt).ThenBy(act => act.MessageId, StringComparer.Ordinal)] };

    private static bool IsOfFirstType(CustomerId customer) => customer.Value.StartsWith("t0-", StringComparison.Ordinal);

    private static (FeatureBook Book, PriceScale Prices) BookOf(TrainingSnapshot snapshot)
    {
        FeatureBook book = new(TimeZoneInfo.Utc);
        foreach (Interaction act in snapshot.Interactions)
        {
            book.Add(act);
        }

        book.AdvanceTo(snapshot.AsOf);
        return (book, book.Products.PriceScale([]));
    }

    private static byte[] Bytes(OutlookModel model) => Bytes(model.Save);

    private static byte[] Bytes(Action<Stream> save)
    {
        using MemoryStream stream = new();
        save(stream);
        return stream.ToArray();
    }
}
