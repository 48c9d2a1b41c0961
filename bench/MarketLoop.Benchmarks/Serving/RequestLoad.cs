using System.Diagnostics;
using System.Net.Http.Headers;

namespace MarketLoop.Benchmarks.Serving;

/// <summary>Asks one address after another over connections that stay open, as fast as answers come or at a steady pace.</summary>
internal sealed class RequestLoad(Uri server, int connections, IReadOnlyList<string> keys, Func<long, string> pathOf) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = server };

    /// <summary>Answers a second, each connection asking again as soon as it was answered.</summary>
    public async Task<double> FloodAsync(TimeSpan duration)
    {
        long next = -1;
        long start = Stopwatch.GetTimestamp();
        long[] answered = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            long count = 0;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await SendAsync(Interlocked.Increment(ref next));
                count++;
            }

            return count;
        })));
        return answered.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Milliseconds of each answer from the moment its request was meant to leave, sorted; the pace does not wait for answers.</summary>
    public async Task<double[]> PaceAsync(double perSecond, TimeSpan duration)
    {
        int count = Math.Max(1, (int)(perSecond * duration.TotalSeconds));
        double[] milliseconds = new double[count];
        Task[] sent = new Task[count];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds(i / perSecond);
            TimeSpan wait = due - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            int place = i;
            sent[i] = Task.Run(async () =>
            {
                await SendAsync(place);
                milliseconds[place] = (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
            });
        }

        await Task.WhenAll(sent);
        Array.Sort(milliseconds);
        return milliseconds;
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private async Task SendAsync(long number)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, pathOf(number));
        if (keys.Count > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", keys[(int)(number % keys.Count)]);
        }

        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead);
        answer.EnsureSuccessStatusCode();
    }
}
