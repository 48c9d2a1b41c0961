using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Pulse;

/// <summary>Who is told when the event log stalls, and when it goes on. Without an address nobody is; health turns red all the same.</summary>
public sealed class AlertOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Data:Alerts";

    /// <summary>Address that gets a POST signed by the Standard Webhooks rules; default none.</summary>
    [Url]
    public string? WebhookUrl { get; set; }

    /// <summary>Secret of the signature, <c>whsec_</c> and base64; from the environment only. Default none: the call is not signed.</summary>
    [RegularExpression("^whsec_[A-Za-z0-9+/=]{32,}$")]
    public string? WebhookSecret { get; set; }

    /// <summary>Address of a mail that is put into the outbox; default none.</summary>
    [EmailAddress]
    public string? MailTo { get; set; }

    /// <summary>Seconds without a sign of life until health is red and the alert leaves. Default 75, range 40..110; raising it forgives longer stalls. An alert leaves at most 10 seconds later.</summary>
    [Range(40, 110)]
    public int StallSeconds { get; set; } = 75;
}

/// <summary>Checks <see cref="AlertOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class AlertOptionsValidator : IValidateOptions<AlertOptions>;
