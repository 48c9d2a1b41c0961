using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>Are the propensities in the log the probabilities that the slot really shows with? Asked through the public API alone: slots, views, a turn, the treatments in the log.</summary>
public sealed class PropensityTests
{
    private const int Visitors = 200;
    private const int Shown = 3;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // 5 % are three standard errors of the rarest product: the mean of n draws of 1[shown] / P has variance (1 - P) / (P n).
    [Theory]
    [InlineData(0.5, 2, 11_000)]
    public Task Over_the_log_each_product_is_shown_as_often_as_it_says(double swap, int pool, int requests) => CheckAsync(swap, pool, requests);

    [Theory]
    [Trait("Kind", "Slow")]
    [InlineData(0.3, 4, 45_000)]
    [InlineData(0.1, 2, 70_000)]
    public Task Over_a_long_log_each_product_is_shown_as_often_as_it_says(double swap, int pool, int requests) => CheckAsync(swap, pool, requests);

    private static async Task CheckAsync(double swap, int pool, int requests)
    {
        // given a shop that explores, whose visitors click each product at a rate of its own
        await using RunningServer server = await RunningServer.StartAsync(
            ("Decision:Experiment:ControlShare", "0"), ("Data:Seed", "7"),
            ("Decision:Exploration:SwapProbability", FormattableString.Invariant($"{swap}")), ("Decision:Exploration:PoolSize", FormattableString.Invariant($"{pool}")));
        await server.Api.StartAsync();
        string[] products = [.. Enumerable.Range(0, Shown + pool).Select(i => $"p{i}")];
        await server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/products", new { products = products.Select(id => new { id, name = new { en = id }, price = 5 }) });

        // when many visitors ask many times, see what they got, and the loop turns
        string[] tokens = new string[requests];
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancelled }, async (request, _) =>
        {
            JsonElement slot = await server.Api.GetAsync($"/api/v1/execution/slots/home?count={Shown}&anonymousId=b{request % Visitors}&requestId=r{request}");
            tokens[request] = slot.GetProperty("token").GetString() ?? "";
        });
        foreach ((int Index, string Token)[] part in tokens.Index().Chunk(500))
        {
            await server.Api.TrackAsync(part.Select(view => (object)new
            {
                type = "track",
                @event = "Promotion Viewed",
                anonymousId = $"b{view.Index % Visitors}",
                messageId = $"v{view.Index}",
                properties = new { treatment_token = view.Token },
            }));
        }

        JsonElement turn = await server.Api.SendAsync(HttpMethod.Post, "/api/v1/loop/turns", new { });
        List<Showing[]> log = await ReadLogAsync(server.Api);

        // then each view is a treatment of the log, and for every product the mean of 1[shown] / P is 1
        Assert.Equal(requests, turn.GetProperty("deliveries").GetProperty("shown").GetInt32());
        Assert.Equal(requests, log.Count);
        Assert.All(products, product => Assert.InRange(MeanOf(log, product, showing => 1 / showing.Propensity), 0.95, 1.05));

        // while the plain shares are not, which a wrong propensity would have left as they are
        Assert.All(products[Shown..], product => Assert.False(MeanOf(log, product, _ => 1) is >= 0.95 and <= 1.05));
        AssertOwnValueIsFound(log, products);
    }

    // The policy's own value from one half of its log, reweighted, is what the other half earned.
    private static void AssertOwnValueIsFound(List<Showing[]> log, string[] products)
    {
        Random random = new(5);
        Dictionary<string, double> clickRate = products.Index().ToDictionary(product => product.Item, product => 0.6 / (1 + product.Index), StringComparer.Ordinal);
        (Showing[] List, bool[] Clicks)[] seen = [.. log.Select(list => (list, list.Select(showing => random.NextDouble() < clickRate[showing.Product]).ToArray()))];
        (Showing[] List, bool[] Clicks)[] learned = [.. seen.Where((_, index) => index % 2 == 0)], earned = [.. seen.Where((_, index) => index % 2 == 1)];

        double estimate = 0;
        foreach (string product in products)
        {
            double weights = 0, clicks = 0;
            foreach ((Showing showing, bool isClicked) in learned.SelectMany(view => view.List.Zip(view.Clicks)).Where(view => view.First.Product == product))
            {
                weights += 1 / showing.Propensity;
                clicks += isClicked ? 1 / showing.Propensity : 0;
            }

            double share = earned.Average(view => view.List.Count(showing => showing.Product == product));
            estimate += share * clicks / weights;
        }

        double observed = earned.Average(view => view.Clicks.Count(isClicked => isClicked));
        Assert.InRange(estimate, observed * 0.95, observed * 1.05);
    }

    private static double MeanOf(List<Showing[]> log, string product, Func<Showing, double> weigh) =>
        log.Average(list => list.Where(showing => showing.Product == product).Sum(weigh));

    private static async Task<List<Showing[]>> ReadLogAsync(ShopApi api)
    {
        List<Showing[]> log = [];
        for (string? cursor = ""; cursor is not null;)
        {
            JsonElement page = await api.GetAsync($"/api/v1/decision/treatments?limit=500{(cursor.Length > 0 ? "&cursor=" + cursor : "")}");
            log.AddRange(page.GetProperty("items").EnumerateArray().Select(treatment => treatment.GetProperty("items").EnumerateArray()
                .Select(item => new Showing(item.GetProperty("product").GetString() ?? "", item.GetProperty("propensity").GetDouble()))
                .ToArray()));
            cursor = page.TryGetProperty("next", out JsonElement next) ? next.GetString() : null;
        }

        return log;
    }

    private sealed record Showing(string Product, double Propensity);
}
