using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Server.Tests.Intake;

/// <summary>What the field notes demand of the wire, by number; docs/rooms/data.md has the whole table.</summary>
public sealed class IntakeRequirementTests
{
    private const string Shop = "https://shop.example";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R_A1_pictures_beacons_and_measurements_are_taken_with_and_without_slash()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        string data = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"event":"packed","anonymousId":"a","messageId":"1"}"""));
        string[] pictures =
        [
            $"/pixel/v1/page?writeKey={host.Key}&anonymousId=a&messageId=2&properties.path=%2Ftea",
            $"/pixel/v1/track/?writeKey={host.Key}&anonymousId=a&messageId=3&event=plain",
            $"/v1/pixel/track?writeKey={host.Key}&data={Uri.EscapeDataString(data)}",
            $"/api/px/page/?writeKey={host.Key}&anonymousId=a&messageId=4",
        ];
        foreach (string picture in pictures)
        {
            using HttpResponseMessage answer = await host.Client.GetAsync(new Uri(picture, UriKind.Relative), Cancelled);
            Assert.Equal((HttpStatusCode.OK, "image/gif"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.StartsWith("GIF89a", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }

        using HttpResponseMessage nobodys = await host.Client.GetAsync(new Uri("/pixel/v1/page?writeKey=none&anonymousId=a", UriKind.Relative), Cancelled);
        using StringContent beacon = new("""{"batch":[{"type":"track","event":"beaten","anonymousId":"a"}]}""");
        using HttpResponseMessage sent = await host.Client.PostAsync(new Uri($"/beacon/v1/batch/?writeKey={host.Key}", UriKind.Relative), beacon, Cancelled);
        using HttpResponseMessage metrics = await host.PostAsync("/v1/m/", "{}");
        List<Interaction> stored = await host.ReadAsync();

        Assert.Equal((HttpStatusCode.Unauthorized, "image/gif"), (nobodys.StatusCode, nobodys.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, metrics.StatusCode);
        Assert.Equal(["beaten", "packed", "page", "page", "plain"], stored.Select(item => item.Name).Order(StringComparer.Ordinal));
        Assert.Contains(stored, item => item.PropertiesJson is """{"path":"/tea"}""");
    }

    [Fact]
    public async Task R_A1_ga4_measurements_become_typed_events_and_a_bad_one_spares_its_neighbours()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        const string body = """
            {"client_id":"c.1","user_id":"ann","timestamp_micros":"1772316000123456","user_properties":{"tier":{"value":"gold"}},"events":[
              {"name":"purchase","params":{"transaction_id":"T1","value":30.5,"currency":"eur","coupon":"TEA","items":[{"item_id":"sku-1","price":10,"quantity":3}]}},
              {"name":"view_item","params":{"items":[{"item_id":"sku-2"}]},"timestamp_micros":1772316001000000},
              {"name":"purchase","params":{"value":-1,"currency":"EUR"}},
              {"name":"tasted","params":{"cup":2}}]}
            """;
        using StringContent content = new(body);
        using HttpResponseMessage answer = await host.Client.PostAsync(new Uri($"/mp/collect?measurement_id=G-1&api_secret={host.Key}", UriKind.Relative), content, Cancelled);
        JsonElement verdict = await ReadAsync(answer);
        List<Interaction> stored = await host.ReadAsync();

        Assert.Equal(3, verdict.GetProperty("accepted").GetInt32());
        Assert.Equal(2, verdict.GetProperty("rejected")[0].GetProperty("index").GetInt32());
        Interaction order = stored.Single(item => item.Kind == InteractionKind.OrderCompleted);
        Assert.Equal(("T1", 30.5m, "EUR"), (order.OrderId, order.Revenue, order.Currency));
        Assert.Equal(new LineItem(new ProductId("sku-1"), 3, 10m), Assert.Single(order.Lines));
        Assert.Equal(("ann", "c.1"), (order.UserId, order.AnonymousId));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1772316000123), order.OccurredAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1772316001).AddTicks(1), stored.Single(item => item.Kind == InteractionKind.ProductViewed).OccurredAt);
        Assert.Equal("""{"cup":2}""", stored.Single(item => item.Kind == InteractionKind.Custom).PropertiesJson);
    }

    [Fact]
    public async Task R_A8_storage_trouble_answers_503_with_retry_after_and_stores_once_when_it_is_over()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        string journal = Path.Combine(host.Shop.Folder.Root, "journal");
        Assert.True(Directory.Exists(journal));
        Directory.Delete(journal, recursive: true);

        using HttpResponseMessage refused = await host.PostAsync("/v1/t", """{"event":"x","userId":"u","messageId":"1"}""", Shop);
        Directory.CreateDirectory(journal);
        using HttpResponseMessage taken = await host.PostAsync("/v1/t", """{"event":"x","userId":"u","messageId":"1"}""", Shop);

        AssertPutOff(refused, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(1, (await ReadAsync(taken)).GetProperty("accepted").GetInt32());
        Assert.Single(await host.ReadAsync());
    }

    [Fact]
    public async Task R_A8_a_stopping_server_still_answers_and_asks_to_come_again()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        using HttpResponseMessage before = await host.PostAsync("/v1/t", """{"event":"x","userId":"u"}""");
        host.Lifetime.StopApplication();

        using HttpResponseMessage answer = await host.PostAsync("/v1/batch", """{"batch":[]}""", Shop);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        AssertPutOff(answer, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task R_A9_a_store_that_hangs_is_not_waited_for()
    {
        await using IntakeHost host = await IntakeHost.StartAsync(StuckLog.Make(), ("MaxStoreTime", "00:00:00.2"));

        using HttpResponseMessage answer = await host.PostAsync("/v1/t", """{"event":"x","userId":"u"}""", Shop);

        AssertPutOff(answer, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task R_A10_a_message_that_comes_again_with_another_content_changes_nothing_and_is_listed()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        using HttpResponseMessage first = await host.PostAsync("/v1/t", """{"event":"x","userId":"u","messageId":"1","properties":{"a":1}}""");
        using HttpResponseMessage same = await host.PostAsync("/v1/t", """{"event":"x","userId":"u","messageId":"1","sentAt":"2026-01-01T00:00:00Z","properties":{"a":1}}""");
        using HttpResponseMessage other = await host.PostAsync("/v1/t", """{"event":"x","userId":"u","messageId":"1","properties":{"a":2}}""");

        Assert.Empty((await ReadAsync(same)).GetProperty("flagged").EnumerateArray());
        Assert.Equal(FaultCodes.ConflictingDuplicate, (await ReadAsync(other)).GetProperty("flagged")[0].GetProperty("code").GetString());
        Assert.Equal("""{"a":1}""", Assert.Single(await host.ReadAsync()).PropertiesJson);
        Assert.Equal("1", Assert.Single(host.Intake.Activity.Conflicts).MessageId);
        Assert.Equal(1, host.Intake.Activity.Flags[FaultCodes.ConflictingDuplicate]);
    }

    [Theory]
    [InlineData("/v1/track", """{"event":"x","userId":"u"}""", HttpStatusCode.OK)]
    [InlineData("/v1/batch", """{"batch":[]}""", HttpStatusCode.OK)]
    [InlineData("/api/s/page", """{"userId":"u"}""", HttpStatusCode.OK)]
    [InlineData("/v1/batch", "", HttpStatusCode.BadRequest)]
    [InlineData("/v1/unheard-of", "{}", HttpStatusCode.NotFound)]
    public async Task R_A13_A14_every_answer_is_json_that_the_asking_page_may_read(string path, string body, HttpStatusCode status)
    {
        await using IntakeHost host = await IntakeHost.StartAsync();

        using HttpResponseMessage answer = await host.PostAsync(path, body, Shop);
        JsonElement said = await ReadAsync(answer);

        Assert.Equal((status, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(status == HttpStatusCode.OK, said.GetProperty("success").GetBoolean() && said.GetProperty("ok").GetBoolean());
        AssertReadable(answer);
    }

    [Fact]
    public async Task R_A15_an_alias_of_an_id_to_itself_is_counted_and_changes_nobody()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();

        using HttpResponseMessage answer = await host.PostAsync("/v1/alias", """{"userId":"u","previousId":"u"}""");
        using HttpResponseMessage real = await host.PostAsync("/v1/alias", """{"userId":"u","previousId":"v"}""");

        Assert.Equal(FaultCodes.SelfAlias, (await ReadAsync(answer)).GetProperty("flagged")[0].GetProperty("code").GetString());
        Assert.Empty((await ReadAsync(real)).GetProperty("flagged").EnumerateArray());
        Assert.Equal(1, host.Intake.Activity.Flags[FaultCodes.SelfAlias]);
        Assert.Equal(CustomerId.Known("u"), await host.Shop.Log.ResolveAsync(CustomerId.Known("u"), Cancelled));
    }

    [Fact]
    public async Task R_A16_a_refused_key_is_known_by_its_last_four_characters_its_origin_and_its_rate()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        foreach (string key in (string[])["mlw_old-key-of-the-shop", "mlw_old-key-of-the-shop", "mlw_another-one"])
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/v1/t") { Content = new StringContent("""{"event":"x","userId":"u"}""") };
            request.Headers.Add("X-Write-Key", key);
            request.Headers.Add("Origin", Shop);
            using HttpResponseMessage answer = await host.Client.SendAsync(request, Cancelled);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        RejectedKeyActivity refused = host.Intake.Activity.RejectedKeys[new RejectedKey("shop", Shop)];
        Assert.Equal((2, 2), (refused.Requests, refused.Rate.PerMinute(refused.LastAt)));
        Assert.Equal(2, host.Intake.Activity.RejectedKeys.Count);
    }

    [Fact]
    public async Task A_rotated_key_works_beside_its_successor_until_the_overlap_ends_and_a_limit_is_its_own()
    {
        await using IntakeHost host = await IntakeHost.StartAsync();
        SourceKey old = Assert.Single(await host.Shop.Store.ListKeysAsync(Cancelled));
        await host.Shop.Store.LimitKeyAsync(old.Id, 1, Cancelled);
        IssuedKey successor = await host.Shop.Store.RotateKeyAsync(old.Id, TimeSpan.FromHours(1), Cancelled) ?? throw new InvalidOperationException("the key works");

        HttpResponseMessage[] answers = new HttpResponseMessage[3];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = await host.PostAsync("/v1/t", """{"event":"x","userId":"u"}""");
        }

        IssuedKey last = await host.Shop.Store.RotateKeyAsync(successor.Key.Id, TimeSpan.Zero, Cancelled) ?? throw new InvalidOperationException("the key works");
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], answers.Select(answer => answer.StatusCode));
        Assert.Null(await host.Shop.Store.FindKeyAsync(successor.Secret, Cancelled));
        Assert.Equal((old.Source, 1), ((await host.Shop.Store.FindKeyAsync(last.Secret, Cancelled))!.Source, last.Key.RequestsPerSecond));
        Assert.Null(await host.Shop.Store.RotateKeyAsync(successor.Key.Id, TimeSpan.FromHours(1), Cancelled));
        Assert.Null(await host.Shop.Store.RotateKeyAsync("none", TimeSpan.Zero, Cancelled));
    }

    private static void AssertPutOff(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.InRange(int.Parse(answer.Headers.GetValues("Retry-After").Single(), System.Globalization.CultureInfo.InvariantCulture), 1, 300);
        AssertReadable(answer);
    }

    private static void AssertReadable(HttpResponseMessage answer)
    {
        Assert.Equal(Shop, answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("Retry-After", answer.Headers.GetValues("Access-Control-Expose-Headers").Single());
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) =>
        JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancelled));

    /// <summary>A log whose disk never answers.</summary>
#pragma warning disable CA1852 // a proxy's class must be open
    internal class StuckLog : DispatchProxy
#pragma warning restore CA1852
    {
        public static IEventLog Make() => Create<IEventLog, StuckLog>();

        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
        {
            nameof(IEventLog.AppendAsync) => new ValueTask<AppendReceipt>(HangAsync((CancellationToken)args![1]!)), // its second parameter
            _ => throw new NotSupportedException(),
        };

        private static async Task<AppendReceipt> HangAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new AppendReceipt(0, 0, 0);
        }
    }
}
