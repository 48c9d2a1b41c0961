using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MarketLoop.Server;
using Xunit;

namespace Server.Tests;

/// <summary>Catalogue, campaigns and quarantine over HTTP, on the real server.</summary>
public sealed class CatalogEndpointTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-server-").FullName;
    private ServerHost? host;
    private HttpClient? client;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private HttpClient Client => client ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        host = await ServerHost.StartAsync(new ServeOptions { Folder = folder, Port = 0 }, Cancelled);
        client = new HttpClient { BaseAddress = host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.LocalToken);
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Products_are_put_read_and_their_history_told()
    {
        JsonElement first = await PutAsync("products", new { products = new[] { new { id = "a", name = new { en = "Tea" }, category = "Drinks > Tea", price = 2.5, stock = 3, attributes = new { origin = "Yunnan" } } } });
        JsonElement second = await PutAsync("products", new { products = new[] { new { id = "a", name = new { en = "Tea" }, category = "Drinks > Tea", price = 3.0, stock = 3 } } });
        JsonElement product = await GetAsync("products/a");
        JsonElement history = await GetAsync("products/a/history");
        JsonElement tree = await GetAsync("categories");

        Assert.Equal((1, 1), (first.GetProperty("changes").GetProperty("added").GetInt32(), second.GetProperty("changes").GetProperty("changed").GetInt32()));
        Assert.Equal(3.0m, product.GetProperty("price").GetDecimal());
        Assert.Equal([2.5m, 3.0m], history.GetProperty("items").EnumerateArray().Select(note => note.GetProperty("price").GetDecimal()));
        Assert.Equal("Drinks > Tea", tree.GetProperty("items")[0].GetProperty("children")[0].GetProperty("path").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync("/api/v1/data/products/nobody/history", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Campaigns_are_paged_by_cursor_and_all_faults_are_listed_at_once()
    {
        await PutAsync("campaigns", new
        {
            campaigns = Enumerable.Range(1, 5).Select(number => new { id = $"c{number}", name = new { zh = "春" }, kind = number % 2 == 0 ? "advertising" : "promotion", type = "banner", strength = 0.5, budget = 10 }),
        });

        JsonElement page = await GetAsync("campaigns?limit=2");
        JsonElement rest = await GetAsync($"campaigns?limit=2&cursor={page.GetProperty("next").GetString()}");
        JsonElement promotions = await GetAsync("campaigns?kind=promotion");
        using HttpResponseMessage refused = await Client.PutAsJsonAsync(
            "/api/v1/data/campaigns", new { campaigns = new object[] { new { id = "", strength = 2, budget = -1, from = "2026-02-01T00:00:00Z", until = "2026-01-01T00:00:00Z" } } }, Cancelled);
        JsonElement problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancelled);

        Assert.Equal(["c1", "c2", "c3", "c4"], page.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).Select(item => item.GetProperty("id").GetString() ?? ""));
        Assert.Equal(3, promotions.GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(
            ["budget", "id", "kind", "name", "strength", "type", "until"],
            problem.GetProperty("errors").EnumerateObject().Select(field => field.Name["campaigns[0].".Length..]));
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync("/api/v1/data/campaigns/c1", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync("/api/v1/data/campaigns/c1", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task A_refused_row_is_listed_mended_and_replayed_twice_without_harm()
    {
        using StringContent file = new("event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n2019-10-01 00:00:00 UTC,view,1,2,,,3,,s\n", Encoding.UTF8);
        (await Client.PostAsync("/api/v1/data/imports?format=rees46", file, Cancelled)).EnsureSuccessStatusCode();
        string name = (await GetAsync("quarantine")).GetProperty("items")[0].GetProperty("name").GetString() ?? "";
        JsonElement row = (await GetAsync($"quarantine/{name}/rows")).GetProperty("items")[0];
        string mended = (row.GetProperty("content").GetString() ?? "").Replace("\"user_id\":\"\"", "\"user_id\":\"7\"", StringComparison.Ordinal);

        JsonElement unmended = await ReplayAsync(row, null);
        JsonElement first = await ReplayAsync(row, mended);
        JsonElement second = await ReplayAsync(row, mended);

        Assert.Equal("without_customer", unmended.GetProperty("fault").GetString());
        Assert.Equal((true, false), (first.GetProperty("isStored").GetBoolean(), first.GetProperty("isKnown").GetBoolean()));
        Assert.Equal((false, true), (second.GetProperty("isStored").GetBoolean(), second.GetProperty("isKnown").GetBoolean()));
        Assert.Equal(0, (await GetAsync($"quarantine/{name}/rows")).GetProperty("items").GetArrayLength());
        Assert.Equal("replayed", (await GetAsync($"quarantine/{name}/rows?state=all")).GetProperty("items")[0].GetProperty("state").GetString());
        Assert.Equal(1, (await GetAsync("status")).GetProperty("events").GetProperty("total").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await Client.DeleteAsync("/api/v1/data/quarantine/rows/nothing:1", Cancelled)).StatusCode);
    }

    private async Task<JsonElement> ReplayAsync(JsonElement row, string? content)
    {
        using HttpResponseMessage answer = await Client.PostAsJsonAsync($"/api/v1/data/quarantine/rows/{Uri.EscapeDataString(row.GetProperty("id").GetString() ?? "")}/replay", new { content }, Cancelled);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
    }

    private Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>("/api/v1/data/" + path, Cancelled);

    private async Task<JsonElement> PutAsync<T>(string path, T body)
    {
        using HttpResponseMessage answer = await Client.PutAsJsonAsync("/api/v1/data/" + path, body, Cancelled);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
    }
}
