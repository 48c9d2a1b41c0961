using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;

namespace MarketLoop.Server.Dashboard;

/// <summary>The first of our languages that the browser asks for; any kind of Chinese counts as ours.</summary>
internal sealed class BrowserLanguage : RequestCultureProvider
{
    /// <inheritdoc />
    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        string? culture = httpContext.Request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.Value switch
            {
                { } tag when tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) => "zh-CN",
                { } tag when tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) => "en",
                _ => null,
            })
            .FirstOrDefault(tag => tag is not null);
        return Task.FromResult(culture is null ? null : new ProviderCultureResult(culture));
    }
}
