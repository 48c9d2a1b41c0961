using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Server.Tests.Intake;

/// <summary>Seeded mutations of valid requests: never a 5xx, never an invalid event in the log; every request left as it was is stored.</summary>
public sealed class IntakeFuzzTests
{
    private const int LeftAlone = 10;
    private static readonly string[] Paths = ["/v1/batch", "/v1/b", "/v1/import/", "/beacon/v1/batch", "/v1/track", "/v1/page", "/v1/alias", "/api/s/track", "/api/s/s2s/identify", "/mp/collect"];
    private static readonly string[] Splinters =
    [
        "\\ud800", "\\u0000", "\u0000", "1e999", "-1", "null", "{", "}", "[", "]", "\"", ",", "9999999999999999999999", "\\", "\"a\":{\"b\":", "true", "[[[[[[[[", "\uFEFF", "1772316000", "\"2106-02-07\"", "\"products\":", "\"timestamp\":",
    ];

    private static readonly string[] Encodings = ["gzip", "br", "deflate", "zstd", "gzip, gzip", "identity", "", "GZIP "];
    private static readonly string[] Types = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "image/png"];

    [Fact]
    public Task Five_thousand_mutated_requests_get_no_5xx_and_store_nothing_invalid() => FuzzAsync(5_000, seed: 1);

    [Fact]
    [Trait("Kind", "Slow")]
    public Task Two_hundred_thousand_mutated_requests_get_no_5xx_and_store_nothing_invalid() => FuzzAsync(200_000, seed: 2);

    private static async Task FuzzAsync(int requests, int seed)
    {
        await using IntakeHost host = await IntakeHost.StartAsync(("RequestsPerSecond", "1000000"), ("RequestBurst", "1000000"));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, requests),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (number, cancellationToken) =>
            {
                using HttpRequestMessage request = number % LeftAlone == 0 ? Good(host.Key, number) : Mutated(host.Key, new Random(HashCode.Combine(seed, number)), number);
                using HttpResponseMessage answer = await host.Client.SendAsync(request, cancellationToken);
                Assert.True((int)answer.StatusCode is (>= 200 and < 300) or (>= 400 and < 500), await DescribeAsync(request, answer));
            });
        List<Interaction> stored = await host.ReadAsync();

        Assert.Equal(requests / LeftAlone, stored.Count(item => item.MessageId.StartsWith("good-", StringComparison.Ordinal)));
        Assert.True(stored.Count > requests / LeftAlone, "no mutated request was taken: the mutations are too coarse to test anything");
        Assert.True(host.Intake.Quarantine.Kept > 0, "no mutated event was turned away");
        Assert.All(stored, AssertValid);
    }

    private static async Task<string> DescribeAsync(HttpRequestMessage request, HttpResponseMessage answer)
    {
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return $"{(int)answer.StatusCode} for {request.RequestUri} {request.Headers} {request.Content?.Headers} {Convert.ToBase64String(body)}";
    }

    private static void AssertValid(Interaction item)
    {
        bool isOfAKey = item is { UserId: null, AnonymousId: null } && item.Customer.IsAnonymous && item.Customer.Value.StartsWith("key-", StringComparison.Ordinal);
        Assert.True(isOfAKey || !string.IsNullOrWhiteSpace(item.UserId ?? item.AnonymousId));
        Assert.InRange(item.MessageId.Length, 1, 512);
        Assert.InRange(item.Name.Length, 1, 512);
        Assert.True(Enum.IsDefined(item.Kind));
        Assert.InRange(item.OccurredAt, new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), item.ReceivedAt.AddMinutes(6));
        Assert.All(item.Lines, line => Assert.True(line.Quantity >= 1 && line.UnitPrice is null or >= 0 && line.Product.Value.Length is > 0 and <= 512));
        Assert.True(item.Revenue is null or >= 0);
        Assert.True(item.Currency is null || (item.Currency.Length == 3 && item.Currency.All(char.IsAsciiLetterUpper)));
        if (item.PropertiesJson is { } json)
        {
            using JsonDocument properties = JsonDocument.Parse(json);
            Assert.Equal(JsonValueKind.Object, properties.RootElement.ValueKind);
            Assert.InRange(json.Length, 2, 33 * 1024);
        }
    }

    private static HttpRequestMessage Good(string key, int number)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "/v1/batch") { Content = new ByteArrayContent(Body("/v1/batch", $"good-{number}")) };
        request.Headers.Add("X-Write-Key", key);
        return request;
    }

    private static HttpRequestMessage Mutated(string key, Random random, int number)
    {
        string path = Pick(random, Paths);
        byte[] body = Body(path, $"bad-{number}");
        for (int times = random.Next(3); times > 0; times--)
        {
            body = MutateBytes(random, body);
        }

        bool isPacked = random.Next(4) == 0;
        body = isPacked ? Pack(body) : body;
        body = isPacked && random.Next(2) == 0 ? MutateBytes(random, body) : body;
        HttpRequestMessage request = new(HttpMethod.Post, MutatePath(random, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", random.Next(6) == 0 ? Pick(random, Encodings) : isPacked ? "gzip" : null);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", Pick(random, Types));
        AddKey(request, random, key);
        return request;
    }

    private static void AddKey(HttpRequestMessage request, Random random, string key)
    {
        string shown = random.Next(20) == 0 ? Noise(random) : key;
        switch (random.Next(5))
        {
            case 0:
                request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(shown + (random.Next(2) == 0 ? ":" : ""))));
                break;
            case 1:
                request.Headers.TryAddWithoutValidation("Authorization", Pick(random, ["Basic " + Noise(random), "Bearer " + shown, "Basic", Noise(random)]));
                request.Headers.TryAddWithoutValidation("X-Write-Key", shown);
                break;
            default:
                request.Headers.TryAddWithoutValidation("X-Write-Key", random.Next(4) == 0 ? "shop:" + shown : shown);
                break;
        }

        request.Headers.TryAddWithoutValidation("Origin", random.Next(3) == 0 ? Noise(random) : "https://shop.example");
    }

    private static byte[] Body(string path, string id)
    {
        string item = $$$"""
            {"type":"track","event":"Order Completed","userId":"u{{{id}}}","anonymousId":"a1","messageId":"{{{id}}}","timestamp":"2026-02-28T22:00:00.000Z","previousId":"p",
             "properties":{"order_id":"o1","revenue":24.5,"currency":"EUR","coupon":"TEA","products":[{"product_id":"sku-1","quantity":2,"price":12.25}],"note":"茶 é"},
             "context":{"library":{"name":"fuzz"},"traits":{"email":"u@shop.example"} }}
            """;
        string body = path switch
        {
            "/mp/collect" => $$$"""{"client_id":"c","user_id":"{{{id}}}","timestamp_micros":1772316000000000,"events":[{"name":"purchase","params":{"value":3,"currency":"EUR","items":[{"item_id":"s","price":1,"quantity":3}]}}]}""",
            _ when path.Contains('b', StringComparison.Ordinal) && !path.EndsWith("track", StringComparison.Ordinal) || path.Contains("import", StringComparison.Ordinal) => $$"""{"batch":[{{item}}],"sentAt":"2026-02-28T22:00:01.000Z","writeKey":"x:***"}""",
            _ => item,
        };
        return Encoding.UTF8.GetBytes(body);
    }

    private static byte[] MutateBytes(Random random, byte[] body)
    {
        int at = random.Next(body.Length + 1);
        byte[] splinter = random.Next(3) == 0 ? [(byte)random.Next(256)] : Encoding.UTF8.GetBytes(Pick(random, Splinters));
        int cut = Math.Min(random.Next(1, 12), body.Length - at);
        return random.Next(6) switch
        {
            0 => [.. body[..at], .. body[(at + cut)..]],
            1 => [.. body[..at], .. splinter, .. body[at..]],
            2 => [.. body[..at], .. splinter, .. body[(at + cut)..]],
            3 => body[..at],
            4 => [.. body[..at], .. body[Math.Max(0, at - 40)..]],
            _ => ReplaceValue(random, body),
        };
    }

    // A mutation that stays JSON: some value after a colon becomes another.
    private static byte[] ReplaceValue(Random random, byte[] body)
    {
        string text = Encoding.UTF8.GetString(body);
        int[] colons = [.. Enumerable.Range(0, text.Length).Where(i => i > 0 && text[i] == ':' && text[i - 1] == '"')];
        if (colons.Length == 0)
        {
            return body;
        }

        int from = colons[random.Next(colons.Length)] + 1;
        int to = text.IndexOfAny([',', '}', ']'], from);
        string value = Pick(random, ["null", "true", "-1", "0", "1e30", "\"\"", "\"x\"", "[]", "{}", "[1]", "\"\\ud83d\"", "\"\\u0000\"", "{\"a\":[{}]}", $"\"{new string('y', random.Next(1_000))}\"", random.Next().ToString(CultureInfo.InvariantCulture)]);
        return Encoding.UTF8.GetBytes(to < 0 ? text : text[..from] + value + text[to..]);
    }

    private static string MutatePath(Random random, string path) => random.Next(12) switch
    {
        0 => path.ToUpperInvariant(),
        1 => path + "/",
        2 => path + "//",
        3 => path + "?writeKey=" + Uri.EscapeDataString(Noise(random)),
        4 => path + "/%2e%2e/x",
        5 => path + "?data=" + Uri.EscapeDataString(Noise(random)) + "&a.b.c=1&a=2",
        _ => path,
    };

    private static byte[] Pack(byte[] body)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    private static string Noise(Random random) => new([.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next(' ', '~'))]);

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
