using System.Text.RegularExpressions;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Keys of sources. A key stands in clear only in the answer that made it.</summary>
internal static partial class KeyEndpoints
{
    private const int MostOverlapHours = 24 * 365;
    private const int MostRequestsPerSecond = 1_000_000;

    public static void MapKeys(this RouteGroupBuilder data)
    {
        RouteGroupBuilder keys = data.MapGroup("/keys").RequireAuthorization(Policies.Owner);
        keys.MapGet("", ListAsync).WithSummary("All keys without their secrets, revoked ones included.");
        keys.MapPost("", AddAsync).WithSummary("Makes a key for a source; the answer shows it this once.");
        keys.MapDelete("/{id}", RevokeAsync).WithSummary("Revokes a key.");
        keys.MapPost("/{id}/rotate", RotateAsync).WithSummary("Makes a successor; the old key works on through the overlap (24 hours unless said otherwise).");
        keys.MapPut("/{id}/limit", LimitAsync).WithSummary("Sets how many requests a second this key may send; null for the intake's own limit.");
    }

    /// <summary>True for a name that a source may bear: it stands in URLs and in file names.</summary>
    public static bool IsSourceName(string? name) => name is not null && SourceName().IsMatch(name);

    private static async Task<Ok<Page<SourceKey>>> ListAsync(IShopStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<SourceKey>(await store.ListKeysAsync(cancellationToken), null));

    private static async Task<Results<Created<NewKey>, ProblemHttpResult>> AddAsync(HttpContext http, KeyRequest request, IShopStore store, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(IsSourceName(request.Name), "name", "1 to 64 letters, digits, dots, hyphens or underscores");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        IssuedKey issued = await store.AddKeyAsync(new SourceId(request.Name!), request.Secret, cancellationToken);   // the check above refuses null
        return TypedResults.Created($"/api/v1/data/keys/{issued.Key.Id}", NewKey.Of(issued));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(HttpContext http, string id, IShopStore store, CancellationToken cancellationToken) =>
        await store.RevokeKeyAsync(id, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Result(http, ProblemCode.NotFound, "There is no such key.");

    private static async Task<Results<Created<NewKey>, ProblemHttpResult>> RotateAsync(HttpContext http, string id, RotationRequest request, IShopStore store, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(request.OverlapHours is >= 0 and <= MostOverlapHours, "overlapHours", $"0 to {MostOverlapHours}");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        return await store.RotateKeyAsync(id, TimeSpan.FromHours(request.OverlapHours), cancellationToken) is { } issued
            ? TypedResults.Created($"/api/v1/data/keys/{issued.Key.Id}", NewKey.Of(issued))
            : Problems.Result(http, ProblemCode.NotFound, "There is no such key, or it is revoked.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LimitAsync(HttpContext http, string id, LimitRequest request, IShopStore store, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(request.RequestsPerSecond is null or (>= 1 and <= MostRequestsPerSecond), "requestsPerSecond", $"1 to {MostRequestsPerSecond}, or null");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        return await store.LimitKeyAsync(id, request.RequestsPerSecond, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Result(http, ProblemCode.NotFound, "There is no such key.");
    }

    [GeneratedRegex(@"^[\p{L}\p{Nd}._-]{1,64}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SourceName();
}

/// <summary>A key that is asked for.</summary>
/// <param name="Name">Name of the source; made when it is new.</param>
/// <param name="Secret">True for a server key that may read; false for a write key that stands in pages.</param>
public sealed record KeyRequest(string? Name, bool Secret = false);

/// <summary>A fresh key, in clear this once.</summary>
/// <param name="Id">Public id, to revoke it by.</param>
/// <param name="Source">Its source.</param>
/// <param name="IsSecret">True for a server key.</param>
/// <param name="WriteKey">The key itself.</param>
public sealed record NewKey(string Id, SourceId Source, bool IsSecret, string WriteKey)
{
    /// <summary>A key that was just issued.</summary>
    public static NewKey Of(IssuedKey issued)
    {
        ArgumentNullException.ThrowIfNull(issued);
        return new NewKey(issued.Key.Id, issued.Key.Source, issued.Key.IsSecret, issued.Secret);
    }
}

/// <summary>How a key is replaced.</summary>
/// <param name="OverlapHours">How long the old key still works.</param>
public sealed record RotationRequest(double OverlapHours = 24);

/// <summary>How much a key may send.</summary>
/// <param name="RequestsPerSecond">Requests a second on average; null for the intake's own limit.</param>
public sealed record LimitRequest(int? RequestsPerSecond);
