using System.Globalization;
using System.Net;
using MarketLoop.Server.Access;
using MarketLoop.Server.Api;
using MarketLoop.Server.Api.Data;
using MarketLoop.Server.Browser;
using MarketLoop.Server.Dashboard;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MarketLoop.Server.Hosting;

/// <summary>What every request passes, in order.</summary>
internal static class Pipeline
{
    /// <summary>Largest body of a request unless a route says otherwise.</summary>
    public const long LargestBody = 8 * 1024 * 1024;

    /// <summary>The dashboard's languages, the default first.</summary>
    public static readonly IReadOnlyList<string> Cultures = ["en", "zh-CN"];

    private const string SmartScheme = "KeyOrCookie";
    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    public static void AddPipeline(this WebApplicationBuilder builder, ServeOptions options, string folder)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton<LocalToken>();
        services.AddSingleton<AdminAccount>();
        services.AddSingleton(new SignInGuard(TimeProvider.System));
        services.AddProblemDetails();
        services.Configure<JsonOptions>(json => JsonFormat.Apply(json.SerializerOptions));
        services.AddRateLimiter(BusyTraffic.AddTo);
        services.AddCors(cors =>
        {
            cors.AddPolicy(SlotCors, policy => policy.AllowAnyOrigin().AllowAnyHeader().WithMethods("GET").WithExposedHeaders("Retry-After"));
            cors.AddPolicy(SwitchCors, policy => policy.AllowAnyOrigin().AllowAnyHeader().WithMethods("GET", "PUT").WithExposedHeaders("Retry-After"));
        });
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts =
            options.AllowedHosts is { Count: > 0 } given ? [.. given] : IPAddress.IsLoopback(options.Address) ? [.. LoopbackHosts] : ["*"]);
        services.AddHostFiltering(_ => { });

        // The keys lie in the folder: a form or a session that was open before a restart is good after it.
        services.AddDataProtection().SetApplicationName("MarketLoop").PersistKeysToFileSystem(OwnersFolder(Path.Combine(folder, "session-keys")));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "marketloop-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
        });
        AddAccess(services);
        services.AddIntakeRoutes(isManualClock: options.ManualClockStart is not null);
        services.AddOpenApiDocument();
        services.AddApi();
        services.AddDashboard();
    }

    /// <summary>Name of the cross-origin policy of slots: a write key decides, cookies never count.</summary>
    public const string SlotCors = "slots";

    /// <summary>Name of the cross-origin policy of the personalisation switch: the same, and it may be put.</summary>
    public const string SwitchCors = "switch";

    public static void UsePipeline(this WebApplication app)
    {
        app.UseHostFiltering();
        app.Use(JoinSlashes);
        app.UseSecurityHeaders();
        app.UseWhen(IsForMachines, branch =>
        {
            branch.UseExceptionHandler(handler => handler.Run(Problems.AnswerExceptionAsync));
            branch.UseStatusCodePages(context => Problems.WriteAsync(
                context.HttpContext, ProblemCode.ForStatus(context.HttpContext.Response.StatusCode), "Nothing more is known."));
        });
        app.UseWhen(http => !IsForMachines(http), branch =>
        {
            branch.UseExceptionHandler("/trouble/500", createScopeForErrors: true);
            branch.UseStatusCodePagesWithReExecute("/trouble/{0}", createScopeForStatusCodePages: true);
        });
        app.UseRouting();
        app.UseCors();
        app.UseRequestLocalization(localization =>
        {
            localization.SetDefaultCulture(Cultures[0]).AddSupportedCultures([.. Cultures]).AddSupportedUICultures([.. Cultures]);
            localization.RequestCultureProviders = [new CookieRequestCultureProvider { CookieName = LanguageEndpoints.CookieName }, new BrowserLanguage()];
        });
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapApi();
        BrowserScript.Map(app);
        app.MapSession();
        app.MapDashboard();
    }

    // "https://shop.example/" + "/v1/batch": an SDK with its host written so would be sent to the sign-in, and take that for a success.
    private static Task JoinSlashes(HttpContext http, RequestDelegate next)
    {
        string path = http.Request.Path.Value ?? "";
        if (path.StartsWith("//", StringComparison.Ordinal))
        {
            http.Request.Path = "/" + path.TrimStart('/');
        }

        return next(http);
    }

    private static bool IsForMachines(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/beacon", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/sourceConfig", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/pixel", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/mp", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase);

    private static void AddAccess(IServiceCollection services)
    {
        services.AddAuthentication(authentication =>
            {
                authentication.DefaultScheme = SmartScheme;
                authentication.DefaultChallengeScheme = SmartScheme;
            })
            .AddPolicyScheme(SmartScheme, null, smart => smart.ForwardDefaultSelector = http =>
                PresentedKey.Find(http.Request) is not null || IsForMachines(http) && !http.Request.Cookies.ContainsKey(CookieName)
                    ? KeyAuthentication.SchemeName
                    : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, null)
            .AddCookie(CookieAuthenticationDefaults.AuthenticationScheme, ConfigureCookie);
        services.AddAuthorization(Policies.AddTo);
    }

    private const string CookieName = "marketloop-session";

    private static void ConfigureCookie(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = CookieName;
        cookie.Cookie.SameSite = SameSiteMode.Strict;
        cookie.Cookie.HttpOnly = true;
        cookie.ExpireTimeSpan = TimeSpan.FromDays(7);
        cookie.SlidingExpiration = true;
        cookie.LoginPath = "/login";
        cookie.ReturnUrlParameter = "back";
        cookie.TimeProvider = TimeProvider.System;   // a simulation's clock must not end sessions
        cookie.Events.OnValidatePrincipal = async context =>
        {
            AdminAccount account = context.HttpContext.RequestServices.GetRequiredService<AdminAccount>();
            if (!await account.IsCurrentAsync(context.Principal?.FindFirst(Roles.StampClaim)?.Value, context.HttpContext.RequestAborted))
            {
                context.RejectPrincipal();
            }
        };
        cookie.Events.OnRedirectToLogin = context => IsForMachines(context.HttpContext)
            ? Problems.WriteAsync(context.HttpContext, ProblemCode.Unauthorized, "Show a key, or sign in to the dashboard.")
            : GoTo(context.HttpContext, context.RedirectUri);
        cookie.Events.OnRedirectToAccessDenied = context => Problems.WriteAsync(
            context.HttpContext, ProblemCode.Forbidden, "A sign-in to the dashboard may read here; changes need a key, the local token, or the dashboard's own forms.");
    }

    private static Task GoTo(HttpContext http, string uri)
    {
        http.Response.Redirect(uri);
        return Task.CompletedTask;
    }

    private static DirectoryInfo OwnersFolder(string path) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path)
        : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
