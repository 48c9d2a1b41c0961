using MarketLoop.Server.Dashboard.Actions;
using MarketLoop.Server.Dashboard.Readers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MarketLoop.Server.Dashboard;

/// <summary>The dashboard: pages rendered on the server, forms, and charts that read the API. No circuit, so a restart of the server breaks nothing.</summary>
internal static class DashboardEndpoints
{
    public static void AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddScoped<Words>();
        services.AddScoped<CategoryNames>();
        services.AddScoped<LiveFigures>();
        services.AddScoped<OverviewReader>();
        services.AddScoped<DataPageReader>();
        services.AddScoped<AnalysisPageReader>();
        services.AddScoped<SegmentsPageReader>();
        services.AddScoped<ModelsPageReader>();
        services.AddScoped<JourneysPageReader>();
        services.AddScoped<ValuePageReader>();
        services.AddScoped<BasketsPageReader>();
        services.AddScoped<AudiencesPageReader>();
        services.AddScoped<AudienceWords>();
        services.AddScoped<PlacementsPageReader>();
        services.AddScoped<ExecutionPageReader>();
        services.AddScoped<FeedbackPageReader>();
        services.AddScoped<CustomerPageReader>();
        services.AddScoped<CatalogReader>();
        services.AddScoped<IdentityReader>();
        services.AddScoped<RightsPageReader>();
        services.AddSingleton(new FlashNotes(TimeProvider.System));
        services.AddSingleton<CsvUploads>();
    }

    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapLanguage();
        app.MapActions();
        app.MapRazorComponents<App>().ExcludeFromDescription();
    }
}
