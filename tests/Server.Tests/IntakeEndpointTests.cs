using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests;

/// <summary>The wire as tracking SDKs use it: any content type, any place of the key, answers that never make them drop data.</summary>
public sealed class IntakeEndpointTests
{
    private const string Good = """{"type":"track","event":"Product Viewed","userId":"u","properties":{"product_id":"p"}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/x-www-form-urlencoded", true)]
    [InlineData(null, false)]
    public async Task R_A2_a_batch_is_read_by_its_content_and_not_by_its_content_type(string? contentType, bool isPacked)
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        byte[] body = Batch(99, "-1");

        using HttpResponseMessage answer = await SendAsync(host, "/v1/batch", isPacked ? Pack(body) : body, contentType, isPacked ? "gzip" : null);
        JsonElement verdict = await ReadAsync(answer);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(verdict.GetProperty("success").GetBoolean() && verdict.GetProperty("ok").GetBoolean());
        Assert.Equal(99, verdict.GetProperty("accepted").GetInt32());
        Assert.Equal("negative_price", verdict.GetProperty("rejected")[0].GetProperty("code").GetString());
        Assert.Equal(99, verdict.GetProperty("rejected")[0].GetProperty("index").GetInt32());
        Assert.Equal(99, (await host.Shop.Log.GetStatusAsync(Cancelled)).Events);
    }

    [Theory]
    [InlineData("track")]
    [InlineData("t")]
    [InlineData("identify")]
    [InlineData("i")]
    [InlineData("page")]
    [InlineData("p")]
    [InlineData("screen")]
    [InlineData("s")]
    [InlineData("group")]
    [InlineData("g")]
    [InlineData("alias")]
    [InlineData("a")]
    public async Task R_A1_every_call_and_its_short_form_is_taken_with_and_without_slash(string name)
    {
        await using IntakeHost host = await IntakeHost.StartAsync();

        foreach (string path in new[] { $"/v1/{name}", $"/v1/{name}/", $"/api/s/{name}", $"/api/s/s2s/{name}" })
        {
            using HttpResponseMessage answer = await SendAsync(host, path, Encoding.UTF8.GetBytes($$"""{"event":"x","userId":"u","messageId":"{{path}}"}"""));
            Assert.Equal(1, (await ReadAsync(answer)).GetProperty("accepted").GetInt32());
        }
    }

    [Fact]
    public async Task R_A3_the_key_is_found_wherever_sdks_put_it_and_a_contradicting_one_in_the_body_is_ignored()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        (string Path, AuthenticationHeaderValue? Header, string? WriteKey, string BodyKey)[] ways =
        [
            ("/v1/t", Basic($"{host.Key}:"), null, "other"),
            ("/v1/t", Basic(host.Key), null, "other"),
            ("/v1/t", new AuthenticationHeaderValue("Bearer", host.Key), "other", "other"),
            ("/v1/t", null, host.Key, "masked:***"),
            ("/api/s/track", null, $"shop:{host.Key}", "shop:***"),
            ($"/v1/t?writeKey={Uri.EscapeDataString(host.Key)}", null, null, "other"),
            ("/v1/t", null, null, host.Key),
        ];

        foreach ((string path, AuthenticationHeaderValue? header, string? writeKey, string bodyKey) in ways)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent($$"""{"event":"x","userId":"u","writeKey":"{{bodyKey}}"}""") };
            request.Headers.Authorization = header;
            if (writeKey is not null)
            {
                request.Headers.Add("X-Write-Key", writeKey);
            }

            using HttpResponseMessage answer = await host.Client.SendAsync(request, Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_unknown_key_malformed_json_and_a_large_body_are_told_apart_and_store_nothing()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        byte[] large = Encoding.UTF8.GetBytes($$"""{"batch":[],"x":"{{new string('x', 10 * 1024 * 1024)}}"}""");

        using HttpResponseMessage unknown = await SendAsync(host, "/v1/t", Encoding.UTF8.GetBytes(Good), key: "nobody-knows-this", origin: "https://shop.example");
        using HttpResponseMessage malformed = await SendAsync(host, "/v1/batch", "{\"batch\":["u8.ToArray(), origin: "https://shop.example");
        using HttpResponseMessage damaged = await SendAsync(host, "/v1/batch", Pack(Batch(5, "1"))[..40], encoding: "gzip");
        using HttpResponseMessage tooLarge = await SendAsync(host, "/v1/batch", large);
        using HttpResponseMessage bomb = await SendAsync(host, "/v1/batch", Pack(new byte[64 * 1024 * 1024]), encoding: "gzip");

        Assert.Equal((HttpStatusCode.Unauthorized, "unknown_key"), await CodeAsync(unknown));
        Assert.Equal((HttpStatusCode.BadRequest, "malformed_json"), await CodeAsync(malformed));
        Assert.Equal((HttpStatusCode.BadRequest, "malformed_json"), await CodeAsync(damaged));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), await CodeAsync(tooLarge));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), await CodeAsync(bomb));
        Assert.Equal("https://shop.example", unknown.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("https://shop.example", malformed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal(0, (await host.Shop.Log.GetStatusAsync(Cancelled)).Events);
    }

    [Fact]
    public async Task R_A6_a_body_of_900_kilobytes_is_taken_and_only_its_large_events_refused()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        string large = $$$"""{"type":"track","event":"x","userId":"u","properties":{"text":"{{{new string('x', 60_000)}}}"}}""";
        byte[] body = Encoding.UTF8.GetBytes($$"""{"batch":[{{string.Join(',', Enumerable.Repeat(large, 14))}},{{Good}}]}""");

        using HttpResponseMessage answer = await SendAsync(host, "/v1/batch/", body);
        JsonElement verdict = await ReadAsync(answer);

        Assert.Equal((1, 14), (verdict.GetProperty("accepted").GetInt32(), verdict.GetProperty("rejected").GetArrayLength()));
    }

    [Fact]
    public async Task R_A13_a_preflight_is_answered_without_key_for_any_header()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Options, "/v1/t");
        request.Headers.Add("Origin", "https://shop.example");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,x-retry-count,rsa-recovered");

        using HttpResponseMessage answer = await host.Client.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("https://shop.example", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("authorization,x-retry-count,rsa-recovered", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Headers")));
        Assert.True(int.Parse(answer.Headers.GetValues("Access-Control-Max-Age").Single(), System.Globalization.CultureInfo.InvariantCulture) >= 600);
        Assert.Equal("Retry-After", answer.Headers.GetValues("Access-Control-Expose-Headers").Single());
    }

    [Fact]
    public async Task R_A7_a_key_that_sends_too_much_is_put_off_with_whole_seconds()
    {
        await using IntakeHost host = await IntakeHost.StartAsync(("RequestsPerSecond", "1"), ("RequestBurst", "1"));

        using HttpResponseMessage first = await SendAsync(host, "/v1/t", Encoding.UTF8.GetBytes(Good));
        using HttpResponseMessage second = await SendAsync(host, "/v1/t", Encoding.UTF8.GetBytes(Good));

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal("1", second.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task R_A1_the_sdks_settings_and_metrics_routes_answer()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();

        using HttpResponseMessage settings = await host.Client.GetAsync(new Uri($"/v1/projects/{host.Key}/settings", UriKind.Relative), Cancelled);
        using HttpResponseMessage unknown = await host.Client.GetAsync(new Uri("/v1/projects/none/settings", UriKind.Relative), Cancelled);
        using HttpResponseMessage rudder = await host.Client.GetAsync(new Uri($"/sourceConfig/?writeKey={host.Key}", UriKind.Relative), Cancelled);
        using HttpResponseMessage metrics = await SendAsync(host, "/v1/m", "{}"u8.ToArray());

        Assert.Equal(host.Key, (await ReadAsync(settings)).GetProperty("integrations").GetProperty("Segment.io").GetProperty("apiKey").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Equal("web", (await ReadAsync(rudder)).GetProperty("source").GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.NoContent, metrics.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        IntakeHost host, string path, byte[] body, string? contentType = "application/json", string? encoding = null, string? key = null, string? origin = null)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = contentType is null ? null : new MediaTypeHeaderValue(contentType);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = content };
        request.Headers.Authorization = Basic($"{key ?? host.Key}:");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await host.Client.SendAsync(request, Cancelled);
    }

    private static byte[] Batch(int good, string lastPrice)
    {
        string events = string.Concat(Enumerable.Range(0, good).Select(index => $$"""{"type":"track","event":"Product Viewed","userId":"u","messageId":"m{{index}}"},"""));
        string last = """{"type":"track","event":"Product Viewed","userId":"u","properties":{"product_id":"p","price":PRICE}}""".Replace("PRICE", lastPrice, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($$"""{"batch":[{{events}}{{last}}]}""");
    }

    private static AuthenticationHeaderValue Basic(string user) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));

    private static byte[] Pack(byte[] body)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) =>
        JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancelled));

    private static async Task<(HttpStatusCode, string?)> CodeAsync(HttpResponseMessage answer) =>
        (answer.StatusCode, (await ReadAsync(answer)).GetProperty("code").GetString());
}
