using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MarketLoop.Server;
using MarketLoop.Server.Tests;
using Xunit;

namespace Server.Tests;

/// <summary>Audiences over the real server.</summary>
public sealed class AudienceTests : IAsyncLifetime
{
    private static readonly object Buyers = new { rule = new { type = "act", act = "order" } };
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-audiences-").FullName;
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

    [Fact]
    public async Task An_audience_is_counted_saved_and_exported_and_its_members_are_the_owners_alone()
    {
        using ShopApi owner = new(Host.Address, Host.LocalToken);
        using ShopApi writer = new(Host.Address, await owner.AddKeyAsync("web", secret: false));
        using ShopApi server = new(Host.Address, await owner.AddKeyAsync("till", secret: true));
        await writer.TrackAsync([.. Enumerable.Range(0, 8).Select(i => new { type = "track", @event = "Order Completed", userId = $"=c{i}", messageId = $"o{i}", properties = new { order_id = $"o{i}", revenue = 10 } })]);

        JsonElement count = await server.SendAsync(HttpMethod.Post, "/api/v1/analysis/audiences/count", Buyers);
        await owner.SendAsync(HttpMethod.Put, "/api/v1/analysis/audiences/buyers", Buyers);
        JsonElement listed = await server.GetAsync("/api/v1/analysis/audiences");
        JsonElement groups = await server.GetAsync("/api/v1/analysis/audiences/buyers/groups?by=orders");
        string csv = await owner.Client.GetStringAsync(new Uri("/api/v1/analysis/audiences/buyers/members", UriKind.Relative), Cancelled);

        Assert.Equal(8, count.GetProperty("members").GetInt32());
        Assert.Equal("""{"type":"act","act":"order","atLeast":1}""", listed.GetProperty("items")[0].GetProperty("rule").GetRawText());
        Assert.Equal(8, groups.GetProperty("cells")[0].GetProperty("customers").GetInt32());
        Assert.Equal(9, csv.TrimEnd().Split("\r\n").Length);
        Assert.Equal(["members", "Orders"], (await owner.GetAsync("/api/v1/analysis/audience-exports")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("what").GetString()));
        foreach (string path in (string[])["/api/v1/analysis/audiences/buyers/members", "/api/v1/analysis/audience-exports"])
        {
            using HttpResponseMessage refused = await server.Client.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using HttpResponseMessage peeked = await server.Client.PostAsJsonAsync("/api/v1/analysis/audiences/preview", Buyers, Cancelled);
        using HttpResponseMessage guessed = await writer.Client.GetAsync(new Uri("/api/v1/analysis/audiences", UriKind.Relative), Cancelled);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (peeked.StatusCode, guessed.StatusCode));
    }

    [Fact]
    public async Task Groups_inside_groups_are_counted_saved_and_come_back_as_they_were()
    {
        const string Nested = """{"type":"all","rules":[{"type":"any","rules":[{"type":"feature","feature":"orders","is":"atLeast","value":2},{"type":"all","rules":[{"type":"act","act":"view","atLeast":1},{"type":"not","rule":{"type":"any","rules":[{"type":"act","act":"cart","atLeast":1},{"type":"act","act":"order","atLeast":1}]}}]}]},{"type":"feature","feature":"views","is":"atLeast","value":1}]}""";
        using ShopApi owner = new(Host.Address, Host.LocalToken);
        object Act(string user, string name, int number) =>
            new { type = "track", @event = name, userId = user, messageId = $"{user}{number}", properties = new { product_id = "p", order_id = $"{user}{number}", revenue = 10, products = new[] { new { product_id = "p", price = 10, quantity = 1 } } } };
        await owner.TrackAsync(
        [
            Act("ann", "Product Viewed", 0), Act("ann", "Order Completed", 1), Act("ann", "Order Completed", 2),   // twice ordered, and looked
            Act("bob", "Product Viewed", 0), Act("bob", "Order Completed", 1),                                    // ordered once
            Act("cat", "Product Viewed", 0), Act("cat", "Product Added", 1),                                      // has a cart
            Act("dan", "Product Viewed", 0),                                                                      // looked and no more
            Act("eve", "Order Completed", 0), Act("eve", "Order Completed", 1),                                   // never looked
        ]);
        JsonElement rule = JsonSerializer.Deserialize<JsonElement>(Nested);

        JsonElement preview = await owner.SendAsync(HttpMethod.Post, "/api/v1/analysis/audiences/preview", new { rule });
        await owner.SendAsync(HttpMethod.Put, "/api/v1/analysis/audiences/nested", new { rule });
        JsonElement saved = await owner.GetAsync("/api/v1/analysis/audiences/nested");

        Assert.Equal(["u:ann", "u:dan"], preview.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("customer").GetString()));
        Assert.Equal(Nested, saved.GetProperty("rule").GetRawText());
    }

    [Theory]
    [InlineData("""{"rule":{"type":"feature","feature":"ordres","is":"atLeast","value":3}}""", "rule.feature")]
    [InlineData("""{"rule":{"type":"all","rules":[{"type":"act","act":"order","atLeast":-1}]}}""", "rule.rules[0].atLeast")]
    [InlineData("""{"rule":{"type":"sql"}}""", "rule")]
    [InlineData("""{"rule":null}""", "rule")]
    public async Task Faults_of_a_rule_are_named_by_their_place(string body, string field)
    {
        using ShopApi owner = new(Host.Address, Host.LocalToken);
        using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");

        using HttpResponseMessage answer = await owner.Client.PutAsync(new Uri("/api/v1/analysis/audiences/x", UriKind.Relative), content, Cancelled);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("errors").TryGetProperty(field, out _));
    }
}
