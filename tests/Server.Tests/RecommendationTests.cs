using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>Recommendations over the real server.</summary>
public sealed class RecommendationTests : IAsyncLifetime
{
    private const int BatchSize = 1_000;
    private const string Recommendations = "/api/v1/decision/recommendations";
    private RunningServer? running;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private RunningServer Server => running ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync() => running = await RunningServer.StartAsync(("Decision:Experiment:ControlShare", "0"), ("Decision:Exploration:SwapProbability", "0"));

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_empty_catalogue_gives_an_empty_list_with_a_reason_and_bad_questions_name_their_fields()
    {
        JsonElement empty = await Server.Api.GetAsync(Recommendations + "?customer=u:ann");
        JsonElement session = await Server.Api.SendAsync(HttpMethod.Post, Recommendations, new { session = new[] { "nowhere" } });

        Assert.Equal(0, empty.GetProperty("items").GetArrayLength());
        Assert.Equal("the catalogue has no products", empty.GetProperty("shortfall").GetProperty("en").GetString());
        Assert.Equal(0, session.GetProperty("items").GetArrayLength());
        Assert.Equal("count,customer,offset", await FaultsAsync(Server.Api.Client.GetAsync(new Uri(Recommendations + "?customer=ann&count=51&offset=-1", UriKind.Relative), Cancelled)));
        Assert.Equal("session,without", await FaultsAsync(Server.Api.Client.PostAsJsonAsync(Recommendations, new { session = Enumerable.Repeat("x", 101), without = new[] { "" } }, Cancelled)));
    }

    [Fact]
    public async Task A_click_shows_in_the_next_answer_and_what_was_bought_is_gone_from_it()
    {
        await StockAsync(60);
        await Server.Api.StartAsync();

        string[] before = await SlotAsync("ann", "r1");
        await TrackAsync("Product Viewed", "ann", "p044", "m1");
        JsonElement after = await Server.Api.GetAsync(Recommendations + "?customer=u:ann&count=10&explain=true");
        string[] clicked = await SlotAsync("ann", "r2");
        await TrackAsync("Order Completed", "ann", "p040", "m2");
        string[] bought = Ids(await Server.Api.GetAsync(Recommendations + "?customer=u:ann&count=50"));

        Assert.DoesNotContain("p040", before);
        Assert.Equal("p040", clicked[0]);   // first of the category of p044
        Assert.Equal("because you looked at Product p044", after.GetProperty("items")[0].GetProperty("reason").GetProperty("en").GetString());
        Assert.Equal("因为您浏览过 商品 p044", after.GetProperty("items")[0].GetProperty("reason").GetProperty("zh").GetString());
        foreach (JsonElement item in after.GetProperty("items").EnumerateArray())
        {
            Assert.Equal(item.GetProperty("score").GetDouble(), item.GetProperty("parts").EnumerateArray().Sum(part => part.GetProperty("value").GetDouble()), 9);
        }

        Assert.DoesNotContain("p040", bought);
        JsonElement explained = await Server.Api.GetAsync("/api/v1/decision/explain?customer=u:ann&product=p040");
        Assert.Equal(("bought", JsonValueKind.Null), (explained.GetProperty("cause").GetString(), explained.GetProperty("position").ValueKind));
    }

    [Fact]
    public Task What_sold_out_or_vanished_is_on_no_path_and_what_is_new_can_be_shown_at_once() => SellOutAsync(answers: 1_000);

    [Fact]
    [Trait("Kind", "Slow")]
    public Task What_sold_out_is_in_none_of_100_000_answers() => SellOutAsync(answers: 100_000);

