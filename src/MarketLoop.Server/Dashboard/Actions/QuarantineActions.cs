using MarketLoop.Data.Cleaning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>What the quarantine's forms do.</summary>
internal static class QuarantineActions
{
    public static void MapQuarantineActions(this RouteGroupBuilder actions)
    {
        actions.MapPost("/quarantine/replay", ReplayAsync);
        actions.MapPost("/quarantine/discard", DiscardAsync);
    }

    private static async Task<RedirectHttpResult> ReplayAsync(
        [FromForm] string? id, [FromForm] string? content, Quarantine quarantine, FlashNotes notes, CancellationToken cancellationToken)
    {
        ReplayVerdict? verdict = await quarantine.ReplayAsync(id ?? "", content, cancellationToken);
        string outcome = verdict switch
        {
            null => "&problem=row",
            { Fault: not null } => "&flash=" + notes.Leave(new StillFaulty(id ?? "", content ?? "", verdict.Fault)),
            { IsKnown: true } => "&done=known",
            _ => "&done=replayed",
        };
        return ToFile(id, outcome);
    }

    private static async Task<RedirectHttpResult> DiscardAsync([FromForm] string? id, Quarantine quarantine, CancellationToken cancellationToken) =>
        ToFile(id, await quarantine.DiscardAsync(id ?? "", cancellationToken) ? "&done=discarded" : "&problem=row");

    private static RedirectHttpResult ToFile(string? id, string outcome)
    {
        int at = id?.LastIndexOf(':') ?? -1;
        return TypedResults.LocalRedirect($"/quarantine?file={Uri.EscapeDataString(at > 0 ? id![..at] : "")}{outcome}"); // at is -1 for null
    }
}

/// <summary>A row that was edited and still breaks a rule: shown again as it was typed.</summary>
internal sealed record StillFaulty(string Id, string Content, string Fault);
