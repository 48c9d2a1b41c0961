using MarketLoop.Data.Intake;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Api.Data;

/// <summary>Takes one tracking request: whose it is, how much it may send, what it says; answers only when the good events are on disk.</summary>
internal sealed class IntakeDoor
{
    private readonly SegmentIntake intake;
    private readonly IShopStore store;
    private readonly TimeProvider time;
    private readonly IHostApplicationLifetime lifetime;
    private readonly ILogger<IntakeDoor> logger;
    private readonly BodyRoom room;
    private readonly KeyRates rates;

    public IntakeDoor(SegmentIntake intake, IShopStore store, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<IntakeDoor> logger)
    {
        this.intake = intake;
        this.store = store;
        this.time = time;
        this.lifetime = lifetime;
        this.logger = logger;
        room = new BodyRoom(intake.Options.MaxBytesInFlight);
        rates = new KeyRates(intake.Options.RequestsPerSecond, intake.Options.RequestBurst, time);
    }

    /// <summary>Answers a request with a body. Whatever happens, the answer is one that SDKs treat rightly.</summary>
    public Task AcceptAsync(HttpContext http, IntakeRoute route) => AnswerAsync(http, () => ReceiveAsync(http, route), IntakeAnswers.ReplyAsync);

    /// <summary>Answers a picture that carries its event in the address.</summary>
    public Task AcceptPixelAsync(HttpContext http, IntakeRoute route) => AnswerAsync(http, () => ReadPixelAsync(http, route), IntakeAnswers.ReplyWithPixelAsync);

    /// <summary>Notes a key that nobody knows: SDKs drop their events silently then, so the owner must hear of it.</summary>
    public void NoteUnknownKey(HttpContext http, string? key) =>
        intake.Activity.NoteRejectedKey(key, http.Request.Headers.Origin.ToString(), time.GetUtcNow());

    private async Task AnswerAsync(HttpContext http, Func<Task<IntakeReply>> take, Func<HttpContext, IntakeReply, Task> write)
    {
        IntakeAnswers.AllowOrigin(http);
        try
        {
            IntakeReply reply = lifetime.ApplicationStopping.IsCancellationRequested ? IntakeReply.Stopping : await take();
            await write(http, reply);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more; what was stored is recognised when it is sent again.
        }
        catch (Exception trouble) when (!http.Response.HasStarted && trouble is MarketLoopException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            Log.RequestFailed(logger, http.Request.Path, trouble);
            await write(http, IntakeReply.Unavailable);
        }
    }

    private async Task<IntakeReply> ReceiveAsync(HttpContext http, IntakeRoute route)
    {
        using IntakeRequestBody received = await IntakeRequestBody.ReadAsync(http, intake.Options, room);
        switch (received.Fault)
        {
            case BodyFault.TooLarge:
                return IntakeReply.TooLarge(intake.Options.MaxBodyBytes);
            case BodyFault.TooSlow:
                return IntakeReply.TooSlow;
            case BodyFault.NoRoom:
                return IntakeReply.Busy;
            case BodyFault.Damaged:
                return await JudgeAsync(http, null, "The body is damaged.", route);
            default:
                _ = IntakeBody.TryParse(received.Content, out IntakeBody? body, out string? reason);
                using (body)
                {
                    return await JudgeAsync(http, body, reason, route);
                }
        }
    }

    private async Task<IntakeReply> ReadPixelAsync(HttpContext http, IntakeRoute route)
    {
        using IntakeBody? body = PixelQuery.Read(http.Request.Query);
        return await JudgeAsync(http, body, "The picture's address carries no event.", route);
    }

    // A body that cannot be read has no key in it; the key of the header still decides who is told why.
    private async Task<IntakeReply> JudgeAsync(HttpContext http, IntakeBody? body, string? reason, IntakeRoute route)
    {
        DateTimeOffset receivedAt = time.GetUtcNow();
        string? presented = PresentedKey.Find(http.Request) ?? body?.WriteKey;
        SourceKey? key = presented is null ? null : await store.FindKeyAsync(presented, http.RequestAborted);
        if (key is null && !IsOwner(http))
        {
            NoteUnknownKey(http, presented);
            return IntakeReply.UnknownKey;
        }

        if (rates.WaitSeconds(key?.Id ?? "", key?.RequestsPerSecond) is > 0 and int seconds)
        {
            return IntakeReply.TooMany(seconds);
        }

        if (body is null)
        {
            return IntakeReply.Malformed(reason!); // set by whoever found it so
        }

        body.HasPrivacyControl = PrivacyControl.IsSent(http.Request);

        // SDKs give up after some seconds and send again: better they are told to come later than that they wait in vain.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(intake.Options.MaxStoreTime);
        return IntakeReply.Accepted(await intake.AcceptAsync(key?.Source ?? new SourceId("local"), body, route, receivedAt, patience.Token));
    }

    // Whoever can read the data folder's token may do everything, so also send events.
    private static bool IsOwner(HttpContext http) => http.User.IsInRole(Roles.Local);
}

/// <summary>How many requests each key may still send: a bucket that refills steadily. Thread-safe.</summary>
internal sealed class KeyRates(int shopPerSecond, int shopBurst, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one request; 0 when it may pass, else whole seconds to wait.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="ownLimit">The key's own requests a second; null for the shop's. At once it may send twice as many.</param>
    public int WaitSeconds(string keyId, int? ownLimit)
    {
        long now = time.GetTimestamp();
        (int perSecond, int burst) = ownLimit is { } own ? (own, 2 * own) : (shopPerSecond, shopBurst);
        lock (gate)
        {
            if (!buckets.TryGetValue(keyId, out Bucket? bucket))
            {
                buckets[keyId] = bucket = new Bucket { Level = burst, At = now };
            }

            bucket.Level = Math.Min(burst, bucket.Level + (time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond));
            bucket.At = now;
            if (bucket.Level < 1)
            {
                return (int)Math.Ceiling((1 - bucket.Level) / perSecond);
            }

            bucket.Level--;
            return 0;
        }
    }

    private sealed class Bucket
    {
        public double Level { get; set; }

        public long At { get; set; }
    }
}