    private async Task SellOutAsync(int answers)
    {
        await StockAsync(30);
        await Server.Api.StartAsync();
        for (int i = 0; i < 12; i++)
        {
            await TrackAsync("Order Completed", "c" + i, i % 2 == 0 ? "p003" : "p004", "o" + i);
        }

        await Server.Api.SendAsync(HttpMethod.Post, "/api/v1/clock", new { now = RunningServer.Start.AddDays(1) });
        await Server.Api.SendAsync(HttpMethod.Post, "/api/v1/loop/turns", new { });
        Assert.All(await EveryPathAsync("p003"), path => Assert.True(path.Holds, $"{path.Name} should show p003 while it is in stock"));

        await Server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/products", new { products = new[] { Product("p003", stock: 0), Product("new", stock: 5) } });
        Assert.Contains("new", Ids(await Server.Api.GetAsync(Recommendations + "?customer=u:ann&count=50")));
        for (int round = 0; round < 20; round++)
        {
            Assert.All(await EveryPathAsync("p003"), path => Assert.False(path.Holds, $"{path.Name} shows what is sold out"));
        }

        for (int answered = 0; answered < answers; answered += BatchSize)
        {
            string[] lists = await BatchAsync(Enumerable.Range(answered, BatchSize).Select(i => "u:c" + (i % 5_000)));
            Assert.Equal(BatchSize, lists.Length);
            Assert.All(lists, list => Assert.DoesNotContain("\"p003\"", list, StringComparison.Ordinal));
            Assert.True(lists.Count(list => list.Contains("\"p004\"", StringComparison.Ordinal)) > BatchSize / 2, "what is in stock should be shown");
        }

        using HttpResponseMessage removed = await Server.Api.Client.DeleteAsync(new Uri("/api/item/p004", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        Assert.All(await EveryPathAsync("p004"), path => Assert.False(path.Holds, $"{path.Name} shows what vanished"));
    }

    [Fact]
    public async Task Ten_pages_never_repeat_a_product()
    {
        await StockAsync(120);
        await TrackAsync("Product Viewed", "ann", "p044", "m1");
        List<string> seen = [];
        for (int page = 0; page < 10; page++)
        {
            seen.AddRange(Ids(await Server.Api.GetAsync($"{Recommendations}?customer=u:ann&count=10&offset={page * 10}")));
        }

        Assert.Equal(100, seen.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Placements_are_saved_checked_put_on_record_and_obeyed_by_slots()
    {
        await StockAsync(30);
        await Server.Api.StartAsync();
        using ShopApi shop = Server.WithKey(await Server.Api.AddKeyAsync("till", secret: true));

        JsonElement saved = await Server.Api.SendAsync(HttpMethod.Put, "/api/v1/decision/placements/home", new { pinned = new[] { "p020" }, banned = new[] { "p000", "p001" }, mostPerCategory = 2 });
        string[] slot = await SlotAsync("ann", "r1");
        JsonElement preview = await shop.SendAsync(HttpMethod.Post, "/api/v1/decision/placements/home/preview", new { customer = "u:ann", rules = new { count = 5, pinned = new[] { "p029" } } });
        string faults = await FaultsAsync(Server.Api.Client.PutAsJsonAsync(new Uri("/api/v1/decision/placements/home", UriKind.Relative), new { count = 99, diversity = 2, algorithm = "magic" }, Cancelled));
        using HttpResponseMessage refused = await shop.Client.PutAsJsonAsync(new Uri("/api/v1/decision/placements/home", UriKind.Relative), new { count = 5 }, Cancelled);
        JsonElement changes = await Server.Api.GetAsync("/api/v1/decision/placement-changes?placement=home");

        Assert.Equal("command line", saved.GetProperty("savedBy").GetString());
        Assert.Equal("p020", slot[0]);
        Assert.DoesNotContain(slot, id => id is "p000" or "p001");
        Assert.True(slot.CountBy(id => id[..3]).All(category => category.Value <= 2));
        Assert.Equal("p029", preview.GetProperty("items")[0].GetProperty("product").GetString());
        Assert.True(preview.GetProperty("stages").GetArrayLength() >= 4);
        Assert.Equal("algorithm,count,diversity", faults);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(1, changes.GetProperty("items").GetArrayLength());
        using HttpResponseMessage reset = await Server.Api.Client.DeleteAsync(new Uri("/api/v1/decision/placements/home", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);
        Assert.Contains("p000", await SlotAsync("bob", "r2"));
    }

    [Fact]
    public async Task A_batch_answers_line_by_line_and_a_bad_line_costs_nothing_else()
    {
        await StockAsync(20);
        string[] lines = [.. Enumerable.Range(0, 500).Select(i => i == 250 ? "not json" : i == 251 ? """{"customer":"nobody"}""" : $$"""{"customer":"u:c{{i}}","count":3}""")];
        using StringContent body = new(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");

        using HttpResponseMessage answer = await Server.Api.Client.PostAsync(new Uri(Recommendations + "/batch", UriKind.Relative), body, Cancelled);
        JsonElement[] answers = [.. (await answer.Content.ReadAsStringAsync(Cancelled)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(500, answers.Length);
        Assert.Equal(Enumerable.Range(1, 500), answers.Select(line => line.GetProperty("line").GetInt32()));
        Assert.Equal([251, 252], answers.Where(line => line.GetProperty("error").ValueKind == JsonValueKind.String).Select(line => line.GetProperty("line").GetInt32()));
        Assert.Equal(3, answers[499].GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_client_of_Gorse_finds_its_shapes_and_its_feedback_counts_once()
    {
        using ShopApi gorse = Server.WithKey("none");
        gorse.Client.DefaultRequestHeaders.Authorization = null;
        gorse.Client.DefaultRequestHeaders.Add("X-API-Key", await Server.Api.AddKeyAsync("gorse", secret: true));
        object[] items = [.. Enumerable.Range(0, 20).Select(i => new { ItemId = $"i{i}", IsHidden = i == 7, Categories = new[] { "c" + (i % 2) }, Timestamp = "2026-01-01T00:00:00Z", Labels = new { color = "red" }, Comment = $"Item {i}" })];
        object[] feedback = [new { FeedbackType = "star", UserId = "bob", ItemId = "i2", Timestamp = "2026-01-05T08:00:00Z", Comment = "nice" }, new { FeedbackType = "buy", UserId = "bob", ItemId = "i4", Timestamp = "2026-01-05T08:30:00Z" }];

        Assert.Equal(20, Rows(await gorse.SendAsync(HttpMethod.Post, "/api/items", items)));
        Assert.Equal(1, Rows(await gorse.SendAsync(HttpMethod.Post, "/api/user", new { UserId = "bob", Labels = new[] { "a" }, Comment = "Bob" })));
        Assert.Equal(2, Rows(await gorse.SendAsync(HttpMethod.Post, "/api/feedback", feedback)));
        Assert.Equal(0, Rows(await gorse.SendAsync(HttpMethod.Put, "/api/feedback", feedback)));
        string[] recommended = [.. (await gorse.GetAsync("/api/recommend/bob?n=30")).EnumerateArray().Select(id => id.GetString() ?? "")];
        string[] ofCategory = [.. (await gorse.GetAsync("/api/recommend/bob/c1?n=5&offset=1")).EnumerateArray().Select(id => id.GetString() ?? "")];
        JsonElement told = await gorse.GetAsync("/api/user/bob/feedback");
        JsonElement listed = await gorse.GetAsync("/api/feedback?n=1");
        JsonElement rest = await gorse.GetAsync("/api/feedback?n=10&cursor=" + listed.GetProperty("Cursor").GetString());
        JsonElement item = await gorse.GetAsync("/api/item/i7");
        Assert.Equal(1, Rows(await gorse.SendAsync(HttpMethod.Patch, "/api/item/i7", new { IsHidden = false })));
        JsonElement page = await gorse.GetAsync("/api/items?n=3");
        JsonElement user = await gorse.GetAsync("/api/user/bob");

        Assert.Equal(18, recommended.Length);   // all but the hidden and the bought one
        Assert.DoesNotContain("i7", recommended);
        Assert.DoesNotContain("i4", recommended);
        Assert.Equal(5, ofCategory.Length);
        Assert.All(ofCategory, id => Assert.Equal(1, int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture) % 2));
        Assert.Equal(["buy", "star"], told.EnumerateArray().Select(row => row.GetProperty("FeedbackType").GetString()));
        Assert.Equal(("bob", "i2", "nice"), (told[1].GetProperty("UserId").GetString(), told[1].GetProperty("ItemId").GetString(), told[1].GetProperty("Comment").GetString()));
        Assert.Equal("star", listed.GetProperty("Feedback")[0].GetProperty("FeedbackType").GetString());
        Assert.Equal(("buy", 1, ""), (rest.GetProperty("Feedback")[0].GetProperty("FeedbackType").GetString(), rest.GetProperty("Feedback").GetArrayLength(), rest.GetProperty("Cursor").GetString()));
        Assert.True(item.GetProperty("IsHidden").GetBoolean());
        Assert.Equal("red", item.GetProperty("Labels").GetProperty("color").GetString());
        Assert.Contains("i7", (await gorse.GetAsync("/api/recommend/bob?n=30")).EnumerateArray().Select(id => id.GetString()));
        Assert.Equal((3, "i10"), (page.GetProperty("Items").GetArrayLength(), page.GetProperty("Cursor").GetString()));
        Assert.Equal(("Bob", "a"), (user.GetProperty("Comment").GetString(), user.GetProperty("Labels")[0].GetString()));
        Assert.True((await gorse.GetAsync("/api/item/i2/neighbors?n=3")).EnumerateArray().All(score => score.TryGetProperty("Id", out _) && score.TryGetProperty("Score", out _)));
        Assert.Equal("[0].ItemId,[0].Timestamp", await FaultsAsync(gorse.Client.PostAsJsonAsync("/api/feedback", new[] { new { FeedbackType = "star", UserId = "bob", Timestamp = "soon" } }, Cancelled)));
        using HttpResponseMessage erased = await gorse.Client.DeleteAsync(new Uri("/api/user/bob", UriKind.Relative), Cancelled);
        using HttpResponseMessage gone = await gorse.Client.GetAsync(new Uri("/api/user/bob", UriKind.Relative), Cancelled);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (erased.StatusCode, gone.StatusCode));
        using ShopApi writer = Server.WithKey(await Server.Api.AddKeyAsync("page", secret: false));
        using HttpResponseMessage guessed = await writer.Client.GetAsync(new Uri("/api/recommend/ann", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, guessed.StatusCode);
    }

    [Fact]
    public async Task The_alarm_rings_when_everybody_gets_the_same_list_and_is_silent_when_tastes_show()
    {
        await StockAsync(100);
        await Server.Api.TrackAsync([.. Enumerable.Range(0, 60).Select(i => Event("Product Viewed", "c" + i, $"p{i % 10 * 10:D3}", "m" + i))]);
        await Server.Api.SendAsync(HttpMethod.Post, "/api/v1/clock", new { now = RunningServer.Start.AddHours(1) });
        await Server.Api.SendAsync(HttpMethod.Post, "/api/v1/loop/turns", new { });
        JsonElement well = await Server.Api.GetAsync("/api/v1/decision/recommendation-health");

        await Server.Api.SendAsync(HttpMethod.Put, "/api/v1/decision/placements/home", new { pinned = Enumerable.Range(0, 10).Select(i => $"p{i:D3}") });
        await Server.Api.SendAsync(HttpMethod.Post, "/api/v1/clock", new { now = RunningServer.Start.AddHours(2), turn = false });
        JsonElement ill = await Server.Api.GetAsync("/api/v1/decision/recommendation-health");

        Assert.Equal((60, 0), (well.GetProperty("lists").GetInt32(), well.GetProperty("alarms").GetArrayLength()));
        Assert.Equal(1, well.GetProperty("personalShare").GetDouble());
        Assert.True(ill.GetProperty("overlap").GetDouble() > 0.8);
        Assert.Equal(2, ill.GetProperty("alarms").GetArrayLength());
    }

    private static int Rows(JsonElement answer) => answer.GetProperty("RowAffected").GetInt32();

    private static string[] Ids(JsonElement list) => [.. list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("product").GetString() ?? "")];

    private static async Task<string> FaultsAsync(Task<HttpResponseMessage> asked)
    {
        using HttpResponseMessage answer = await asked;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        return string.Join(',', (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    private static object Product(string id, int stock) => new { id, name = new { en = "Product " + id, zh = "商品 " + id }, category = "c" + id[..Math.Min(3, id.Length)], brand = "b" + id[^1], price = 10, stock };

    private static object Event(string name, string user, string product, string message) =>
        new { type = "track", @event = name, userId = user, messageId = message, properties = new { order_id = message, products = new[] { new { product_id = product, price = 10 } } } };

    private Task<JsonElement> StockAsync(int products) =>
        Server.Api.SendAsync(HttpMethod.Put, "/api/v1/data/products", new { products = Enumerable.Range(0, products).Select(i => Product($"p{i:D3}", stock: 100)) });

    private Task TrackAsync(string name, string user, string product, string message) => Server.Api.TrackAsync([Event(name, user, product, message)]);

    private async Task<string[]> SlotAsync(string user, string request) =>
        [.. (await Server.Api.GetAsync($"/api/v1/execution/slots/home?userId={user}&count=10&requestId={request}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("productId").GetString() ?? "")];

    private async Task<IReadOnlyList<(string Name, bool Holds)>> EveryPathAsync(string product)
    {
        List<(string, bool)> paths = [];
        foreach (string path in (string[])
            [
                Recommendations + "?customer=u:ann&count=50", Recommendations + "?customer=u:c1&count=50&placement=reorder", "/api/v1/decision/popular?count=50",
                "/api/v1/decision/trending?count=50", "/api/v1/execution/slots/home?count=50", "/api/v1/execution/slots/product?userId=ann&product=p005&count=50",
                "/api/recommend/ann?n=100", "/api/popular?n=100", "/api/latest?n=100", "/api/item/p005/neighbors?n=100",
            ])
        {
            string text = (await Server.Api.GetAsync(path)).GetRawText();
            paths.Add((path, text.Contains($"\"{product}\"", StringComparison.Ordinal)));
        }

        paths.Add(("batch", (await BatchAsync(["u:ann"]))[0].Contains($"\"{product}\"", StringComparison.Ordinal)));
        return paths;
    }

    private async Task<string[]> BatchAsync(IEnumerable<string> customers)
    {
        using StringContent body = new(string.Concat(customers.Select(customer => $$"""{"customer":"{{customer}}","count":50}""" + "\n")), Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage batch = await Server.Api.Client.PostAsync(new Uri(Recommendations + "/batch", UriKind.Relative), body, Cancelled);
        return (await batch.Content.ReadAsStringAsync(Cancelled)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
