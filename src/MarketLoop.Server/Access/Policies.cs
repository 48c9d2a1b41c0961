using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Access;

/// <summary>Policies by route group. A cookie alone never changes anything through the API: browsers send it along unasked.</summary>
internal static class Policies
{
    /// <summary>Any key of the shop: slots.</summary>
    public const string AnyKey = "any-key";

    /// <summary>Reading: the owner, or the shop's servers.</summary>
    public const string Read = "read";

    /// <summary>Changing the shop's own records: the shop's servers, or the owner's command line.</summary>
    public const string Secret = "secret";

    /// <summary>The owner's decisions: keys, mode. Reading them works in the dashboard, too.</summary>
    public const string Owner = "owner";

    /// <summary>The owner's command line on this machine, with the folder's local token: it may name paths.</summary>
    public const string Local = "local";

    /// <summary>The owner in the dashboard, with a form's antiforgery token.</summary>
    public const string Dashboard = "dashboard";

    public static void AddTo(AuthorizationOptions options)
    {
        options.AddPolicy(AnyKey, Allow(Roles.WriteKey, Roles.SecretKey, Roles.Local));
        options.AddPolicy(Read, Allow(Roles.SecretKey, Roles.Local, Roles.Admin));
        options.AddPolicy(Secret, Allow(Roles.SecretKey, Roles.Local));
        options.AddPolicy(Owner, Allow(Roles.Local, Roles.Admin));
        options.AddPolicy(Local, Allow(Roles.Local));
        options.AddPolicy(Dashboard, policy => policy.RequireAuthenticatedUser().RequireClaim(ClaimTypes.Role, Roles.Admin));

        // What no policy names stays closed.
        options.FallbackPolicy = options.GetPolicy(Dashboard);
    }

    private static Action<AuthorizationPolicyBuilder> Allow(params string[] roles) => policy => policy
        .RequireAuthenticatedUser()
        .RequireAssertion(context => IsAllowed(context, roles));

    private static bool IsAllowed(AuthorizationHandlerContext context, string[] roles)
    {
        string? role = context.User.FindFirstValue(ClaimTypes.Role);
        if (role is null || !roles.Contains(role, StringComparer.Ordinal))
        {
            return false;
        }

        return !string.Equals(role, Roles.Admin, StringComparison.Ordinal)
            || (context.Resource is HttpContext http && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)));
    }
}
