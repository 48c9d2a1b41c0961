using MarketLoop.Data.Shop;
using MarketLoop.Server.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MarketLoop.Server.Api.Data;

/// <summary>The settings that browser SDKs fetch before they send anything.</summary>
internal static class IntakeSettings
{
    private static readonly string[] StatisticsParts = ["errors", "metrics"];

    /// <summary>analytics.js asks this first and tracks nothing when it fails.</summary>
    public static async Task ForSegmentAsync(HttpContext http)
    {
        IntakeAnswers.AllowOrigin(http);
        string key = (string)http.GetRouteValue("key")!; // the pattern has it
        if (await FindAsync(http, key) is null)
        {
            return;
        }

        // Behind a proxy that ends TLS the page is https, and would not be let out to http. Only the asker hears what it says of itself.
        bool isSecure = http.Request.IsHttps || string.Equals(http.Request.Headers["X-Forwarded-Proto"].ToString(), "https", StringComparison.OrdinalIgnoreCase);
        await IntakeAnswers.WriteAsync(http, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject("integrations");
            writer.WriteStartObject("Segment.io");
            writer.WriteString("apiKey", key);
            writer.WriteString("apiHost", $"{http.Request.Host}/v1");
            writer.WriteString("protocol", isSecure ? "https" : "http");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("plan");
            writer.WriteEndObject();
            writer.WriteStartObject("edgeFunction");
            writer.WriteEndObject();
            writer.WriteStartObject("metrics");
            writer.WriteNumber("sampleRate", 0);
            writer.WriteEndObject();
        });
    }

    /// <summary>RudderStack's analytics.js sends no event before it has this.</summary>
    public static async Task ForRudderStackAsync(HttpContext http)
    {
        IntakeAnswers.AllowOrigin(http);
        if (await FindAsync(http, PresentedKey.Find(http.Request)) is not { } key)
        {
            return;
        }

        await IntakeAnswers.WriteAsync(http, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject("source");
            writer.WriteString("id", key.Id);
            writer.WriteString("name", key.Source.Value);
            writer.WriteBoolean("enabled", true);
            writer.WriteString("workspaceId", "marketloop");
            writer.WriteStartObject("config");
            writer.WriteStartObject("statsCollection");
            foreach (string part in StatisticsParts)
            {
                writer.WriteStartObject(part);
                writer.WriteBoolean("enabled", false);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartArray("destinations");
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static async Task<SourceKey?> FindAsync(HttpContext http, string? key)
    {
        SourceKey? known = key is null ? null : await http.RequestServices.GetRequiredService<IShopStore>().FindKeyAsync(key, http.RequestAborted);
        if (known is null)
        {
            http.RequestServices.GetRequiredService<IntakeDoor>().NoteUnknownKey(http, key);
            await IntakeAnswers.RefuseAsync(http, StatusCodes.Status401Unauthorized, "unknown_key", "The write key is unknown or revoked.");
        }

        return known;
    }
}
