using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>Sends batches over several connections, each again until it is acknowledged, as tracking SDKs do.</summary>
internal sealed class RetryingSender(KilledServer server, int batches, int batchSize)
{
    private int next = -1;
    private int attempts;
    private int duplicates;

    /// <summary>Ids of the events whose batch was answered with 200.</summary>
    public ConcurrentBag<string> Acknowledged { get; } = [];

    /// <summary>Requests made.</summary>
    public int Attempts => attempts;

    /// <summary>Events that were stored by an earlier request whose answer was lost.</summary>
    public int Duplicates => duplicates;

    public Task SendAllAsync(int connections, CancellationToken cancellationToken) =>
        Parallel.ForAsync(0, connections, new ParallelOptions { MaxDegreeOfParallelism = connections, CancellationToken = cancellationToken }, async (_, cancelled) =>
        {
            using HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.WriteKey);
            for (int batch = Interlocked.Increment(ref next); batch < batches; batch = Interlocked.Increment(ref next))
            {
                while (!await TrySendAsync(client, batch, cancelled))
                {
                }
            }
        });

    private async Task<bool> TrySendAsync(HttpClient client, int batch, CancellationToken cancellationToken)
    {
        ServingProcess target = await server.FindAsync();
        Interlocked.Increment(ref attempts);
        Task<HttpResponseMessage> sending = client.PostAsJsonAsync(new Uri(target.Address, "/v1/batch"), new { batch = Events(batch) }, cancellationToken);
        int? life = server.Step(target);
        try
        {
            using HttpResponseMessage answer = await sending;
            string text = await answer.Content.ReadAsStringAsync(cancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
            JsonElement verdict = JsonSerializer.Deserialize<JsonElement>(text);
            int known = verdict.GetProperty("duplicates").GetInt32();
            Assert.Equal(batchSize, verdict.GetProperty("accepted").GetInt32() + known);
            Interlocked.Add(ref duplicates, known);
        }
        catch (HttpRequestException)
        {
            server.NoteLost(life);
            return false;
        }

        for (int i = 0; i < batchSize; i++)
        {
            Acknowledged.Add(IdOf(batch, i));
        }

        server.Step(target);
        return true;
    }

    private IEnumerable<object> Events(int batch)
    {
        for (int i = 0; i < batchSize; i++)
        {
            yield return i % 10 == 9
                ? new { type = "identify", messageId = IdOf(batch, i), userId = $"user{i}", traits = new { email = "a@example.org", marketing_email = true } }
                : new { type = "track", messageId = IdOf(batch, i), userId = $"user{i}", @event = "Product Viewed", properties = new { product_id = $"p{batch % 50}" } };
        }
    }

    private static string IdOf(int batch, int index) => string.Create(CultureInfo.InvariantCulture, $"{batch}-{index}");
}
