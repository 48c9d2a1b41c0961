using MarketLoop.Data.Intake;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Api.Data;

/// <summary>Takes one tracking request: whose it is, how much it may send, what it says; answers only when the good events are on disk.</summary>
internal sealed class IntakeDoor : IDisposable
{
    private const int SecondsAfterTrouble = 5;
    private readonly SegmentIntake intake;
    private readonly IShopStore store;
    private readonly TimeProvider time;
    private readonly IHostApplicationLifetime lifetime;
    private readonly ILogger<IntakeDoor> logger;
    private readonly SemaphoreSlim places;
    private readonly KeyRates rates;

    public IntakeDoor(SegmentIntake intake, IShopStore store, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<IntakeDoor> logger)
    {
        this.intake = intake;
        this.store = store;
        this.time = time;
        this.lifetime = lifetime;
        this.logger = logger;
        places = new SemaphoreSlim(intake.Options.MaxConcurrentBodies);
        rates = new KeyRates(intake.Options.RequestsPerSecond, intake.Options.RequestBurst, time);
    }

    /// <summary>Answers a request. Whatever happens, the answer is one that SDKs treat rightly.</summary>
    public async Task AcceptAsync(HttpContext http, IntakeRoute route)
    {
        IntakeAnswers.AllowOrigin(http);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await IntakeAnswers.PutOffAsync(http, StatusCodes.Status503ServiceUnavailable, 1, "stopping", "The server is stopping; send this again.");
            return;
        }

        if (!places.Wait(0, CancellationToken.None))
        {
            await IntakeAnswers.PutOffAsync(http, StatusCodes.Status429TooManyRequests, 1, "busy", "Too many requests at once; send this again.");
            return;
        }

        try
        {
            await TakeAsync(http, route);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more; what was stored is recognised when it is sent again.
        }
        catch (Exception trouble) when (trouble is MarketLoopException or IOException or UnauthorizedAccessException)
        {
            Log.RequestFailed(logger, http.Request.Path, trouble);
            await IntakeAnswers.PutOffAsync(http, StatusCodes.Status503ServiceUnavailable, SecondsAfterTrouble, "unavailable", "The events could not be stored; send them again.");
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Notes a key that nobody knows: SDKs drop their events silently then, so the owner must hear of it.</summary>
    public void NoteUnknownKey(HttpContext http, string? key) =>
        intake.Activity.NoteRejectedKey(key, http.Request.Headers.Origin.ToString(), time.GetUtcNow());

    /// <inheritdoc />
    public void Dispose() => places.Dispose();

    private async Task TakeAsync(HttpContext http, IntakeRoute route)
    {
        using IntakeRequestBody received = await IntakeRequestBody.ReadAsync(http, intake.Options.MaxBodyBytes);
        DateTimeOffset receivedAt = time.GetUtcNow();
        if (received.Fault == BodyFault.TooLarge)
        {
            await IntakeAnswers.RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body has more than {intake.Options.MaxBodyBytes} bytes.");
            return;
        }

        // A body that cannot be read has no key in it; the key of the header still decides who is told why.
        IntakeBody? body = null;
        string? reason = "The compressed body is damaged.";
        bool isJson = received.Fault == BodyFault.None && IntakeBody.TryParse(received.Content, out body, out reason);
        using (body)
        {
            string? presented = PresentedKey.Find(http.Request) ?? body?.WriteKey;
            SourceKey? key = presented is null ? null : await store.FindKeyAsync(presented, http.RequestAborted);
            if (key is null && !IsOwner(http))
            {
                NoteUnknownKey(http, presented);
                await IntakeAnswers.RefuseAsync(http, StatusCodes.Status401Unauthorized, "unknown_key", "The write key is unknown or revoked.");
            }
            else if (rates.WaitSeconds(key?.Id ?? "") is > 0 and int seconds)
            {
                await IntakeAnswers.PutOffAsync(http, StatusCodes.Status429TooManyRequests, seconds, "too_many_requests", "This key sends more than it may; send this again.");
            }
            else if (!isJson)
            {
                await IntakeAnswers.RefuseAsync(http, StatusCodes.Status400BadRequest, "malformed_json", reason!); // set by whoever found it so
            }
            else
            {
                IntakeVerdict verdict = await intake.AcceptAsync(key?.Source ?? new SourceId("local"), body!, route, receivedAt, http.RequestAborted); // it is JSON
                await IntakeAnswers.AcceptAsync(http, new IntakeAnswer(true, true, verdict.Accepted, verdict.Duplicates, verdict.Rejected, verdict.Flagged));
            }
        }
    }

    // Whoever can read the data folder's token may do everything, so also send events.
    private static bool IsOwner(HttpContext http) => http.User.IsInRole(Roles.Local);
}

/// <summary>How many requests each key may still send: a bucket that refills steadily. Thread-safe.</summary>
internal sealed class KeyRates(int perSecond, int burst, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one request; 0 when it may pass, else whole seconds to wait.</summary>
    public int WaitSeconds(string keyId)
    {
        long now = time.GetTimestamp();
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
