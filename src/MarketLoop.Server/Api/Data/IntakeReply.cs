using MarketLoop.Data.Intake;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Api.Data;

/// <summary>What becomes of one tracking request, chosen by what SDKs do with it: 4xx makes them drop, so it is only for what no second try can mend.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable code of a refusal.</param>
/// <param name="Message">The same in words.</param>
/// <param name="RetrySeconds">When to come again; null where that would not help.</param>
/// <param name="Verdict">What became of the events; null when the whole request was refused.</param>
internal sealed record IntakeReply(int Status, string Code, string Message, int? RetrySeconds = null, IntakeVerdict? Verdict = null)
{
    public static readonly IntakeReply Stopping = new(StatusCodes.Status503ServiceUnavailable, "stopping", "The server is stopping; send this again.", 1);
    public static readonly IntakeReply Busy = new(StatusCodes.Status429TooManyRequests, "busy", "Too many requests at once; send this again.", 1);
    public static readonly IntakeReply Unavailable = new(StatusCodes.Status503ServiceUnavailable, "unavailable", "The events could not be stored; send them again.", 5);
    public static readonly IntakeReply UnknownKey = new(StatusCodes.Status401Unauthorized, "unknown_key", "The write key is unknown or revoked.");
    public static readonly IntakeReply TooSlow = new(StatusCodes.Status408RequestTimeout, "too_slow", "The body took too long to arrive; send this again.", 1);

    public static IntakeReply Accepted(IntakeVerdict verdict) => new(StatusCodes.Status200OK, "", "", Verdict: verdict);

    public static IntakeReply TooLarge(int most) => new(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body has more than {most} bytes.");

    public static IntakeReply Malformed(string reason) => new(StatusCodes.Status400BadRequest, "malformed_json", reason);

    public static IntakeReply TooMany(int seconds) =>
        new(StatusCodes.Status429TooManyRequests, "too_many_requests", "This key sends more than it may; send this again.", seconds);
}
