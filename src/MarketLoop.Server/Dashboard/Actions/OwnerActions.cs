using System.Globalization;
using MarketLoop.Data.Shop;
using MarketLoop.Decision.Experiments;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Api.Data;
using MarketLoop.Server.Dashboard.Readers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>What the dashboard's forms do. Each binds a form, so each demands the antiforgery token, and answers with a redirect.</summary>
internal static class OwnerActions
{
    public static void MapActions(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder actions = app.MapGroup("/dashboard").RequireAuthorization(Policies.Dashboard).ExcludeFromDescription();
        actions.MapGet("/live", ReadLiveAsync);
        actions.MapPost("/mode", SwitchModeAsync);
        actions.MapPost("/turn", TurnAsync);
        actions.MapPost("/keys", AddKeyAsync);
        actions.MapPost("/keys/revoke", RevokeKeyAsync);
        actions.MapPost("/control-share", SetControlShareAsync);
        actions.MapCsv();
        actions.MapQuarantineActions();
        actions.MapIdentityActions();
        actions.MapRightsActions();
        actions.MapAudienceActions();
        actions.MapPlacementActions();
    }

    private static async Task<Ok<Dictionary<string, string>>> ReadLiveAsync(LiveFigures figures, CancellationToken cancellationToken) =>
        TypedResults.Ok(figures.From(await figures.Status.ReadAsync(cancellationToken)));

    private static async Task<RedirectHttpResult> SwitchModeAsync(HttpContext http, [FromForm] string? mode, LoopControl control, CancellationToken cancellationToken)
    {
        if (Enum.TryParse(mode, ignoreCase: true, out LoopMode wanted) && Enum.IsDefined(wanted))
        {
            await control.SwitchAsync(wanted, cancellationToken);
        }

        return TypedResults.LocalRedirect(Origin(http) + "?done=mode");
    }

    private static async Task<RedirectHttpResult> TurnAsync(
        HttpContext http, IFormCollection form, LoopTurns turns, ILogger<LoopTurns> logger, CancellationToken cancellationToken)
    {
        _ = form;   // binding the form is what makes this endpoint demand the antiforgery token
        try
        {
            await turns.RunAsync(asOf: null, cancellationToken);
            return TypedResults.LocalRedirect(Origin(http) + "?done=turn");
        }
        catch (MarketLoopException trouble)
        {
            Log.RequestFailed(logger, http.Request.Path, trouble);
            return TypedResults.LocalRedirect(Origin(http) + "?problem=turn");
        }
    }

    private static async Task<RedirectHttpResult> AddKeyAsync([FromForm] string? name, [FromForm] string? kind, IShopStore store, FlashNotes notes, CancellationToken cancellationToken)
    {
        if (!KeyEndpoints.IsSourceName(name))
        {
            return TypedResults.LocalRedirect("/connect?problem=name");
        }

        IssuedKey issued = await store.AddKeyAsync(new SourceId(name!), string.Equals(kind, "secret", StringComparison.Ordinal), cancellationToken);   // the check above refuses null
        return TypedResults.LocalRedirect("/connect?flash=" + notes.Leave(issued));
    }

    private static async Task<RedirectHttpResult> RevokeKeyAsync([FromForm] string? id, IShopStore store, CancellationToken cancellationToken)
    {
        await store.RevokeKeyAsync(id ?? "", cancellationToken);
        return TypedResults.LocalRedirect("/connect?done=revoked");
    }

    private static async Task<RedirectHttpResult> SetControlShareAsync([FromForm] string? percent, ControlShare share, CancellationToken cancellationToken)
    {
        if (!double.TryParse(percent, NumberStyles.Float, CultureInfo.InvariantCulture, out double wanted) || !(wanted >= 0 && wanted <= ControlShare.Largest * 100))
        {
            return TypedResults.LocalRedirect("/decision?problem=share");
        }

        await share.SetAsync(wanted / 100, cancellationToken);
        return TypedResults.LocalRedirect("/decision?done=share");
    }

    // The page a form stood on; only its path, and only of this server.
    private static string Origin(HttpContext http) =>
        Uri.TryCreate(http.Request.Headers.Referer.ToString(), UriKind.Absolute, out Uri? referer) && string.Equals(referer.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase)
            ? SessionEndpoints.SafePath(referer.AbsolutePath)
            : "/";
}
