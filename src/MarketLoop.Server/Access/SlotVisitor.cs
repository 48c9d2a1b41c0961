using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.AspNetCore.Http;

namespace MarketLoop.Server.Access;

/// <summary>Whom a slot may be filled for. A write key stands in page source: with it a user id counts only when the shop's server signed it.</summary>
internal sealed class SlotVisitor(DataFolder folder, IEventLog log)
{
    /// <summary>The secret a shop's server signs user ids with: lower-case hex, to be used as text.</summary>
    public string SigningSecret { get; } = Convert.ToHexStringLower(folder.Secrets.Identity);

    /// <summary>The customer whom this request may speak for; null when nobody vouches.</summary>
    public async ValueTask<CustomerId?> IdentifyAsync(HttpContext http, string? userId, string? userHash, string? anonymousId, CancellationToken cancellationToken)
    {
        bool isTrusted = http.User.FindFirstValue(ClaimTypes.Role) is Roles.SecretKey or Roles.Local;
        if (!string.IsNullOrWhiteSpace(userId))
        {
            return isTrusted || IsSigned(userId, userHash) ? CustomerId.Known(userId) : null;
        }

        if (string.IsNullOrWhiteSpace(anonymousId))
        {
            return null;
        }

        // An anonymous id is as good as a secret of its browser; but it opens the history of that browser only, not that of the person who once signed in on it.
        CustomerId browser = CustomerId.Anonymous(anonymousId);
        CustomerId owner = await log.ResolveAsync(browser, cancellationToken);
        return isTrusted ? owner : owner.IsAnonymous ? browser : null;
    }

    /// <summary>Whom a word on consent may be said for: a signed user, or the browser itself, also one that somebody signed in on, because nothing is read of them; null when nobody vouches.</summary>
    public CustomerId? Vouch(HttpContext http, string? userId, string? userHash, string? anonymousId)
    {
        bool isTrusted = http.User.FindFirstValue(ClaimTypes.Role) is Roles.SecretKey or Roles.Local;
        return !string.IsNullOrWhiteSpace(userId) ? isTrusted || IsSigned(userId, userHash) ? CustomerId.Known(userId) : null
            : string.IsNullOrWhiteSpace(anonymousId) ? null : CustomerId.Anonymous(anonymousId);
    }

    /// <summary>Signature of a user id.</summary>
    public string Sign(string userId) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(SigningSecret), Encoding.UTF8.GetBytes(userId)));

    private bool IsSigned(string userId, string? userHash) =>
        userHash is { Length: 64 } && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(userId)), Encoding.ASCII.GetBytes(userHash.ToLowerInvariant()));
}
