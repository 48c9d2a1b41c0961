using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Data.Pulse;

/// <summary>Looks at the pulse and tells the owner, once when it stops and once when it goes on, by webhook and by a mail in the outbox. One caller at a time.</summary>
public sealed class PulseWatch(LogPulse pulse, AlertOptions options, string outbox, HttpClient http, TimeProvider clock, ILogger logger)
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan Cadence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private bool wasHealthy = true;
    private AlertMessage? unsent;

    /// <summary>Looks once; tells when the state has changed, and tries again what could not be told.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        PulseState state = pulse.State;
        if (state.IsHealthy != wasHealthy)
        {
            wasHealthy = state.IsHealthy;
            string id = "msg_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
            unsent = new AlertMessage(id, state.IsHealthy ? "log.recovered" : "log.stalled", clock.GetUtcNow(), state.Trouble, state.LastBeatAt);
            Log.PulseChanged(logger, unsent.Type, unsent.Detail ?? "");
            WriteMail(unsent);
        }

        if (unsent is not null && await TryPostAsync(unsent, cancellationToken))
        {
            unsent = null;
        }
    }

    /// <summary>Signature of a message by Standard Webhooks 1.0.0: <c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
    /// <param name="secret"><c>whsec_</c> and base64.</param>
    /// <param name="id">The message's id, the same at every attempt.</param>
    /// <param name="unixSeconds">Moment of this attempt.</param>
    /// <param name="body">The exact bytes sent, as text.</param>
    public static string Sign(string secret, string id, long unixSeconds, string body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        byte[] key = Convert.FromBase64String(secret.StartsWith("whsec_", StringComparison.Ordinal) ? secret["whsec_".Length..] : secret);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}.{body}"))));
    }

    private async Task<bool> TryPostAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        if (options.WebhookUrl is not string address)
        {
            return true;
        }

        string body = JsonSerializer.Serialize(message, JsonSerializerOptions.Web);
        long now = clock.GetUtcNow().ToUnixTimeSeconds();
        using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", now.ToString(CultureInfo.InvariantCulture));
        if (options.WebhookSecret is string secret)
        {
            request.Headers.Add("webhook-signature", Sign(secret, message.Id, now, body));
        }

        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            using HttpResponseMessage answer = await http.SendAsync(request, limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Log.AlertNotDelivered(logger, failure);
            return false; // again at the next look
        }
    }

    private void WriteMail(AlertMessage message)
    {
        if (options.MailTo is not string address)
        {
            return;
        }

        string target = Path.Combine(outbox, string.Create(CultureInfo.InvariantCulture, $"alert-{message.At.UtcDateTime:yyyyMMddHHmmss}-{message.Type}.eml"));
        string subject = string.Equals(message.Type, "log.stalled", StringComparison.Ordinal) ? "MarketLoop: events are not being stored" : "MarketLoop: events are being stored again";
        string text = $"To: <{address}>\r\nFrom: MarketLoop <{address}>\r\nSubject: {subject}\r\nDate: {message.At.ToString("r", CultureInfo.InvariantCulture)}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            + $"{subject}.\r\n{message.Detail}\r\nLast sign of life: {message.LastBeatAt:u}\r\n";
        try
        {
            File.WriteAllText(target + ".tmp", text);
            File.Move(target + ".tmp", target, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.AlertNotDelivered(logger, failure); // a full disk stops the mail, not the webhook
        }
    }
}

/// <summary>What a webhook gets.</summary>
/// <param name="Id">The message's id, the same at every attempt.</param>
/// <param name="Type"><c>log.stalled</c> or <c>log.recovered</c>.</param>
/// <param name="At">When it was noticed.</param>
/// <param name="Detail">What is wrong.</param>
/// <param name="LastBeatAt">When the last sign of life arrived.</param>
public sealed record AlertMessage(string Id, string Type, DateTimeOffset At, string? Detail, DateTimeOffset? LastBeatAt);
