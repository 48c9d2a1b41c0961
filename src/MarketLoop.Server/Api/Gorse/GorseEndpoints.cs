using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Gorse;

/// <summary>The REST shapes of Gorse (gorse-io/gorse, server/rest.go), so that its clients switch by changing host and key: <c>X-API-Key</c> carries a secret key of ours.</summary>
/// <remarks>Feedback goes through our own intake, so it is on disk before the answer and counts once; write-back parameters are ignored, since what was shown is measured through slots.</remarks>
internal static class GorseEndpoints
{
    private const long LargestBody = 32 * 1024 * 1024;

    public static void MapGorse(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder gorse = app.MapGroup("/api")
            .WithTags("gorse")
            .RequireAuthorization(Policies.Secret)
            .RequireRateLimiting(BusyTraffic.Slots)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(LargestBody))
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        gorse.MapGorseRecommendations();
        gorse.MapGorseFeedback();
        gorse.MapGorseItems();
        gorse.MapGorseUsers();
    }

    /// <summary>Checks how many rows a Gorse route is asked for.</summary>
    internal static FieldErrors Check(int? n, int? offset) => new FieldErrors()
        .Require(n is null or (>= 1 and <= 500), "n", "1 to 500")
        .Require(offset is null or (>= 0 and <= 500), "offset", "0 to 500");
}

/// <summary>How many records a Gorse call changed.</summary>
/// <param name="RowAffected">The number.</param>
internal sealed record RowsAffected([property: System.Text.Json.Serialization.JsonPropertyName("RowAffected")] int RowAffected);

/// <summary>An item and how strongly it is recommended, as Gorse writes it.</summary>
/// <param name="Id">Id of the item.</param>
/// <param name="Score">Its score.</param>
internal sealed record GorseScore(
    [property: System.Text.Json.Serialization.JsonPropertyName("Id")] string Id,
    [property: System.Text.Json.Serialization.JsonPropertyName("Score")] double Score);
