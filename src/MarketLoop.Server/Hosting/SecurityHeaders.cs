using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Hosting;

/// <summary>Headers that keep the browser on this server: no foreign request, no inline script, no framing.</summary>
internal static class SecurityHeaders
{
    // Style attributes stay allowed: the charts' tooltips are built from them. Scripts come from files of this server only, without eval.
    private const string Dashboard =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    // The reference page writes its own style elements; its script is a file of this server, too.
    private const string Reference =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
        "connect-src 'self'; form-action 'none'; base-uri 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal) ? Reference : Dashboard;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(http);
    });
}
