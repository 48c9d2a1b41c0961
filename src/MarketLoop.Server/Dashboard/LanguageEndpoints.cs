using System.Globalization;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Dashboard;

/// <summary>The language switch: a cookie, and back to the page.</summary>
internal static class LanguageEndpoints
{
    /// <summary>Name of the cookie.</summary>
    public const string CookieName = "marketloop-language";

    public static void MapLanguage(this IEndpointRouteBuilder app) =>
        app.MapGet("/language/{name}", Switch).AllowAnonymous().ExcludeFromDescription();

    private static Results<RedirectHttpResult, NotFound> Switch(HttpContext http, string name, string? back)
    {
        if (!Pipeline.Cultures.Contains(name, StringComparer.Ordinal))
        {
            return TypedResults.NotFound();
        }

        http.Response.Cookies.Append(
            CookieName,
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(CultureInfo.GetCultureInfo(name))),
            new CookieOptions { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, IsEssential = true, HttpOnly = true });
        return TypedResults.LocalRedirect(SessionEndpoints.SafePath(back));
    }
}
