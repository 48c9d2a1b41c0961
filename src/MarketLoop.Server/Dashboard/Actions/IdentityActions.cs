using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>What the forms about identities do.</summary>
internal static class IdentityActions
{
    private const string Owner = "admin";

    public static void MapIdentityActions(this RouteGroupBuilder actions)
    {
        actions.MapPost("/identity/merge", MergeAsync);
        actions.MapPost("/identity/split", SplitAsync);
        actions.MapPost("/identity/lift", LiftAsync);
        actions.MapPost("/identity/dismiss", DismissAsync);
    }

    private static async Task<RedirectHttpResult> MergeAsync(
        [FromForm] string? customer, [FromForm] string? into, [FromForm] string? reason, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        if (!CustomerId.TryParse(customer, out CustomerId from) || !CustomerId.TryParse(into, out CustomerId to))
        {
            return TypedResults.LocalRedirect("/customers?problem=unknown");
        }

        if (!CustomerIdentity.IsReason(reason))
        {
            return TypedResults.LocalRedirect($"{CustomerPath.Of(from)}/merge?other={Uri.EscapeDataString(to.ToString())}&problem=reason");
        }

        DecisionVerdict verdict = await identity.MergeAsync(from, to, reason, Owner, cancellationToken);
        return verdict.Decision is null
            ? TypedResults.LocalRedirect($"{CustomerPath.Of(from)}/merge?other={Uri.EscapeDataString(to.ToString())}&problem={Code(verdict)}")
            : TypedResults.LocalRedirect($"{CustomerPath.Of(to)}?done=merged");
    }

    private static async Task<RedirectHttpResult> SplitAsync(
        [FromForm] long? decision, [FromForm] string? customer, [FromForm] string? reason, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        string page = CustomerId.TryParse(customer, out CustomerId id) ? CustomerPath.Of(id) : "/customers/conflicts";
        if (!CustomerIdentity.IsReason(reason))
        {
            return TypedResults.LocalRedirect(page + "?problem=reason");
        }

        DecisionVerdict verdict = await identity.UndoAsync(decision ?? 0, reason, Owner, cancellationToken);
        return TypedResults.LocalRedirect(page + (verdict.Decision is null ? "?problem=" + Code(verdict) : "?done=split"));
    }

    private static async Task<RedirectHttpResult> LiftAsync([FromForm] string? customer, [FromForm] string? reason, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        if (!CustomerId.TryParse(customer, out CustomerId id) || !CustomerIdentity.IsReason(reason))
        {
            return TypedResults.LocalRedirect("/customers/conflicts?problem=reason");
        }

        DecisionVerdict verdict = await identity.LiftAsync(id, reason, Owner, cancellationToken);
        return TypedResults.LocalRedirect("/customers/conflicts" + (verdict.Decision is null ? "?problem=" + Code(verdict) : "?done=lifted"));
    }

    private static async Task<RedirectHttpResult> DismissAsync(
        [FromForm] string? customer, [FromForm] string? other, [FromForm] string? reason, CustomerIdentity identity, CancellationToken cancellationToken)
    {
        if (!CustomerId.TryParse(customer, out CustomerId id) || !CustomerId.TryParse(other, out CustomerId second) || !CustomerIdentity.IsReason(reason))
        {
            return TypedResults.LocalRedirect("/customers/conflicts?problem=reason");
        }

        DecisionVerdict verdict = await identity.DismissAsync(id, second, reason, Owner, cancellationToken);
        return TypedResults.LocalRedirect("/customers/conflicts" + (verdict.Decision is null ? "?problem=" + Code(verdict) : "?done=dismissed"));
    }

    private static string Code(DecisionVerdict verdict) => verdict.Refusal switch
    {
        DecisionRefusal.UnknownCustomer => "unknown",
        DecisionRefusal.IntoBrowser => "browser",
        DecisionRefusal.AlreadyOne => "one",
        _ => "decided",
    };
}
