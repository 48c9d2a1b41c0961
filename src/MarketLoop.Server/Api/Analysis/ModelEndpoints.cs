using MarketLoop.Data.Models;
using MarketLoop.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Analysis;

/// <summary>Trainings: what was fitted, on what, how well, and which one serves.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this RouteGroupBuilder analysis) => analysis
        .MapGet("/models", ListAsync)
        .WithSummary("Trainings, newest first, with metrics, data window and seed.");

    private static async Task<Ok<Models>> ListAsync(IModelStore models, CancellationToken cancellationToken)
    {
        ModelManifest? active = await models.FindActiveAsync(cancellationToken);
        return TypedResults.Ok(new Models(active?.Version, await models.ListAsync(cancellationToken)));
    }
}

/// <summary>Trainings.</summary>
/// <param name="Active">The version that serves; null before any.</param>
/// <param name="Items">All of them, newest first.</param>
public sealed record Models(ModelVersion? Active, IReadOnlyList<ModelManifest> Items);
