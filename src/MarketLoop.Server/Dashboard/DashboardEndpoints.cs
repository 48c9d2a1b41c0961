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
        services.AddLocalization();
        services.AddScoped<Words>();
        services.AddScoped<Api.Data.DataStatusReader>();
    }

    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapLanguage();
        app.MapRazorComponents<App>().ExcludeFromDescription();
    }
}
