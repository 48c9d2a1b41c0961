using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Access;

/// <summary>Global Privacy Control: a header that some browsers send with every request of a person who wants no data passed on.</summary>
internal static class PrivacyControl
{
    /// <summary>True when the request carries the signal.</summary>
    public static bool IsSent(HttpRequest request) => string.Equals(request.Headers["Sec-GPC"].ToString().Trim(), "1", StringComparison.Ordinal);
}
