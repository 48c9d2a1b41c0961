using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace MarketLoop.Server.Hosting;

/// <summary>Limits by caller, far above what a shop does: they stop a runaway script, not a busy day.</summary>
internal static class BusyTraffic
{
    /// <summary>Policy of the read and write routes.</summary>
    public const string Api = "api";

    /// <summary>Policy of slots, which every page view asks.</summary>
    public const string Slots = "slots";

    /// <summary>Policy of the sign-in.</summary>
    public const string SignIn = "sign-in";

    public static void AddTo(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = async (rejected, _) =>
        {
            int seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? Math.Clamp((int)Math.Ceiling(wait.TotalSeconds), 1, 300) : 1;
            rejected.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await Problems.WriteAsync(rejected.HttpContext, ProblemCode.TooMany, $"Try again in {seconds} s.");
        };
        options.AddPolicy(Api, http => Bucket(http, perSecond: 500, burst: 2_000));
        options.AddPolicy(Slots, http => Bucket(http, perSecond: 5_000, burst: 20_000));
        options.AddPolicy(SignIn, http => RateLimitPartition.GetFixedWindowLimiter(
            AddressOf(http),
            _ => new FixedWindowRateLimiterOptions { PermitLimit = 30, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));
    }

    private static RateLimitPartition<string> Bucket(HttpContext http, int perSecond, int burst) => RateLimitPartition.GetTokenBucketLimiter(
        http.User.FindFirstValue(ClaimTypes.Name) ?? AddressOf(http),
        _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond / 5,
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(200),
            QueueLimit = 0,
        });

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";
}
