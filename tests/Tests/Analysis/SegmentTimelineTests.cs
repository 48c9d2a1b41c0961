using System.Globalization;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class SegmentTimelineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-segments-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_retrained_model_keeps_keys_and_names_though_sizes_change_places()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 21);
        SegmentModel first = await TrainAsync(shop, previous: null);
        TrainingSnapshot shrunk = Without(shop, i => i is { UserId: { } user } && IsOf(user, type: 0, from: 15));
        TrainingSnapshot shrunkMore = Without(shrunk, i => i is { UserId: { } user } && IsOf(user, type: 1, from: 25));

        SegmentModel next = await TrainAsync(shrunkMore, first);

        Assert.Equal([0, 1, 2], first.Segments.Select(segment => segment.Key).Order());
        Assert.Equal([40, 25, 15], next.Segments.Select(segment => segment.Size));
        Assert.Equal(
            first.Segments.OrderBy(segment => segment.Key).Select(segment => (segment.Key, segment.Name.English, segment.Name.Chinese)),
            next.Segments.OrderBy(segment => segment.Key).Select(segment => (segment.Key, segment.Name.English, segment.Name.Chinese)));
        Assert.Equal(first.NextKey, next.NextKey);
    }

    [Fact]
    public async Task A_type_that_appears_gets_a_new_key_and_a_name_of_its_own()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 22);
        SegmentModel first = await TrainAsync(Without(shop, i => i is { UserId: { } user } && IsOf(user, type: 0, from: 0)), previous: null);

        SegmentModel next = await TrainAsync(shop, first);

        SegmentProfile[] fresh = [.. next.Segments.Where(segment => segment.Key >= first.NextKey)];
        Assert.NotEmpty(fresh);
        Assert.Equal(next.Segments.Count, next.Segments.Select(segment => segment.Key).Distinct().Count());
        Assert.Equal(next.Segments.Count, next.Segments.Select(segment => segment.Name.English).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(next.Segments.Max(segment => segment.Key) + 1, next.NextKey);
    }

    [Fact]
    public async Task Whoever_was_not_known_at_the_earlier_moment_enters()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 23);
        SegmentModel model = await TrainAsync(shop, previous: null);

        SegmentMovement late = (await ReadAsync(shop, model, Shopping.Day(-1), shop.AsOf)).Movement;
        SegmentMovement steady = (await ReadAsync(shop, model, Shopping.Day(199), shop.AsOf)).Movement;

        Assert.Equal(model.Segments.Select(segment => segment.Size), late.Entered);
        Assert.All(late.Counts, row => Assert.All(row, count => Assert.Equal(0, count)));
        Assert.Equal(model.Segments.Select(segment => segment.Size), Enumerable.Range(0, 3).Select(to => steady.Counts.Sum(row => row[to])));
        Assert.All(steady.Entered.Concat(steady.Gone), count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task Movement_goes_from_rows_to_columns()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 28);
        SegmentModel model = await TrainAsync(shop, previous: null);
        FeatureBook book = new(TimeZoneInfo.Utc);
        foreach (Interaction interaction in shop.Interactions)
        {
            book.Add(interaction);
        }

        book.AdvanceTo(shop.AsOf);
        CustomerFeatures Of(string user) => book.Compute(CustomerId.Known(user), book.Products.PriceScale([]))!; // planted
        CustomerId[] people = [.. Enumerable.Range(0, 6).Select(i => CustomerId.Known($"p{i}"))];
        CustomerFeatures loyal = Of("t0-000");
        CustomerFeatures browsing = Of("t2-000");
        Dictionary<CustomerId, CustomerFeatures> before = new() { [people[0]] = loyal, [people[1]] = loyal, [people[2]] = loyal, [people[3]] = browsing, [people[4]] = browsing };
        Dictionary<CustomerId, CustomerFeatures> after = new() { [people[0]] = loyal, [people[1]] = browsing, [people[2]] = browsing, [people[3]] = browsing, [people[5]] = loyal };

        SegmentMovement movement = SegmentMovement.Between(model, before, after, Shopping.Day(1), Shopping.Day(2));

        (int from, int to) = (model.Assign(loyal), model.Assign(browsing));
        Assert.Equal((1, 2, 0, 1), (movement.Counts[from][from], movement.Counts[from][to], movement.Counts[to][from], movement.Counts[to][to]));
        Assert.Equal((1, 1), (movement.Gone[to], movement.Entered[from]));
        Assert.Equal(0.5, movement.StayedShare, 9);
        Assert.Equal(model.Segments.Select(segment => segment.Name), movement.Segments);
    }

    [Fact]
    public async Task The_customers_of_training_have_not_drifted_and_other_customers_have()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 24);
        SegmentModel model = await TrainAsync(shop, previous: null);
        TrainingSnapshot half = Without(shop, i => i is { UserId: { } user } && Number(user) % 2 == 0);
        TrainingSnapshot other = Without(shop, i => i is { UserId: { } user } && !IsOf(user, type: 1, from: 0));

        SegmentDrift same = (await ReadAsync(shop, model, Shopping.Day(100), shop.AsOf)).Drift;
        SegmentDrift sampled = (await ReadAsync(half, model, Shopping.Day(100), shop.AsOf)).Drift;
        SegmentDrift changed = (await ReadAsync(other, model, Shopping.Day(100), shop.AsOf)).Drift;

        Assert.Equal(0, same.SharesIndex, 9);
        Assert.All(same.Features, feature => Assert.Equal(0, feature.Index, 9));
        Assert.False(same.ShouldRefit);
        Assert.False(sampled.ShouldRefit, sampled.Advice.English);
        Assert.True(changed.ShouldRefit);
        Assert.True(changed.SharesIndex > 1);
        Assert.Contains("重新分群", changed.Advice.Chinese, StringComparison.Ordinal);
        Assert.Equal(1.0, changed.Shares.Sum(share => share.Now), 9);
    }

    [Fact]
    public async Task A_shop_without_customers_is_told_so()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 20, seed: 25);
        SegmentModel model = await TrainAsync(shop, previous: null);

        SegmentChange change = await ReadAsync(new TrainingSnapshot { AsOf = shop.AsOf, Interactions = [] }, model, Shopping.Day(100), shop.AsOf);

        Assert.False(change.Drift.ShouldRefit);
        Assert.Empty(change.Map.Points);
        Assert.Equal(1.0, change.Movement.StayedShare);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReadAsync(shop, model, shop.AsOf, shop.AsOf));
    }

    [Fact]
    public async Task The_map_lays_segments_apart_and_says_what_its_axes_mean()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 26);
        SegmentModel model = await TrainAsync(shop, previous: null);

        SegmentMap map = (await ReadAsync(shop, model, Shopping.Day(100), shop.AsOf)).Map;

        Assert.Equal(120, map.Points.Count);
        Assert.All(map.Points, point => Assert.Equal(point.Segment, map.Centres.MinBy(centre => Math.Pow(centre.X - point.X, 2) + Math.Pow(centre.Y - point.Y, 2))!.Segment)); // three centres
        Assert.InRange(map.X.ExplainedShare + map.Y.ExplainedShare, 0.6, 1);
        Assert.True(map.X.ExplainedShare >= map.Y.ExplainedShare);
        Assert.All((LocalizedText[])[map.X.Low, map.X.High, map.Y.Low, map.Y.High], words => Assert.Contains(words.Chinese, c => c is >= '\u4e00' and <= '\u9fff'));
        Assert.NotEqual(map.X.Low.English, map.X.High.English);
        Assert.Equal(map.Points, (await ReadAsync(shop, model, Shopping.Day(100), shop.AsOf)).Map.Points);
    }

    [Fact]
    public async Task The_report_compares_algorithms_and_has_a_negative_control()
    {
        TrainingSnapshot shop = PlantedShop.Snapshot(PlantedShop.Three, customersOfEach: 40, seed: 27);

        SegmentReport report = await SegmentEvaluator.EvaluateAsync(Shopping.Stream(shop.Interactions), [], shop.AsOf, TimeZoneInfo.Utc, 1, null, TestContext.Current.CancellationToken);

        Assert.Equal(["k-means", "ward linkage", "average linkage", "complete linkage"], report.Algorithms.Select(algorithm => algorithm.Name));
        Assert.All(report.Algorithms, algorithm => Assert.Equal(1.0, algorithm.Agreement, 6));
        Assert.All(report.Algorithms, algorithm => Assert.Equal([40, 40, 40], algorithm.Sizes));
        Assert.True(report.Scores.Single(score => score.K == 3) is { Stability: > 0.99, Gap: > 0 });
        Assert.NotNull(report.Control);
        Assert.True(report.Control.Excess > 0.15, $"{report.Control}");
    }

    private static bool IsOf(string user, int type, int from) =>
        user.StartsWith($"t{type}-", StringComparison.Ordinal) && Number(user) >= from;

    private static int Number(string user) => int.Parse(user[3..], CultureInfo.InvariantCulture);

    private static TrainingSnapshot Without(TrainingSnapshot shop, Func<Interaction, bool> dropped) =>
        new() { AsOf = shop.AsOf, Interactions = [.. shop.Interactions.Where(interaction => !dropped(interaction))] };

    private static Task<SegmentChange> ReadAsync(TrainingSnapshot shop, SegmentModel model, DateTimeOffset from, DateTimeOffset until) =>
        SegmentTimeline.ReadAsync(window => Shopping.Stream(shop.Interactions.Where(act => act.OccurredAt >= window.From && act.OccurredAt < window.Until).OrderBy(act => act.OccurredAt)), [], TimeZoneInfo.Utc, model, from, until, TestContext.Current.CancellationToken);

    private async Task<SegmentModel> TrainAsync(TrainingSnapshot shop, SegmentModel? previous)
    {
        string output = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        TrainingOptions options = new() { PreviousSegments = previous };
        await options.WriteAsync(folder, TestContext.Current.CancellationToken);
        TrainingOptions travelled = await TrainingOptions.ReadAsync(folder, TestContext.Current.CancellationToken); // as the child reads them
        ModelManifest manifest = await ModelTrainer.TrainAsync(shop, travelled, output, null, TestContext.Current.CancellationToken);
        ServingModels models = await ModelFiles.ReadAsync(manifest, output, TestContext.Current.CancellationToken);
        return models.Segments ?? throw new InvalidOperationException("No segments were found.");
    }
}
