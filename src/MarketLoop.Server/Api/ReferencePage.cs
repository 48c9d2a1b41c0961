using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace MarketLoop.Server.Api;

/// <summary>OpenAPI 3.1 at <c>/openapi/v1.json</c> and the reference page at <c>/docs</c>, all from this server.</summary>
internal static class ReferencePage
{
    public static void AddOpenApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", openApi =>
    {
        openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "MarketLoop";
            document.Info.Description = "The marketing loop of one shop: data, analysis, decision, execution, feedback.";
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A write key, a secret key, or the folder's local token." };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
            document.Servers = [];
            return Task.CompletedTask;
        });
    });

    public static void MapReference(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi().AllowAnonymous();
        app.MapScalarApiReference("/docs", scalar =>
        {
            scalar.Title = "MarketLoop API";
            scalar.DefaultFonts = false;   // these would be fetched from elsewhere, and what follows would talk to elsewhere
            scalar.Agent = new ScalarAgentOptions { Disabled = true };
            scalar.Mcp = new ScalarMcpOptions { Disabled = true };
            scalar.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            scalar.HideClientButton = true;
            scalar.Telemetry = false;
            scalar.OpenApiRoutePattern = "/openapi/{documentName}.json";
        }).AllowAnonymous();
    }
}
