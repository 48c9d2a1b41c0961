using System.Security.Claims;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Access;

/// <summary>Sign in, sign out, change the password: forms of the dashboard, with antiforgery tokens.</summary>
internal static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder group = app.MapGroup("/session").ExcludeFromDescription();
        group.MapPost("/sign-in", SignInAsync).AllowAnonymous().RequireRateLimiting(BusyTraffic.SignIn);
        group.MapPost("/sign-out", SignOutAsync).RequireAuthorization(Policies.Dashboard);
        group.MapPost("/password", ChangePasswordAsync).RequireAuthorization(Policies.Dashboard);
    }

    private static async Task<RedirectHttpResult> SignInAsync(
        HttpContext http, [FromForm] string? password, [FromForm] string? back, AdminAccount account, SignInGuard guard, ILogger<AdminAccount> logger, CancellationToken cancellationToken)
    {
        string address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        if (guard.LockedUntil(address) is not null)
        {
            Log.SignInRefused(logger, address, "locked out");
            return Back("locked", back);
        }

        if (await account.VerifyAsync(password ?? "", cancellationToken) is not { } stamp)
        {
            guard.Fail(address);
            Log.SignInRefused(logger, address, "wrong password");
            return Back(guard.LockedUntil(address) is null ? "wrong" : "locked", back);
        }

        guard.Succeed(address);
        await SignInAsAdminAsync(http, stamp);
        return TypedResults.LocalRedirect(SafePath(back));
    }

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext http, [FromForm] string? back)
    {
        _ = back;   // binding a form field is what makes this endpoint demand the antiforgery token
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.LocalRedirect("/login");
    }

    private static async Task<RedirectHttpResult> ChangePasswordAsync(
        HttpContext http, [FromForm] string? current, [FromForm] string? fresh, [FromForm] string? again, AdminAccount account, SignInGuard guard, CancellationToken cancellationToken)
    {
        string address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        string? problem = fresh switch
        {
            _ when guard.LockedUntil(address) is not null => "locked",
            null => "short",
            { Length: < AdminAccount.ShortestPassword or > 200 } => "short",
            _ when !string.Equals(fresh, again, StringComparison.Ordinal) => "differ",
            _ => null,
        };
        if (problem is not null)
        {
            return TypedResults.LocalRedirect($"/account?problem={problem}");
        }

        if (await account.VerifyAsync(current ?? "", cancellationToken) is null)
        {
            guard.Fail(address);
            return TypedResults.LocalRedirect("/account?problem=wrong");
        }

        await SignInAsAdminAsync(http, await account.ChangeAsync(fresh!, cancellationToken));   // fresh is not null: checked above
        return TypedResults.LocalRedirect("/account?done=password");
    }

    /// <summary>The path when it is one of this server; the overview otherwise.</summary>
    public static string SafePath(string? path) =>
        path is { Length: > 0 } && path[0] == '/' && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl)
            ? path
            : "/";

    private static RedirectHttpResult Back(string problem, string? back) =>
        TypedResults.LocalRedirect($"/login?problem={problem}&back={Uri.EscapeDataString(SafePath(back))}");

    private static Task SignInAsAdminAsync(HttpContext http, string stamp)
    {
        ClaimsIdentity identity = new(
            [new Claim(ClaimTypes.Name, "admin"), new Claim(ClaimTypes.Role, Roles.Admin), new Claim(Roles.StampClaim, stamp)],
            CookieAuthenticationDefaults.AuthenticationScheme);
        return http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
    }
}
