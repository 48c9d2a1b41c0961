using MarketLoop.Data.Consent;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>The switch that the shop's page shows its visitor: personalisation off with one click, in force for the next slot.</summary>
internal static class PersonalisationEndpoints
{
    private const string Path = "/api/v1/data/consents/personalisation";
    private const int LongestId = 200;

    public static void MapPersonalisation(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder switches = app.MapGroup(Path)
            .WithTags("data")
            .RequireAuthorization(Policies.AnyKey)
            .RequireCors(Pipeline.SwitchCors)
            .RequireRateLimiting(BusyTraffic.Slots)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        switches.MapGet("", ReadAsync).WithSummary("Whether a visitor is personalised for. A write key speaks for its own browser, or for a user id with userHash.");
        switches.MapPut("", SwitchAsync).WithSummary("Switches personalisation off or on for a visitor: granted, textVersion.");
    }

    private static async Task<Results<Ok<PersonalisationAnswer>, ProblemHttpResult>> ReadAsync(
        HttpContext http, [AsParameters] SwitchQuery query, SlotVisitor visitors, PersonalisationCheck check, TimeProvider clock, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(query);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        return visitors.Vouch(http, query.UserId, query.UserHash, query.AnonymousId) is { } customer
            ? TypedResults.Ok(await AskAsync(http, customer, check, clock, cancellationToken))
            : NotVouched(http);
    }

    private static async Task<Results<Ok<PersonalisationAnswer>, ProblemHttpResult>> SwitchAsync(
        HttpContext http, [AsParameters] SwitchQuery query, SwitchInput input, SwitchServices services, TimeProvider clock, CancellationToken cancellationToken)
    {
        FieldErrors errors = Check(query)
            .Require(input.Granted is not null, "granted", "true or false")
            .Require(input.TextVersion is null or { Length: > 0 and <= ConsentEndpoints.LongestVersion }, "textVersion", $"1 to {ConsentEndpoints.LongestVersion} characters");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        if (services.Visitors.Vouch(http, query.UserId, query.UserHash, query.AnonymousId) is not { } customer)
        {
            return NotVouched(http);
        }

        ConsentWord word = new(customer, ConsentPurpose.Personalisation, ConsentChannel.Any, input.Granted is true, null, input.TextVersion, ConsentOrigin.ShopPage);
        await services.Ledger.RecordAsync(word, clock.GetUtcNow(), cancellationToken);
        return TypedResults.Ok(await AskAsync(http, customer, services.Check, clock, cancellationToken));
    }

    private static async Task<PersonalisationAnswer> AskAsync(HttpContext http, CustomerId customer, PersonalisationCheck check, TimeProvider clock, CancellationToken cancellationToken)
    {
        Allowance allowance = await check.AskAsync(customer, clock.GetUtcNow(), PrivacyControl.IsSent(http.Request), cancellationToken);
        return new PersonalisationAnswer(allowance.AgainstPersonalisation is null, allowance.AgainstPersonalisation?.Reason);
    }

    private static ProblemHttpResult NotVouched(HttpContext http) => Problems.Result(http, ProblemCode.Forbidden, "Nobody vouches for this user id: send userHash with it.");

    private static FieldErrors Check(SwitchQuery query) => new FieldErrors()
        .Require(!string.IsNullOrWhiteSpace(query.UserId) || !string.IsNullOrWhiteSpace(query.AnonymousId), "anonymousId", "an anonymousId, or a userId with userHash")
        .Require(query.UserId is null or { Length: <= LongestId }, "userId", $"at most {LongestId} characters")
        .Require(query.AnonymousId is null or { Length: <= LongestId }, "anonymousId", $"at most {LongestId} characters");
}

/// <summary>Who asks for the switch.</summary>
internal sealed record SwitchQuery(string? UserId, string? UserHash, string? AnonymousId);

/// <summary>Where the switch is put.</summary>
public sealed record SwitchInput(bool? Granted, string? TextVersion);

/// <summary>What the switch works with.</summary>
internal sealed record SwitchServices(SlotVisitor Visitors, ConsentLedger Ledger, PersonalisationCheck Check);

/// <summary>Where the switch stands.</summary>
/// <param name="Personalised">True when slots are chosen for this visitor.</param>
/// <param name="Reason">Why they are not; null when they are.</param>
public sealed record PersonalisationAnswer(bool Personalised, RefusalReason? Reason);
