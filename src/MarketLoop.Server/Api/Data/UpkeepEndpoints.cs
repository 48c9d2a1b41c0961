using MarketLoop.Data.Upkeep;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Backup and verification of the folder that this server holds: for the owner at this machine only, because a backup is written where the caller says.</summary>
internal static class UpkeepEndpoints
{
    public static void MapUpkeep(this RouteGroupBuilder data)
    {
        data.MapPost("/backups", BackUpAsync).RequireAuthorization(Policies.Local).WithSummary("Writes a consistent copy of the data folder to another folder of this machine.");
        data.MapPost("/verifications", VerifyAsync).RequireAuthorization(Policies.Local).WithSummary("Proves that the data folder holds what it should; names what does not.");
    }

    private static async Task<Results<Ok<BackupManifest>, ProblemHttpResult>> BackUpAsync(HttpContext http, BackupRequest request, FolderUpkeep upkeep, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(request.To is not null && Path.IsPathFullyQualified(request.To), "to", "a full path of a folder that does not exist yet");
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(await upkeep.BackUpAsync(request.To!, cancellationToken)); // the check above refuses null
    }

    private static async Task<Ok<VerificationReport>> VerifyAsync(FolderUpkeep upkeep, CancellationToken cancellationToken) => TypedResults.Ok(await upkeep.VerifyAsync(cancellationToken));
}

/// <summary>Where a backup shall be written.</summary>
/// <param name="To">Full path of a folder that does not exist yet.</param>
public sealed record BackupRequest(string? To);
