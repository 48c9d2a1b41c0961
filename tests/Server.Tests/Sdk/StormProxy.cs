using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace MarketLoop.Server.Tests.Sdk;

/// <summary>What happens to one tracking request on its way.</summary>
internal enum Weather
{
    /// <summary>It passes.</summary>
    Fair,

    /// <summary>429 with Retry-After: 1; the server never sees it.</summary>
    TooMany,

    /// <summary>503 with Retry-After: 1; the server never sees it.</summary>
    Unavailable,

    /// <summary>The connection is cut before the server sees it.</summary>
    CutBefore,

    /// <summary>The server stores it, and the connection is cut before the client hears so.</summary>
    CutAfter,

    /// <summary>The server is killed while it works on it.</summary>
    Kill,

    /// <summary>The server's disk is full while it works on it, and has room again afterwards.</summary>
    FullDisk,
}

/// <summary>Stands between an SDK and the server, with bad weather for the first tracking requests and fair weather after.</summary>
internal sealed partial class StormProxy : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly WebApplication app;
    private readonly ShopProcess shop;
    private readonly Queue<Weather> forecast;
    private readonly HttpClient onwards = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly Dictionary<long, TaskCompletionSource> waiters = [];
    private readonly HashSet<string> delivered = new(StringComparer.Ordinal);
    private Task restarting = Task.CompletedTask;

    private StormProxy(ShopProcess shop, IEnumerable<Weather> forecast)
    {
        this.shop = shop;
        this.forecast = new Queue<Weather>(forecast);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>Its address, the same however often the server behind it dies.</summary>
    public string Address => app.Urls.First();

    /// <summary>How many requests met bad weather.</summary>
    public int Storms { get; private set; }

    /// <summary>Requests that the server itself put off with 429 or 503 and a <c>Retry-After</c>.</summary>
    public int PutOffs { get; private set; }

    /// <summary>Requests that wanted to be answered with another address.</summary>
    public int Redirects { get; private set; }

    public static async Task<StormProxy> StartAsync(ShopProcess shop, params IEnumerable<Weather> forecast)
    {
        StormProxy proxy = new(shop, forecast);
        await proxy.app.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    /// <summary>Waits until the server has said of so many different events that it has them, whether the client heard it or not.</summary>
    /// <remarks>By message id: what a server stored and was killed before it could say so is a copy to the next one.</remarks>
    public Task DeliveredAsync(long events)
    {
        lock (gate)
        {
            if (delivered.Count >= events)
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters[events] = waiter;
            return waiter.Task.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a killed server is there again.</summary>
    public Task SettleAsync() => restarting;

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        onwards.Dispose();
        await restarting;
    }

    private async Task HandleAsync(HttpContext http)
    {
        using MemoryStream body = new();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        Weather weather = Foretell(http.Request);
        switch (weather)
        {
            case Weather.TooMany or Weather.Unavailable:
                PutOff(http, weather == Weather.TooMany ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable);
                break;
            case Weather.CutBefore:
                http.Abort();
                break;
            case Weather.Kill:
                Task<HttpResponseMessage> lost = PassOnAsync(http, body.ToArray());
                lock (gate)
                {
                    restarting = KillAfterAsync(restarting);
                }

                await lost.ContinueWith(static task => _ = task.Exception, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
                http.Abort();
                break;
            case Weather.FullDisk:
                shop.FillDisk();
                await RelayAsync(http, body.ToArray(), isAnswerLost: false);
                shop.FreeDisk();
                break;
            default:
                await RelayAsync(http, body.ToArray(), isAnswerLost: weather == Weather.CutAfter);
                break;
        }
    }

    // A second kill that falls into a restart waits for its end: one process at a time holds the folder.
    private async Task KillAfterAsync(Task earlier)
    {
        await earlier;
        await shop.KillAndRestartAsync();
    }

    private Weather Foretell(HttpRequest request)
    {
        bool isTracking = HttpMethods.IsPost(request.Method) && !request.Path.StartsWithSegments("/v1/m", StringComparison.Ordinal);
        lock (gate)
        {
            if (!isTracking || !forecast.TryDequeue(out Weather weather))
            {
                return Weather.Fair;
            }

            Storms += weather == Weather.Fair ? 0 : 1;
            return weather;
        }
    }

    private async Task RelayAsync(HttpContext http, byte[] body, bool isAnswerLost)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await PassOnAsync(http, body);
        }
        catch (HttpRequestException)
        {
            http.Abort(); // nobody listens there while the server starts again
            return;
        }

        using (answer)
        {
            await CountAsync(answer, body);
            if (isAnswerLost)
            {
                Assert.True(answer.IsSuccessStatusCode, "an answer can only be lost when there was a good one");
                http.Abort();
                return;
            }

            Redirects += (int)answer.StatusCode is >= 300 and < 400 ? 1 : 0;
            PutOffs += (int)answer.StatusCode is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && answer.Headers.RetryAfter is not null ? 1 : 0;
            http.Response.StatusCode = (int)answer.StatusCode;
            foreach ((string name, IEnumerable<string> values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection")))
            {
                http.Response.Headers[name] = values.ToArray();
            }

            await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        }
    }

    private async Task CountAsync(HttpResponseMessage answer, byte[] body)
    {
        await answer.Content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (!answer.IsSuccessStatusCode || !text.Contains("\"accepted\"", StringComparison.Ordinal))
        {
            return;
        }

        lock (gate)
        {
            delivered.UnionWith(MessageId().Matches(Encoding.UTF8.GetString(body)).Select(match => match.Groups["id"].Value));
            foreach ((long wanted, TaskCompletionSource waiter) in waiters)
            {
                if (delivered.Count >= wanted)
                {
                    waiter.TrySetResult();
                }
            }
        }
    }

    private Task<HttpResponseMessage> PassOnAsync(HttpContext http, byte[] body)
    {
        HttpRequestMessage request = new(new HttpMethod(http.Request.Method), new Uri(shop.Address, http.Request.Path + http.Request.QueryString));
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach ((string name, StringValues values) in http.Request.Headers.Where(header => header.Key is not ("Host" or "Connection" or "Content-Length" or "Transfer-Encoding")))
        {
            HttpHeaders? target = name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) ? request.Content?.Headers : request.Headers;
            target?.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return onwards.SendAsync(request, http.RequestAborted);
    }

    private static void PutOff(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.AccessControlAllowOrigin = http.Request.Headers.Origin;
        http.Response.Headers.AccessControlAllowCredentials = "true";
        http.Response.Headers.AccessControlExposeHeaders = "Retry-After";
    }

    [GeneratedRegex("\"messageId\":\"(?<id>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MessageId();
}
