using System.Security.Claims;
using System.Text.Encodings.Web;
using MarketLoop.Data.Shop;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Access;

/// <summary>Knows write keys, secret keys and the folder's own token.</summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    IShopStore store,
    LocalToken localToken) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "Key";

    /// <inheritdoc />
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (PresentedKey.Find(Request) is not { } presented)
        {
            return AuthenticateResult.NoResult();
        }

        if (localToken.Matches(presented))
        {
            return Ticket(Roles.Local, "local", null);
        }

        SourceKey? key = await store.FindKeyAsync(presented, Context.RequestAborted);
        return key is null
            ? AuthenticateResult.Fail("The key is unknown or revoked.")
            : Ticket(key.IsSecret ? Roles.SecretKey : Roles.WriteKey, key.Id, key.Source.Value);
    }

    /// <inheritdoc />
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(Context, ProblemCode.Unauthorized, "Show a key that is known here: Authorization: Bearer KEY, or Basic with the key as user name.");
    }

    /// <inheritdoc />
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, ProblemCode.Forbidden, "This key may not do that. A write key may only write and ask slots.");

    private AuthenticateResult Ticket(string role, string name, string? source)
    {
        List<Claim> claims = [new(ClaimTypes.Name, name), new(ClaimTypes.Role, role)];
        if (source is not null)
        {
            claims.Add(new Claim(Roles.SourceClaim, source));
        }

        ClaimsIdentity identity = new(claims, Scheme.Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }
}
