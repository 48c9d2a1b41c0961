using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Execution;

/// <summary>The owner's switch: observe, running, stopped.</summary>
internal static class ModeEndpoints
{
    public static void MapMode(this RouteGroupBuilder execution)
    {
        execution.MapGet("/mode", ReadAsync).WithSummary("The mode in force.");
        execution.MapPut("/mode", SwitchAsync).RequireAuthorization(Policies.Owner).WithSummary("Switches: observe, running or stopped.");
    }

    private static async Task<Ok<Mode>> ReadAsync(LoopControl control, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Mode(await control.ReadModeAsync(cancellationToken)));

    private static async Task<Results<Ok<Mode>, ProblemHttpResult>> SwitchAsync(HttpContext http, ModeRequest request, LoopControl control, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(request.Mode is { } wanted && Enum.IsDefined(wanted), "mode", "observe, running or stopped");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        await control.SwitchAsync(request.Mode!.Value, cancellationToken);   // not null: checked above
        return TypedResults.Ok(new Mode(request.Mode.Value));
    }
}

/// <summary>The mode in force.</summary>
/// <param name="Value">Observe, running or stopped.</param>
public sealed record Mode([property: System.Text.Json.Serialization.JsonPropertyName("mode")] LoopMode Value);

/// <summary>The mode that is wanted.</summary>
/// <param name="Mode">Observe, running or stopped.</param>
public sealed record ModeRequest(LoopMode? Mode);
