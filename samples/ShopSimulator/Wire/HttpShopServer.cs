using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ShopSimulator.Behaviour;
using ShopSimulator.World;

namespace ShopSimulator.Wire;

/// <summary>MarketLoop over HTTP. Thread-safe.</summary>
internal sealed class HttpShopServer : IShopServer, IDisposable
{
    private const int Attempts = 40;
    private const int MailsPerPage = 500;

    private readonly HttpClient client;
    private readonly TimeProvider time;
    private readonly Catalogue catalogue;
    private readonly AuthenticationHeaderValue writeKey;
    private readonly AuthenticationHeaderValue secretKey;
    private readonly AuthenticationHeaderValue adminToken;

    /// <summary>Opens no connection yet.</summary>
    public HttpShopServer(SimulatorOptions options, Catalogue catalogue, TimeProvider time)
    {
        this.catalogue = catalogue;
        this.time = time;
        client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = options.Connections })
        {
            BaseAddress = options.Server,
            Timeout = TimeSpan.FromMinutes(10), // a turn with a training answers when it is done
        };
        writeKey = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(options.WriteKey + ":")));
        secretKey = new AuthenticationHeaderValue("Bearer", options.SecretKey);
        adminToken = new AuthenticationHeaderValue("Bearer", options.AdminToken);
    }

    /// <inheritdoc />
    public async Task<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken)
    {
        using JsonDocument answer = await SendAsync(HttpMethod.Get, "/api/v1/clock", adminToken, null, cancellationToken);
        return answer.RootElement.GetProperty("now").GetDateTimeOffset();
    }

    /// <inheritdoc />
    public async Task<TurnNumbers?> MoveClockAsync(DateTimeOffset now, bool turn, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new ClockWish(now, turn), WireJson.Default.ClockWish);
        using JsonDocument answer = await SendAsync(HttpMethod.Post, "/api/v1/clock", adminToken, body, cancellationToken);
        if (!turn)
        {
            return null;
        }

        JsonElement report = answer.RootElement;
        return new TurnNumbers(
            Int(report, "turn"),
            Long(report, "interactions"),
            Int(report, "insights"),
            report.TryGetProperty("models", out JsonElement models) && models.ValueKind == JsonValueKind.Number ? models.GetInt32() : null,
            report.TryGetProperty("retrained", out JsonElement retrained) && retrained.ValueKind == JsonValueKind.True,
            Int(report, "considered"),
            Int(report, "contactable"),
            Int(report, "treatments"),
            Int(report, "outcomes"));
    }

    /// <inheritdoc />
    public async Task StartLoopAsync(CancellationToken cancellationToken)
    {
        using JsonDocument answer = await SendAsync(HttpMethod.Put, "/api/v1/execution/mode", adminToken, """{"mode":"running"}"""u8.ToArray(), cancellationToken);
    }

    /// <summary>Lets the server's clock run on by itself: real people shop from here on.</summary>
    public async Task ReleaseClockAsync(CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new ClockRelease(Runs: true, Turn: false), WireJson.Default.ClockRelease);
        using JsonDocument answer = await SendAsync(HttpMethod.Post, "/api/v1/clock", adminToken, body, cancellationToken);
    }

    /// <inheritdoc />
    public async Task PutProductsAsync(byte[] body, CancellationToken cancellationToken)
    {
        using JsonDocument answer = await SendAsync(HttpMethod.Put, "/api/v1/data/products", secretKey, body, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<BatchVerdict> SendBatchAsync(byte[] body, CancellationToken cancellationToken)
    {
        using JsonDocument answer = await SendAsync(HttpMethod.Post, "/v1/batch", writeKey, body, cancellationToken);
        JsonElement root = answer.RootElement;
        int rejected = 0;
        string? first = null;
        if (root.TryGetProperty("rejected", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            rejected = list.GetArrayLength();
            first = rejected > 0 ? list[0].GetRawText() : null;
        }

        return new BatchVerdict(Int(root, "accepted"), Int(root, "duplicates"), rejected, first);
    }

    /// <inheritdoc />
    public async Task<SlotView> AskSlotAsync(SlotQuestion question, CancellationToken cancellationToken)
    {
        StringBuilder path = new("/api/v1/execution/slots/");
        path.Append(question.Placement).Append("?count=").Append(CultureInfo.InvariantCulture, $"{question.Count}&anonymousId={question.AnonymousId}&requestId={question.RequestId}");
        if (question.UserId is not null)
        {
            path.Append("&userId=").Append(question.UserId);
        }

        if (question.Product is not null)
        {
            path.Append("&product=").Append(question.Product);
        }

        using JsonDocument answer = await SendAsync(HttpMethod.Get, path.ToString(), secretKey, null, cancellationToken);
        JsonElement root = answer.RootElement;
        return new SlotView(
            question.Placement,
            Text(root, "token"),
            Text(root, "arm"),
            root.TryGetProperty("personalised", out JsonElement personalised) && personalised.ValueKind == JsonValueKind.True,
            ProductsOf(root));
    }

    /// <inheritdoc />
    public async Task<MailPage> ReadOutboxAsync(long after, int day, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/execution/outbox?after={after}&limit={MailsPerPage}");
        using JsonDocument answer = await SendAsync(HttpMethod.Get, path, secretKey, null, cancellationToken);
        List<Mail> mails = [];
        long next = after;
        foreach (JsonElement message in answer.RootElement.GetProperty("messages").EnumerateArray())
        {
            next = Math.Max(next, Long(message, "sequence"));
            if (ReadMail(message, day) is Mail mail)
            {
                mails.Add(mail);
            }
        }

        return new MailPage(mails, next);
    }

    /// <inheritdoc />
    public async Task<JsonElement?> ReadLiftAsync(int days, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/feedback/lift?days={days}");
        using JsonDocument answer = await SendAsync(HttpMethod.Get, path, secretKey, null, cancellationToken);
        return answer.RootElement.Clone();
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private Mail? ReadMail(JsonElement message, int day)
    {
        // "u:c00017" is customer 16; a mail to somebody the shop never sent is none of ours.
        string customer = Text(message, "customer") ?? "";
        if (!customer.StartsWith("u:c", StringComparison.Ordinal)
            || !int.TryParse(customer.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return null;
        }

        string? code = null;
        double discount = 0;
        int untilDay = day + 7;
        if (message.TryGetProperty("offer", out JsonElement offer) && offer.ValueKind == JsonValueKind.Object)
        {
            code = Text(offer, "code");
            discount = offer.TryGetProperty("discount", out JsonElement share) ? share.GetDouble() : 0;
            if (offer.TryGetProperty("validUntil", out JsonElement until) && message.TryGetProperty("sentAt", out JsonElement sent))
            {
                untilDay = day + (int)Math.Floor((until.GetDateTimeOffset() - sent.GetDateTimeOffset()).TotalDays);
            }
        }

        return new Mail(number - 1, day, Text(message, "token"), Text(message, "placement") ?? "", ProductsOf(message), code, discount, untilDay);
    }

    private int[] ProductsOf(JsonElement answer)
    {
        if (!answer.TryGetProperty("items", out JsonElement items) || items.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        List<int> products = [];
        foreach (JsonElement item in items.EnumerateArray())
        {
            if (Text(item, "productId") is string id && catalogue.IndexOf.TryGetValue(id, out int index))
            {
                products.Add(index);
            }
        }

        return [.. products];
    }

    // Retries what may pass (429, 5xx, a broken connection) with the same bytes, so with the same messageIds.
    private async Task<JsonDocument> SendAsync(HttpMethod method, string path, AuthenticationHeaderValue authorization, byte[]? body, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan pause = TimeSpan.FromMilliseconds(Math.Min(2000, 50 * attempt * attempt));
            try
            {
                using HttpRequestMessage request = new(method, path);
                request.Headers.Authorization = authorization;
                if (body is not null)
                {
                    request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                }

                using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return answer.Length == 0 ? JsonDocument.Parse("{}") : JsonDocument.Parse(answer);
                }

                bool mayPass = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway;
                if (!mayPass || attempt == Attempts)
                {
                    throw new InvalidOperationException($"{method} {path.Split('?')[0]} answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(answer.Length, 400)))}");
                }

                pause = response.Headers.RetryAfter?.Delta ?? pause;
            }
            catch (HttpRequestException) when (attempt < Attempts)
            {
                // The connection broke: the answer is unknown, the messageIds make asking again harmless.
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Int(JsonElement element, string name) => (int)Long(element, name);

    private static long Long(JsonElement element, string name)
        => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
