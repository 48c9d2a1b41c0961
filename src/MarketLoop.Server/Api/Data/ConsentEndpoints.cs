using MarketLoop.Data.Consent;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>The consent ledger: read, and added to by the shop's server.</summary>
internal static class ConsentEndpoints
{
    /// <summary>Longest name of a version of a text.</summary>
    public const int LongestVersion = 100;

    public static void MapConsents(this RouteGroupBuilder data)
    {
        data.MapGet("/consents", CountAsync).WithSummary("Where how many customers and browsers stand, by purpose and channel; nobody is named.");
        data.MapGet("/customers/{customer}/consents", ListAsync).WithSummary("Where one customer (u:ID or a:ID) stands, and every word that led there, newest first.");
        data.MapPost("/customers/{customer}/consents", RecordAsync).RequireAuthorization(Policies.Secret)
            .WithSummary("Adds a word on consent: purpose, channel, granted, textVersion, at. The same word of the same moment is stored once.");
    }

    private static async Task<Ok<ConsentOverview>> CountAsync(ConsentLedger ledger, CancellationToken cancellationToken) => TypedResults.Ok(await ledger.CountAsync(cancellationToken));

    private static async Task<Results<Ok<CustomerConsents>, ProblemHttpResult>> ListAsync(
        HttpContext http, string customer, ConsentLedger ledger, IEventLog log, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(CustomerId.TryParse(customer, out CustomerId id), "customer", "u:USERID or a:ANONYMOUSID");
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await ReadAsync(id, ledger, log, cancellationToken));
    }

    private static async Task<Results<Ok<CustomerConsents>, ProblemHttpResult>> RecordAsync(
        HttpContext http, string customer, ConsentInput input, ConsentLedger ledger, IEventLog log, TimeProvider clock, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        FieldErrors errors = new FieldErrors()
            .Require(CustomerId.TryParse(customer, out CustomerId id), "customer", "u:USERID or a:ANONYMOUSID")
            .Require(ConsentWords.TryPurpose(input.Purpose, out ConsentPurpose purpose), "purpose", "analytics, personalisation, marketing or advertising")
            .Require(ConsentWords.TryChannel(input.Channel, out ConsentChannel channel), "channel", "any, onSite, email, sms, push, phone, post, messenger or ads")
            .Require(input.Granted is not null, "granted", "true or false")
            .Require(input.TextVersion is null or { Length: > 0 and <= LongestVersion }, "textVersion", $"1 to {LongestVersion} characters")
            .Require(input.At is null || input.At <= now, "at", "not in the future");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        await ledger.RecordAsync(new ConsentWord(id, purpose, channel, input.Granted is true, input.At, input.TextVersion, ConsentOrigin.Api), now, cancellationToken);
        return TypedResults.Ok(await ReadAsync(id, ledger, log, cancellationToken));
    }

    private static async Task<CustomerConsents> ReadAsync(CustomerId id, ConsentLedger ledger, IEventLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConsentEntry> entries = await ledger.ListAsync(id, cancellationToken);
        return new CustomerConsents(await log.ResolveAsync(id, cancellationToken), ConsentState.List(entries), entries);
    }
}

/// <summary>A word on consent, as a shop's server sends it.</summary>
public sealed record ConsentInput
{
    /// <summary>Analytics, personalisation, marketing or advertising.</summary>
    public string? Purpose { get; init; }

    /// <summary>The channel; absent for every one.</summary>
    public string? Channel { get; init; }

    /// <summary>Yes or no.</summary>
    public bool? Granted { get; init; }

    /// <summary>Version of the text that was shown.</summary>
    public string? TextVersion { get; init; }

    /// <summary>When it was said; absent for now.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>Consent of one customer.</summary>
/// <param name="Customer">The customer, a browser resolved to who signed in on it.</param>
/// <param name="Standing">Where they stand now.</param>
/// <param name="Entries">Every word, newest first, with its proof.</param>
public sealed record CustomerConsents(CustomerId Customer, IReadOnlyList<ConsentStanding> Standing, IReadOnlyList<ConsentEntry> Entries);
