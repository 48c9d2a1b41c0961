using MarketLoop.Data.Consent;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>What the owner enters for a customer who asks: a word on consent, an erasure.</summary>
internal static class RightsActions
{
    public static void MapRightsActions(this RouteGroupBuilder actions)
    {
        actions.MapPost("/customers/consent", EnterConsentAsync);
        actions.MapPost("/customers/erase", EraseAsync);
    }

    private static async Task<RedirectHttpResult> EnterConsentAsync([FromForm] ConsentForm form, ConsentLedger ledger, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!CustomerId.TryParse(form.Customer, out CustomerId id))
        {
            return TypedResults.LocalRedirect("/customers");
        }

        string page = CustomerPath.Of(id);
        if (!ConsentWords.TryPurpose(form.Purpose, out ConsentPurpose purpose)
            || !ConsentWords.TryChannel(form.Channel, out ConsentChannel channel)
            || form.Granted is not { } isGranted
            || form.TextVersion?.Length > ConsentEndpoints.LongestVersion)
        {
            return TypedResults.LocalRedirect(page + "?problem=consent");
        }

        string? version = string.IsNullOrWhiteSpace(form.TextVersion) ? null : form.TextVersion.Trim();
        await ledger.RecordAsync(new ConsentWord(id, purpose, channel, isGranted, null, version, ConsentOrigin.Owner), clock.GetUtcNow(), cancellationToken);
        return TypedResults.LocalRedirect(page + "?done=consent");
    }

    private static async Task<RedirectHttpResult> EraseAsync(
        HttpContext http, [FromForm] string? customer, [FromForm] bool? confirmed, CustomerRights rights, ILogger<CustomerRights> logger, CancellationToken cancellationToken)
    {
        if (!CustomerId.TryParse(customer, out CustomerId id))
        {
            return TypedResults.LocalRedirect("/customers");
        }

        string page = CustomerPath.Of(id) + "/erase";
        if (confirmed is not true)
        {
            return TypedResults.LocalRedirect(page + "?problem=unconfirmed");
        }

        try
        {
            await rights.EraseAsync(id, cancellationToken);
            return TypedResults.LocalRedirect("/rights?done=erased");
        }
        catch (MarketLoopException trouble)
        {
            Log.RequestFailed(logger, http.Request.Path, trouble);
            return TypedResults.LocalRedirect(page + "?problem=erase");
        }
    }
}

/// <summary>A word on consent as the form sends it.</summary>
internal sealed record ConsentForm(string? Customer, string? Purpose, string? Channel, bool? Granted, string? TextVersion);
