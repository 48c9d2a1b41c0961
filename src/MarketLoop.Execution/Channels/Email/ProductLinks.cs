namespace MarketLoop.Execution.Channels.Email;

/// <summary>Makes links that carry a token and otherwise stay as the shop wrote them: query, fragment and all.</summary>
internal static class ProductLinks
{
    private const string Parameter = "ml_token";

    /// <summary>The product's page with the token added before the fragment.</summary>
    public static string WithToken(string url, string token) => WithParameter(url, Parameter, token);

    /// <summary>Adds a parameter to a link, before its fragment.</summary>
    public static string WithParameter(string url, string name, string value)
    {
        int fragment = url.IndexOf('#', StringComparison.Ordinal);
        string path = fragment < 0 ? url : url[..fragment];
        string rest = fragment < 0 ? "" : url[fragment..];
        char last = path.Length > 0 ? path[^1] : '/';
        string separator = !path.Contains('?', StringComparison.Ordinal) ? "?" : last is '?' or '&' ? "" : "&";
        return $"{path}{separator}{name}={Uri.EscapeDataString(value)}{rest}";
    }

    /// <summary>The product's own page if it is a web address, else one under the shop's root.</summary>
    public static string PageOf(string? productUrl, string productId, string shopUrl)
    {
        if (Uri.TryCreate(productUrl, UriKind.Absolute, out Uri? page) && page.Scheme is "http" or "https")
        {
            return productUrl!; // it parsed, so it is there
        }

        string root = shopUrl.TrimEnd('/');
        return productUrl is ['/', ..] ? root + productUrl : $"{root}/products/{Uri.EscapeDataString(productId)}";
    }
}
