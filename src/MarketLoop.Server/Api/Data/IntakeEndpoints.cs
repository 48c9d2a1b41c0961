using MarketLoop.Data.Intake;
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
            if (route != IntakeRoute.Batch)
            {
                MapPixels(intake, name, route);
            }
        }

        MapCall(intake, "/beacon/v1/batch", IntakeRoute.Batch, "", isHidden: true);
        MapCall(intake, "/mp/collect", IntakeRoute.Measurement, "Events of GA4's Measurement Protocol; api_secret is the write key.", isHidden: false);

        // The SDKs' own metrics: taken and dropped.
        intake.MapPost("/v1/m", IntakeAnswers.NothingAsync).ExcludeFromDescription();
        intake.MapMethods("/v1/m", [HttpMethods.Options], IntakeAnswers.PreflightAsync).ExcludeFromDescription();
        MapSettings(intake, "/v1/projects/{key}/settings", IntakeSettings.ForSegmentAsync);
        MapSettings(intake, "/sourceConfig", IntakeSettings.ForRudderStackAsync);

        // What no route takes: readable by the page that asked, so that its SDK drops instead of trying for hours.
        intake.Map("/v1/{**rest}", (Delegate)(Func<HttpContext, Task>)IntakeAnswers.NowhereAsync).WithOrder(int.MaxValue).ExcludeFromDescription();
    }

    private static void MapPixels(RouteGroupBuilder intake, string name, IntakeRoute route)
    {
        foreach (string pattern in (string[])[$"/pixel/v1/{name}", $"/v1/pixel/{name}", $"/api/px/{name}"])
        {
            intake.MapGet(pattern, (Delegate)(Func<HttpContext, Task>)(http => http.RequestServices.GetRequiredService<IntakeDoor>().AcceptPixelAsync(http, route)))
                .ExcludeFromDescription();
        }
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
