using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Who is one customer: the ids that belong together, merges and splits with their ledger, and what waits for a decision.</summary>
internal static class IdentityEndpoints
{
    private const string Owner = "command line";

    public static void MapIdentity(this RouteGroupBuilder data)
    {
        data.MapGet("/customers/{customer}/ids", ReadIdsAsync).WithSummary("Every id that belongs to a customer (u:ID or a:ID), and the owner's decisions about them.");
        data.MapPost("/customers/{customer}/merge", MergeAsync).RequireAuthorization(Policies.Owner).WithSummary("Merges a customer into another. Everything is read as the second one's until it is split; the log is not changed.");
        data.MapPost("/customers/{customer}/split", SplitAsync).RequireAuthorization(Policies.Owner).WithSummary("Takes a decision about this customer back, by its number: everything is read as before.");
        data.MapPost("/customers/{customer}/lift", LiftAsync).RequireAuthorization(Policies.Owner).WithSummary("Lets a frozen id have the browsers that it gained so far.");
        data.MapPost("/customers/{customer}/dismiss", DismissAsync).RequireAuthorization(Policies.Owner).WithSummary("Leaves the proposal of an alias alone: the two customers stay two.");
        data.MapGet("/merges", ListAsync).WithSummary("The ledger of decisions about identities, newest first, those taken back included.");
        data.MapGet("/identity-conflicts", ReadConflictsAsync).WithSummary("Aliases between customers who both signed in, frozen ids, and keys that several customers told.");
    }

    private static async Task<Results<Ok<CustomerIds>, ProblemHttpResult>> ReadIdsAsync(HttpContext http, string customer, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        FieldErrors errors = RequireCustomer(new FieldErrors(), customer, "customer", out CustomerId id);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        IReadOnlyList<CustomerId> ids = await identity.ListIdsAsync(id, cancellationToken);
        return TypedResults.Ok(new CustomerIds(ids[0], ids, await identity.ListDecisionsAsync(id, cancellationToken)));
    }

    private static async Task<Results<Ok<IdentityDecision>, ProblemHttpResult>> MergeAsync(
        HttpContext http, string customer, MergeRequest request, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        FieldErrors errors = RequireReason(RequireCustomer(RequireCustomer(new FieldErrors(), customer, "customer", out CustomerId id), request.Into, "into", out CustomerId into), request.Reason);
        return errors.Count > 0 ? Problems.Result(http, errors) : Answer(http, await identity.MergeAsync(id, into, request.Reason ?? "", Owner, cancellationToken)); // the check above refuses null
    }

    private static async Task<Results<Ok<IdentityDecision>, ProblemHttpResult>> SplitAsync(
        HttpContext http, string customer, SplitRequest request, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        FieldErrors errors = RequireReason(RequireCustomer(new FieldErrors(), customer, "customer", out CustomerId id), request.Reason);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        IReadOnlyList<IdentityDecision> ofCustomer = await identity.ListDecisionsAsync(id, cancellationToken);
        return ofCustomer.Any(decision => decision.Id == request.Merge)
            ? Answer(http, await identity.UndoAsync(request.Merge, request.Reason ?? "", Owner, cancellationToken)) // the same
            : Problems.Result(http, ProblemCode.NotFound, "There is no decision of that number about this customer.");
    }

    private static async Task<Results<Ok<IdentityDecision>, ProblemHttpResult>> LiftAsync(
        HttpContext http, string customer, LiftRequest request, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        FieldErrors errors = RequireReason(RequireCustomer(new FieldErrors(), customer, "customer", out CustomerId id), request.Reason);
        return errors.Count > 0 ? Problems.Result(http, errors) : Answer(http, await identity.LiftAsync(id, request.Reason ?? "", Owner, cancellationToken)); // the same
    }

    private static async Task<Results<Ok<IdentityDecision>, ProblemHttpResult>> DismissAsync(
        HttpContext http, string customer, DismissRequest request, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        FieldErrors errors = RequireReason(RequireCustomer(RequireCustomer(new FieldErrors(), customer, "customer", out CustomerId id), request.Other, "other", out CustomerId other), request.Reason);
        return errors.Count > 0 ? Problems.Result(http, errors) : Answer(http, await identity.DismissAsync(id, other, request.Reason ?? "", Owner, cancellationToken)); // the same
    }

    private static Ok<Page<IdentityDecision>> ListAsync(CustomerIdentity identity) => TypedResults.Ok(new Page<IdentityDecision>(identity.ListDecisions(), null));

    private static async Task<Ok<IdentityConflicts>> ReadConflictsAsync(CustomerIdentity identity, CancellationToken cancellationToken) =>
        TypedResults.Ok(await identity.ListConflictsAsync(cancellationToken));

    private static Results<Ok<IdentityDecision>, ProblemHttpResult> Answer(HttpContext http, DecisionVerdict verdict) => verdict switch
    {
        { Decision: { } decision } => TypedResults.Ok(decision),
        { Refusal: DecisionRefusal.UnknownCustomer } => Problems.Result(http, ProblemCode.NotFound, "Nobody ever heard of one of the two customers."),
        { Refusal: DecisionRefusal.UnknownDecision } => Problems.Result(http, ProblemCode.NotFound, "There is no decision of that number."),
        { Refusal: DecisionRefusal.IntoBrowser } => Problems.Result(http, ProblemCode.Conflict, "A customer who signed in cannot become a browser or a key: merge that one into the customer."),
        { Refusal: DecisionRefusal.NotFrozen } => Problems.Result(http, ProblemCode.Conflict, "This id is not frozen."),
        { Refusal: DecisionRefusal.NoProposal } => Problems.Result(http, ProblemCode.NotFound, "No alias proposes to join the two."),
        _ => Problems.Result(http, ProblemCode.Conflict, "The two are one customer already, by what events told."),
    };

    private static FieldErrors RequireCustomer(FieldErrors errors, string? written, string field, out CustomerId id) =>
        errors.Require(CustomerId.TryParse(written, out id), field, "u:USERID or a:ANONYMOUSID");

    private static FieldErrors RequireReason(FieldErrors errors, string? reason) =>
        errors.Require(CustomerIdentity.IsReason(reason), "reason", $"1 to {CustomerIdentity.LongestReason} characters");
}

/// <summary>Whom to merge into.</summary>
/// <param name="Into">The other customer, u:ID or a:ID.</param>
/// <param name="Reason">Why: kept in the ledger.</param>
public sealed record MergeRequest(string? Into, string? Reason);

/// <summary>Which decision to take back.</summary>
/// <param name="Merge">Its number.</param>
/// <param name="Reason">Why: kept in the ledger.</param>
public sealed record SplitRequest(long Merge, string? Reason);

/// <summary>Whose proposal to leave alone.</summary>
/// <param name="Other">The other customer, u:ID or a:ID.</param>
/// <param name="Reason">Why: kept in the ledger.</param>
public sealed record DismissRequest(string? Other, string? Reason);

/// <summary>Why a freeze is lifted.</summary>
/// <param name="Reason">Why: kept in the ledger.</param>
public sealed record LiftRequest(string? Reason);

/// <summary>The ids of one customer.</summary>
/// <param name="Customer">Whom all of them are read as.</param>
/// <param name="Ids">All of them, that one first.</param>
/// <param name="Decisions">The owner's decisions about them, newest first.</param>
public sealed record CustomerIds(CustomerId Customer, IReadOnlyList<CustomerId> Ids, IReadOnlyList<IdentityDecision> Decisions);
