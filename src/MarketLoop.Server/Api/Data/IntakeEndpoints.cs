using System.Text.Json;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Shop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MarketLoop.Server.Api.Data;

/// <summary>The routes that tracking SDKs of Segment, RudderStack and Jitsu call with only their host changed.</summary>
/// <remarks>
/// None of them may ever redirect: an SDK follows as GET and takes the loss for a success. All read the body by its content, never by its content type.
/// Every route also answers with a trailing slash, as routing takes it for the same.
/// </remarks>
public static class IntakeEndpoints
{
    private static readonly (string Name, IntakeRoute Route)[] Calls =
    [
        ("track", IntakeRoute.Track), ("t", IntakeRoute.Track),
        ("identify", IntakeRoute.Identify), ("i", IntakeRoute.Identify),
        ("page", IntakeRoute.Page), ("p", IntakeRoute.Page),
        ("screen", IntakeRoute.Screen), ("s", IntakeRoute.Screen),
        ("group", IntakeRoute.Group), ("g", IntakeRoute.Group),
        ("alias", IntakeRoute.Alias), ("a", IntakeRoute.Alias),
        ("batch", IntakeRoute.Batch), ("b", IntakeRoute.Batch), ("import", IntakeRoute.Batch),
    ];

    private static readonly string[] StatisticsParts = ["errors", "metrics"];

    /// <summary>Registers what the routes need beside the opened shop.</summary>
    /// <param name="services">The services.</param>
    /// <param name="isManualClock">True when a simulation moves the clock: a whole day's events may then lie ahead of it.</param>
    public static IServiceCollection AddIntakeRoutes(this IServiceCollection services, bool isManualClock)
    {
        services.AddSingleton<IntakeDoor>();
        if (isManualClock)
        {
            services.PostConfigure<IntakeOptions>(options =>
            {
                options.FutureTolerance = TimeSpan.FromDays(2);
                options.CorrectsClocks = false;
            });
        }

        return services;
    }

    /// <summary>Maps the routes. They judge keys by themselves, so no policy of the host applies.</summary>
    public static void MapIntake(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder intake = app.MapGroup("").AllowAnonymous().DisableAntiforgery().WithTags("intake");
        foreach ((string name, IntakeRoute route) in Calls)
        {
            MapCall(intake, $"/v1/{name}", route, $"Tracking call {name}; a verdict for each event, by Segment's API.", isHidden: name.Length == 1);

            // Jitsu's SDK: one event a request.
            MapCall(intake, $"/api/s/{name}", route, "", isHidden: true);
            MapCall(intake, $"/api/s/s2s/{name}", route, "", isHidden: true);
        }

        MapCall(intake, "/beacon/v1/batch", IntakeRoute.Batch, "", isHidden: true);

        // The SDKs' own metrics: taken and dropped.
        intake.MapPost("/v1/m", IntakeAnswers.NothingAsync).ExcludeFromDescription();
        intake.MapMethods("/v1/m", [HttpMethods.Options], IntakeAnswers.PreflightAsync).ExcludeFromDescription();
        MapSettings(intake, "/v1/projects/{key}/settings", SegmentSettingsAsync);
        MapSettings(intake, "/sourceConfig", RudderSettingsAsync);
    }

    private static void MapCall(RouteGroupBuilder intake, string pattern, IntakeRoute route, string summary, bool isHidden)
    {
        RouteHandlerBuilder call = intake
            .MapPost(pattern, (Delegate)(Func<HttpContext, Task>)(http => http.RequestServices.GetRequiredService<IntakeDoor>().AcceptAsync(http, route)))
            .WithSummary(summary)
            .Produces<IntakeAnswer>();
        if (isHidden)
        {
            call.ExcludeFromDescription();
        }

        intake.MapMethods(pattern, [HttpMethods.Options], IntakeAnswers.PreflightAsync).ExcludeFromDescription();
    }

    private static void MapSettings(RouteGroupBuilder intake, string pattern, RequestDelegate handler)
    {
        intake.MapGet(pattern, handler).ExcludeFromDescription();
        intake.MapMethods(pattern, [HttpMethods.Options], IntakeAnswers.PreflightAsync).ExcludeFromDescription();
    }

    // analytics.js asks this first and tracks nothing when it fails.
    private static async Task SegmentSettingsAsync(HttpContext http)
    {
        IntakeAnswers.AllowOrigin(http);
        string key = (string)http.GetRouteValue("key")!; // the pattern has it
        if (await FindAsync(http, key) is null)
        {
            return;
        }

        await IntakeAnswers.WriteAsync(http, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject("integrations");
            writer.WriteStartObject("Segment.io");
            writer.WriteString("apiKey", key);
            writer.WriteString("apiHost", $"{http.Request.Host}/v1");
            writer.WriteString("protocol", http.Request.Scheme);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("plan");
            writer.WriteEndObject();
            writer.WriteStartObject("edgeFunction");
            writer.WriteEndObject();
            writer.WriteStartObject("metrics");
            writer.WriteNumber("sampleRate", 0);
            writer.WriteEndObject();
        });
    }

    // RudderStack's analytics.js sends no event before it has this.
    private static async Task RudderSettingsAsync(HttpContext http)
    {
        IntakeAnswers.AllowOrigin(http);
        if (await FindAsync(http, Access.PresentedKey.Find(http.Request)) is not { } key)
        {
            return;
        }

        await IntakeAnswers.WriteAsync(http, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject("source");
            writer.WriteString("id", key.Id);
            writer.WriteString("name", key.Source.Value);
            writer.WriteBoolean("enabled", true);
            writer.WriteString("workspaceId", "marketloop");
            writer.WriteStartObject("config");
            writer.WriteStartObject("statsCollection");
            foreach (string part in StatisticsParts)
            {
                writer.WriteStartObject(part);
                writer.WriteBoolean("enabled", false);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartArray("destinations");
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static async Task<SourceKey?> FindAsync(HttpContext http, string? key)
    {
        SourceKey? known = key is null ? null : await http.RequestServices.GetRequiredService<IShopStore>().FindKeyAsync(key, http.RequestAborted);
        if (known is null)
        {
            http.RequestServices.GetRequiredService<IntakeDoor>().NoteUnknownKey(http, key);
            await IntakeAnswers.RefuseAsync(http, StatusCodes.Status401Unauthorized, "unknown_key", "The write key is unknown or revoked.");
        }

        return known;
    }
}

/// <summary>Answer of every event route.</summary>
/// <param name="Success">True: the body was read and its good events are on disk.</param>
/// <param name="Ok">The same for Jitsu's SDK.</param>
/// <param name="Accepted">Events stored by this request.</param>
/// <param name="Duplicates">Events that were stored before.</param>
/// <param name="Rejected">Events that were not understood, by their place in the batch.</param>
/// <param name="Flagged">Events that were stored after a correction.</param>
public sealed record IntakeAnswer(
    bool Success, bool Ok, int Accepted, int Duplicates, IReadOnlyList<EventFault> Rejected, IReadOnlyList<EventFault> Flagged);
