using MarketLoop.Decision.Placements;
using MarketLoop.Server.Api.Decision;
using MarketLoop.Server.Dashboard.Readers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>What the forms of placements do.</summary>
internal static class PlacementActions
{
    private const string Page = "/decision/placements";

    public static void MapPlacementActions(this RouteGroupBuilder actions)
    {
        actions.MapPost("/placements", SaveAsync);
        actions.MapPost("/placements/reset", ResetAsync);
    }

    private static async Task<RedirectHttpResult> SaveAsync(HttpContext http, IFormCollection form, PlacementDesk desk, CancellationToken cancellationToken)
    {
        string? customer = form["customer"];
        string name = form["name"].ToString().Trim();
        PlacementForm draft = PlacementForm.Read(name, field => form[field]);
        if (form["act"] != "save" || draft.Faults.Count > 0)
        {
            return TypedResults.LocalRedirect(draft.Address(customer, draft.Faults.Count > 0 ? "placement" : null));
        }

        await desk.SaveAsync(draft.Placement, PlacementEndpoints.Asker(http.User), cancellationToken);
        return TypedResults.LocalRedirect($"{Page}?open={Uri.EscapeDataString(name)}&customer={Uri.EscapeDataString(customer ?? "")}&done=placement");
    }

    private static async Task<RedirectHttpResult> ResetAsync(HttpContext http, IFormCollection form, PlacementDesk desk, CancellationToken cancellationToken)
    {
        string name = form["name"].ToString();
        bool removed = await desk.RemoveAsync(name, PlacementEndpoints.Asker(http.User), cancellationToken);
        return TypedResults.LocalRedirect($"{Page}?open={(ReadyPlacements.Purpose(name) is null ? "home" : Uri.EscapeDataString(name))}&{(removed ? "done=placement-reset" : "problem=gone")}");
    }
}
