namespace MarketLoop.Data.Catalog;

/// <summary>What may stand as a product's page or picture: it ends up as a link in mails and slots, where a <c>javascript:</c> address would run.</summary>
public static class WebAddress
{
    /// <summary>True for an absolute http or https address, a path of the shop's own host, and nothing at all. Any other scheme is refused, and so is <c>//host</c>.</summary>
    public static bool IsAllowed(string? address) =>
        string.IsNullOrEmpty(address)
        || (address[0] == '/' && !address.StartsWith("//", StringComparison.Ordinal))
        || (Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https");
}
