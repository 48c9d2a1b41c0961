using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Api.Gorse;

/// <summary>What all Gorse bodies have in common: their limits, and the way into our own intake.</summary>
internal static class GorseIntake
{
    private const int MostRows = 5_000;
    private const int LongestText = 512;

    /// <summary>Refuses a body of too many rows, and looks at each row as far as the limit.</summary>
    /// <param name="body">The rows as they came.</param>
    /// <param name="rows">What they are called.</param>
    /// <param name="checkRow">Notes the faults of a row, which is named by its place in brackets.</param>
    public static FieldErrors Check<T>(T?[] body, string rows, Action<T?, string, FieldErrors> checkRow)
        where T : class
    {
        FieldErrors errors = new FieldErrors().Require(body.Length <= MostRows, "body", $"at most {MostRows} {rows} in one request");
        for (int i = 0; i < Math.Min(body.Length, MostRows); i++)
        {
            checkRow(body[i], $"[{i}]", errors);
        }

        return errors;
    }

    /// <summary>Refuses a text that is missing or too long.</summary>
    public static void RequireText(FieldErrors errors, string field, string? text) => errors.Require(text is { Length: > 0 and <= LongestText }, field, $"1 to {LongestText} characters");

    /// <summary>Stores events durably; what is stored already counts once.</summary>
    /// <param name="http">The call, whose key names the source.</param>
    /// <param name="intake">Our intake.</param>
    /// <param name="events">The events, each as the tracking API takes it.</param>
    /// <param name="now">The moment of the call.</param>
    /// <param name="errors">Receives the events' faults by index.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>How many were accepted.</returns>
    public static async Task<int> StoreAsync(HttpContext http, SegmentIntake intake, IEnumerable<object> events, DateTimeOffset now, FieldErrors errors, CancellationToken cancellationToken)
    {
        SourceId source = new(http.User.FindFirstValue(Roles.SourceClaim) ?? "gorse");
        IntakeVerdict verdict = await intake.AcceptAsync(source, JsonSerializer.SerializeToUtf8Bytes(new { batch = events }), IntakeRoute.Batch, now, cancellationToken);
        foreach (EventFault fault in verdict.Rejected)
        {
            errors.Require(holds: false, $"[{fault.Index}]", fault.Reason);
        }

        return verdict.Accepted;
    }

    /// <summary>A message id from what makes an event the same event.</summary>
    public static string MessageId(params ReadOnlySpan<string> parts)
    {
        StringBuilder text = new();
        foreach (string part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}|");
        }

        return "gorse-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}
