using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api;

/// <summary>What stands behind the type of a problem.</summary>
internal static class ProblemPages
{
    public static void MapProblemPages(this IEndpointRouteBuilder app) => app
        .MapGet("/problems/{code}", Explain)
        .AllowAnonymous()
        .ExcludeFromDescription();

    private static Results<ContentHttpResult, NotFound> Explain(string code) =>
        ProblemCode.All.FirstOrDefault(problem => string.Equals(problem.Code, code, StringComparison.Ordinal)) is { } known
            ? TypedResults.Text($"{known.Code} ({known.Status}): {known.Title}\n\n{known.Cure}\n")
            : TypedResults.NotFound();
}
