using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Server.Tests;

/// <summary>Who is who, over HTTP on the real server.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-identity-").FullName;
    private ServerHost? host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ServerHost Host => host ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync() => host = await ServerHost.StartAsync(new ServeOptions { Folder = folder, Port = 0 }, Cancelled);

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("history first", new[] { 0, 1, 2 })]
    [InlineData("identify first", new[] { 2, 0, 1 })]
    [InlineData("identify in between", new[] { 0, 2, 1 })]
    public async Task Anonymous_history_appears_in_the_known_timeline_at_once_whenever_identify_comes(string order, int[] arrival)
    {
        using HttpClient pages = await WriterAsync();
        using HttpClient owner = Client(Host.LocalToken);
        string tag = order.Replace(' ', '-');
        object[] events =
        [
            new { type = "page", anonymousId = $"b-{tag}", messageId = $"1-{tag}", timestamp = "2026-03-01T10:00:00Z" },
            new { type = "track", @event = "Product Viewed", anonymousId = $"b-{tag}", messageId = $"2-{tag}", timestamp = "2026-03-02T10:00:00Z", properties = new { product_id = "cup" } },
            new { type = "identify", userId = $"u-{tag}", anonymousId = $"b-{tag}", messageId = $"3-{tag}", timestamp = "2026-03-06T10:00:00Z" },
        ];

        foreach (int next in arrival)
        {
            using HttpResponseMessage stored = await pages.PostAsJsonAsync("/v1/batch", new { batch = new[] { events[next] } }, Cancelled);
            Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
        }

        // No waiting in between: what was acknowledged is there when it is read.
        Assert.Equal([$"3-{tag}", $"2-{tag}", $"1-{tag}"], await TimelineAsync(owner, $"u:u-{tag}"));
        Assert.Equal(await TimelineAsync(owner, $"u:u-{tag}"), await TimelineAsync(owner, $"a:b-{tag}"));
    }

    [Fact]
    public async Task Another_person_on_the_same_browser_takes_nothing_and_only_the_owner_merges_and_splits()
    {
        using HttpClient pages = await WriterAsync();
        using HttpClient backend = Client((await Host.Services.GetRequiredService<IShopStore>().AddKeyAsync(new SourceId("till"), isSecret: true, Cancelled)).Secret);
        using HttpClient owner = Client(Host.LocalToken);
        await SendAsync(
            pages,
            new { type = "page", anonymousId = "b", messageId = "1", timestamp = "2026-03-01T10:00:00Z" },
            new { type = "identify", userId = "ann", anonymousId = "b", messageId = "2", timestamp = "2026-03-01T10:01:00Z" },
            new { type = "identify", userId = "bob", anonymousId = "b", messageId = "3", timestamp = "2026-03-02T10:00:00Z" },
            new { type = "page", anonymousId = "b", messageId = "4", timestamp = "2026-03-02T10:01:00Z" },
            new { type = "alias", userId = "bob", previousId = "ann", messageId = "5", timestamp = "2026-03-02T10:02:00Z" });
        string[] ann = await TimelineAsync(owner, "u:ann");
        string[] bob = await TimelineAsync(owner, "u:bob");
        Assert.Equal(["4", "2", "1"], ann);
        Assert.Equal(["5", "3"], bob);

        JsonElement conflicts = await owner.GetFromJsonAsync<JsonElement>("/api/v1/data/identity-conflicts", Cancelled);
        Assert.Equal("u:ann", Assert.Single(conflicts.GetProperty("proposals").EnumerateArray()).GetProperty("customer").GetString());

        object merge = new { into = "u:bob", reason = "married, one account" };
        Assert.Equal(HttpStatusCode.Forbidden, (await backend.PostAsJsonAsync("/api/v1/data/customers/u:ann/merge", merge, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await owner.PostAsJsonAsync("/api/v1/data/customers/ann/merge", new { into = "", reason = "" }, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsJsonAsync("/api/v1/data/customers/u:who/merge", merge, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await owner.PostAsJsonAsync("/api/v1/data/customers/u:bob/lift", merge, Cancelled)).StatusCode);
        JsonElement made = await ReadAsync(await owner.PostAsJsonAsync("/api/v1/data/customers/u:ann/merge", merge, Cancelled));
        JsonElement again = await ReadAsync(await owner.PostAsJsonAsync("/api/v1/data/customers/u:ann/merge", merge, Cancelled));
        Assert.Equal(made.GetRawText(), again.GetRawText());
        Assert.Equal(["5", "4", "3", "2", "1"], await TimelineAsync(owner, "u:ann"));
        Assert.Equal(["u:bob", "a:b", "u:ann"], (await owner.GetFromJsonAsync<JsonElement>("/api/v1/data/customers/a:b/ids", Cancelled)).GetProperty("ids").EnumerateArray().Select(id => id.GetString()));

        object split = new { merge = made.GetProperty("id").GetInt64(), reason = "divorced" };
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsJsonAsync("/api/v1/data/customers/u:somebody/split", split, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.PostAsJsonAsync("/api/v1/data/customers/u:ann/split", split, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.PostAsJsonAsync("/api/v1/data/customers/u:bob/split", split, Cancelled)).StatusCode);

        Assert.Equal(ann, await TimelineAsync(owner, "u:ann"));
        Assert.Equal(bob, await TimelineAsync(owner, "u:bob"));
        JsonElement ledger = Assert.Single((await owner.GetFromJsonAsync<JsonElement>("/api/v1/data/merges", Cancelled)).GetProperty("items").EnumerateArray());
        Assert.Equal(("married, one account", "divorced"), (ledger.GetProperty("reason").GetString(), ledger.GetProperty("undoneReason").GetString()));
    }

    [Fact]
    public async Task A_purchase_in_the_store_with_nothing_but_an_address_meets_the_online_customer()
    {
        using HttpClient pages = await WriterAsync();
        using HttpClient owner = Client(Host.LocalToken);
        await SendAsync(
            pages,
            new { type = "track", @event = "Order Completed", messageId = "till", timestamp = "2026-03-01T10:00:00Z", properties = new { order_id = "o", total = 12.5, email = "ANN@lee.shop" } },
            new { type = "identify", userId = "ann", messageId = "web", timestamp = "2026-03-05T10:00:00Z", traits = new { email = "ann@lee.shop" } });

        Assert.Equal(["web", "till"], await TimelineAsync(owner, "u:ann"));

        Assert.Equal(HttpStatusCode.OK, (await owner.DeleteAsync("/api/v1/data/customers/u:ann", Cancelled)).StatusCode);
        Assert.Empty(await TimelineAsync(owner, "u:ann"));
    }

    private static async Task SendAsync(HttpClient pages, params object[] events)
    {
        JsonElement verdict = await ReadAsync(await pages.PostAsJsonAsync("/v1/batch", new { batch = events }, Cancelled));
        Assert.Equal(events.Length, verdict.GetProperty("accepted").GetInt32());
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        }
    }

    private static async Task<string[]> TimelineAsync(HttpClient owner, string customer) =>
        [.. (await owner.GetFromJsonAsync<JsonElement>($"/api/v1/data/customers/{customer}/timeline", Cancelled)).GetProperty("items").EnumerateArray().Select(act => act.GetProperty("messageId").GetString() ?? "")];

    private async Task<HttpClient> WriterAsync() => Client((await Host.Services.GetRequiredService<IShopStore>().AddKeyAsync(new SourceId("web"), isSecret: false, Cancelled)).Secret);

    private HttpClient Client(string key)
    {
        HttpClient client = new() { BaseAddress = Host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
