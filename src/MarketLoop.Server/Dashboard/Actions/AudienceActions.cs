using MarketLoop.Analysis.Audiences;
using MarketLoop.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>What the forms of audiences do.</summary>
internal static class AudienceActions
{
    private const string Page = "/analysis/audiences";

    public static void MapAudienceActions(this RouteGroupBuilder actions)
    {
        actions.MapPost("/audiences", SaveAsync);
        actions.MapPost("/audiences/remove", RemoveAsync);
    }

    private static async Task<RedirectHttpResult> SaveAsync([FromForm] string? name, [FromForm] string? rule, AudienceDesk desk, CancellationToken cancellationToken)
    {
        string wanted = name?.Trim() ?? "";
        AudienceRule read;
        try
        {
            read = AudienceRule.Parse(rule ?? "");
        }
        catch (MarketLoopException)
        {
            return TypedResults.LocalRedirect(Page + "?problem=audience");
        }

        if (AudienceCheck.Find(read).Count > 0)
        {
            return TypedResults.LocalRedirect(Page + "?problem=audience");
        }

        if (AudienceCheck.FindInName(wanted) is not null)
        {
            return TypedResults.LocalRedirect(Readers.AudienceDraft.Of(read).Address() + "&problem=audience-name");
        }

        await desk.SaveAsync(wanted, read, cancellationToken);
        return TypedResults.LocalRedirect($"{Page}?open={Uri.EscapeDataString(wanted)}&done=audience");
    }

    private static async Task<RedirectHttpResult> RemoveAsync([FromForm] string? name, AudienceDesk desk, CancellationToken cancellationToken) =>
        TypedResults.LocalRedirect(Page + (await desk.RemoveAsync(name ?? "", cancellationToken) ? "?done=audience-removed" : "?problem=gone"));
}
