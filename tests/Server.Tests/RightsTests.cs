using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Server.Tests;

/// <summary>Export, erasure, backup and health over HTTP, on the real server.</summary>
public sealed class RightsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketloop-rights-").FullName;
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
        if (Directory.Exists(folder + "-backup"))
        {
            Directory.Delete(folder + "-backup", recursive: true);
        }
    }

    [Fact]
    public async Task A_customer_is_exported_and_erased_by_a_secret_key_and_not_by_a_write_key()
    {
        IShopStore store = Host.Services.GetRequiredService<IShopStore>();
        using HttpClient pages = Client((await store.AddKeyAsync(new SourceId("web"), isSecret: false, Cancelled)).Secret);
        using HttpClient backend = Client((await store.AddKeyAsync(new SourceId("till"), isSecret: true, Cancelled)).Secret);
        using StringContent identify = new("""{"userId":"erika","anonymousId":"b-1","traits":{"email":"erika@example.org"}}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await pages.PostAsync("/v1/identify", identify, Cancelled)).StatusCode);

        using JsonDocument export = JsonDocument.Parse(await backend.GetStringAsync("/api/v1/data/customers/a:b-1/export", Cancelled));
        string page = await backend.GetStringAsync("/api/v1/data/customers/u:erika/export?format=html", Cancelled);
        Assert.Equal("erika@example.org", export.RootElement.GetProperty("profile").GetProperty("email").GetString());
        Assert.Contains("erika@example.org", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await pages.DeleteAsync("/api/v1/data/customers/u:erika", Cancelled)).StatusCode);

        HttpResponseMessage erased = await backend.DeleteAsync("/api/v1/data/customers/u:erika", Cancelled);

        Assert.Equal(HttpStatusCode.OK, erased.StatusCode);
        using JsonDocument after = JsonDocument.Parse(await backend.GetStringAsync("/api/v1/data/customers/u:erika/export", Cancelled));
        Assert.Equal(0, after.RootElement.GetProperty("interactions").GetArrayLength());
        using JsonDocument status = JsonDocument.Parse(await backend.GetStringAsync("/api/v1/data/status", Cancelled));
        Assert.Equal(1, status.RootElement.GetProperty("events").GetProperty("total").GetInt64());
        Assert.Equal("unlimited", status.RootElement.GetProperty("duplicates").GetProperty("window").GetString());
        Assert.True(status.RootElement.GetProperty("pulse").GetProperty("isHealthy").GetBoolean());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await backend.DeleteAsync("/api/v1/data/customers/erika", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task An_export_page_and_an_explanation_are_given_and_counted_without_the_person()
    {
        IShopStore store = Host.Services.GetRequiredService<IShopStore>();
        using HttpClient pages = Client((await store.AddKeyAsync(new SourceId("web"), isSecret: false, Cancelled)).Secret);
        using HttpClient backend = Client((await store.AddKeyAsync(new SourceId("till"), isSecret: true, Cancelled)).Secret);
        using StringContent batch = new(
            """{"batch":[{"type":"identify","userId":"erika","traits":{"name":"<img src=x onerror=alert(1)>","personalisation":false}},{"type":"track","event":"Product Viewed","userId":"erika","properties":{"product_id":"p1"}}]}""");
        Assert.Equal(HttpStatusCode.OK, (await pages.PostAsync("/v1/batch", batch, Cancelled)).StatusCode);

        using HttpResponseMessage chinese = await backend.GetAsync("/api/v1/data/customers/u:erika/export?format=html&language=zh-CN", Cancelled);
        string english = await backend.GetStringAsync("/api/v1/data/customers/u:erika/export?format=html&language=en", Cancelled);
        JsonElement told = await backend.GetFromJsonAsync<JsonElement>("/api/v1/data/customers/u:erika/explanation", Cancelled);
        JsonElement record = await backend.GetFromJsonAsync<JsonElement>("/api/v1/data/rights", Cancelled);

        Assert.Contains("授权记录 (1)", await chinese.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Contains("style-src 'sha256-", Assert.Single(chinese.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains("Consent (1)", english, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", english, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", english, StringComparison.Ordinal);
        Assert.Equal((false, "noPersonalisation"), (told.GetProperty("personalised").GetBoolean(), told.GetProperty("reason").GetString()));
        Assert.Equal(["Product Viewed", "identify"], told.GetProperty("known").EnumerateArray().Select(acts => acts.GetProperty("name").GetString()));
        Assert.Equal("popular", told.GetProperty("now").GetProperty("policy").GetString());
        Assert.Equal((2, 1, 0), (record.GetProperty("exports").GetInt32(), record.GetProperty("explanations").GetInt32(), record.GetProperty("erasures").GetInt32()));
        Assert.Equal(HttpStatusCode.Forbidden, (await pages.GetAsync("/api/v1/data/customers/u:erika/explanation", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await backend.GetAsync("/api/v1/data/customers/u:erika/export?format=html&language=xx", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Backup_and_verification_are_for_the_owner_at_this_machine()
    {
        using HttpClient backend = Client((await Host.Services.GetRequiredService<IShopStore>().AddKeyAsync(new SourceId("till"), isSecret: true, Cancelled)).Secret);
        using HttpClient owner = Client(Host.LocalToken);

        Assert.Equal(HttpStatusCode.Forbidden, (await backend.PostAsJsonAsync("/api/v1/data/backups", new { to = folder + "-backup" }, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await owner.PostAsJsonAsync("/api/v1/data/backups", new { to = "here" }, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.PostAsJsonAsync("/api/v1/data/backups", new { to = folder + "-backup" }, Cancelled)).StatusCode);
        Assert.True(File.Exists(Path.Combine(folder + "-backup", "events.duckdb")));
        using HttpResponseMessage verified = await owner.PostAsync("/api/v1/data/verifications", null, Cancelled);
        Assert.True((await verified.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("isSound").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/health/ready", Cancelled)).StatusCode);
    }

    private HttpClient Client(string key)
    {
        HttpClient client = new() { BaseAddress = Host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
