using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MarketLoop.Benchmarks.Intake;

/// <summary>Sends batches of tracking calls as a shop's back end would, over connections that stay open.</summary>
internal sealed class LoadGenerator(ServerUnderTest server, int connections, long all) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = server.Address };

    /// <summary>Sends batches <paramref name="from"/> to <paramref name="until"/> as fast as answers come. Returns events acknowledged and stored a second.</summary>
    public async Task<double> FloodAsync(long from, long until)
    {
        long next = from - 1;
        long accepted = 0;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            for (long batch = Interlocked.Increment(ref next); batch < until; batch = Interlocked.Increment(ref next))
            {
                Interlocked.Add(ref accepted, await SendAsync(batch));
            }
        })));
        return accepted / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Sends at a steady pace whatever the answers do; each answer is timed from the moment its request was meant to leave. Milliseconds, sorted.</summary>
    public async Task<double[]> PaceAsync(long from, double batchesPerSecond, TimeSpan duration)
    {
        int count = (int)(batchesPerSecond * duration.TotalSeconds);
        double[] milliseconds = new double[count];
        Task[] sent = new Task[count];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds(i / batchesPerSecond);
            TimeSpan wait = due - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            int place = i;
            sent[i] = Task.Run(async () =>
            {
                await SendAsync(from + place);
                milliseconds[place] = (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
            });
        }

        await Task.WhenAll(sent);
        Array.Sort(milliseconds);
        return milliseconds;
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private async Task<int> SendAsync(long batch)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/batch") { Content = new ByteArrayContent(ShopEvents.BodyOf(batch, all)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(server.WriteKey + ":")));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        using JsonDocument verdict = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return verdict.RootElement.GetProperty("accepted").GetInt32();
    }
}
