using MarketLoop.Data.Cleaning;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>What was refused: look at it, set it right, replay it.</summary>
internal static class QuarantineEndpoints
{
    public static void MapQuarantine(this RouteGroupBuilder data)
    {
        data.MapGet("/quarantine", ListFilesAsync).WithSummary("The quarantine's files, newest first, with the rows that wait in each.");
        data.MapGet("/quarantine/{file}/rows", ListAsync).WithSummary("Rows of one file in their order; state=all shows those that were replayed or discarded, too.");
        data.MapPost("/quarantine/rows/{id}/replay", ReplayAsync)
            .RequireAuthorization(Policies.Secret)
            .WithSummary("Stores a row as it was set right; twice does no harm. A row that still breaks a rule is answered with it and not stored.");
        data.MapDelete("/quarantine/rows/{id}", DiscardAsync).RequireAuthorization(Policies.Secret).WithSummary("Leaves a row out for good.");
    }

    private static async Task<Ok<Page<QuarantineFile>>> ListFilesAsync(Quarantine quarantine, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<QuarantineFile>(await quarantine.ListFilesAsync(cancellationToken), null));

    private static async Task<Results<Ok<Page<QuarantinedRow>>, ProblemHttpResult>> ListAsync(
        HttpContext http, Quarantine quarantine, string file, string? cursor, int? limit, string? state, CancellationToken cancellationToken)
    {
        FieldErrors errors = RecordPages.CheckLimit(limit)
            .Require(state is null or "waiting" or "all", "state", "waiting or all");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        int rows = limit ?? RecordPages.DefaultLimit;
        IReadOnlyList<QuarantinedRow> found = await quarantine.ListAsync(file, cursor, rows + 1, state is not "all", cancellationToken);
        return TypedResults.Ok(RecordPages.Cut(found, rows, row => row.Id));
    }

    private static async Task<Results<Ok<ReplayVerdict>, ProblemHttpResult>> ReplayAsync(
        HttpContext http, Quarantine quarantine, string id, ReplayRequest request, CancellationToken cancellationToken) =>
        await quarantine.ReplayAsync(id, request.Content, cancellationToken) is { } verdict
            ? TypedResults.Ok(verdict)
            : Problems.Result(http, ProblemCode.NotFound, "There is no such row in the quarantine.");

    private static async Task<Results<NoContent, ProblemHttpResult>> DiscardAsync(HttpContext http, Quarantine quarantine, string id, CancellationToken cancellationToken) =>
        await quarantine.DiscardAsync(id, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Result(http, ProblemCode.NotFound, "There is no such row in the quarantine, or it was replayed.");
}

/// <summary>A row to replay.</summary>
/// <param name="Content">The row set right, in the form it is listed in; absent replays it as it is.</param>
public sealed record ReplayRequest(string? Content);
