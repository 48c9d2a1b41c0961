using System.Text;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Access;

/// <summary>Finds the key a request shows: Basic user name, Bearer, <c>X-Write-Key</c>, <c>X-API-Key</c> (of Gorse's clients), then the query. The intake alone looks into bodies as well.</summary>
/// <remarks>Jitsu's SDK insists on keys of two parts, <c>shop:KEY</c>; GA4's Measurement Protocol calls the key <c>api_secret</c>.</remarks>
internal static class PresentedKey
{
    private const string Basic = "Basic ";
    private const string Bearer = "Bearer ";

    /// <summary>The key, or null when the request shows none.</summary>
    public static string? Find(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        string? key = header switch
        {
            _ when header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) => FromBasic(header[Basic.Length..]),
            _ when header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) => header[Bearer.Length..].Trim(),
            _ => null,
        };
        return Meaningful(key)
            ?? Meaningful(LastPart(request.Headers["X-Write-Key"].ToString()))
            ?? Meaningful(request.Headers["X-API-Key"].ToString())
            ?? Meaningful(request.Query["writeKey"].ToString())
            ?? Meaningful(request.Query["api_secret"].ToString());
    }

    private static string? FromBasic(string encoded)
    {
        Span<byte> bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.Trim(), bytes, out int length))
        {
            return null;
        }

        string pair = Encoding.UTF8.GetString(bytes[..length]);
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? pair : pair[..colon];
    }

    private static string LastPart(string key) => key[(key.LastIndexOf(':') + 1)..];

    private static string? Meaningful(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
