using MarketLoop.Server.Access;
using MarketLoop.Server.Api.Analysis;
using MarketLoop.Server.Api.Corridor;
using MarketLoop.Server.Api.Data;
using MarketLoop.Server.Api.Decision;
using MarketLoop.Server.Api.Execution;
using MarketLoop.Server.Api.Feedback;
using MarketLoop.Server.Api.Gorse;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MarketLoop.Server.Api;

/// <summary>All routes of the API, a group per room. Routes are closed unless a group opens them.</summary>
internal static class ApiEndpoints
{
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder data = Room(app, "data");
        data.MapStatus();
        data.MapActivity();
        data.MapIntakeState();
        data.MapKeys();
        data.MapProducts();
        data.MapCatalog();
        data.MapCampaigns();
        data.MapQuarantine();
        data.MapCustomers();
        data.MapIdentity();
        data.MapRights();
        data.MapConsents();
        app.MapPersonalisation();
        data.MapUpkeep();
        data.MapImports();
        data.MapImportUploads();
        app.MapIntake();

        RouteGroupBuilder analysis = Room(app, "analysis");
        analysis.MapModels();
        analysis.MapSegments();
        analysis.MapAudiences();
        analysis.MapEvaluations();
        analysis.MapJourneys();
        analysis.MapValue();

        RouteGroupBuilder decision = Room(app, "decision");
        decision.MapTreatments();
        decision.MapRecommendations();
        decision.MapRecommendationBatch();
        decision.MapPlacements();
        app.MapGorse();

        RouteGroupBuilder execution = Room(app, "execution");
        execution.MapDeliveries();
        execution.MapMode();
        execution.MapOutbox();
        app.MapSlots();

        RouteGroupBuilder feedback = Room(app, "feedback");
        feedback.MapOutcomes();
        feedback.MapLift();

        RouteGroupBuilder loop = Room(app, "loop");
        loop.MapLoop();
        Room(app, "clock").MapClock();

        app.MapHealth();
        app.MapProblemPages();
        app.MapReference();

        // An unknown address under /api says so as a problem, and not with the dashboard's sign-in.
        app.MapFallback("/api/{**rest}", (HttpContext http) => Problems.Result(http, ProblemCode.NotFound, "No such address in the API; see /docs."))
            .AllowAnonymous().ExcludeFromDescription();
    }

    public static void AddApi(this IServiceCollection services)
    {
        services.AddSingleton<DataStatusReader>();
        services.AddSingleton<IntakeStateReader>();
        services.AddSingleton<CustomerSearch>();
        services.AddSingleton<ImportGate>();
        services.AddSingleton<SegmentReader>();
        services.AddSingleton<SegmentChangeReader>();
        services.AddSingleton<ValueReader>();
        services.AddSingleton<RecommendationReader>();
        services.AddSingleton<SlotServices>();
        services.AddSingleton<SlotVisitor>();
        services.AddSingleton<SwitchServices>();
        services.AddSingleton<ExplanationReader>();
        services.AddSingleton<LiftReader>();
        services.AddSingleton<LoopStateReader>();
    }

    private static RouteGroupBuilder Room(IEndpointRouteBuilder app, string room) => app
        .MapGroup($"/api/v1/{room}")
        .WithTags(room)
        .RequireAuthorization(Policies.Read)
        .RequireRateLimiting(BusyTraffic.Api)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);
}
