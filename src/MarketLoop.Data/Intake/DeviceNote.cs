using System.Text.Json;

namespace MarketLoop.Data.Intake;

/// <summary>What kind of device an event came from, kept as a note among its properties. Only the kind: the user agent itself, which tells people apart, is not kept.</summary>
internal static class DeviceNote
{
    private const string Member = "$device";

    /// <summary>The note, as a member of a JSON object; empty when the context does not tell.</summary>
    public static string Of(JsonElement? context) => context is { ValueKind: JsonValueKind.Object } around && KindOf(around) is { } kind ? $"\"{Member}\":\"{kind}\"" : "";

    private static string? KindOf(JsonElement context)
    {
        string? told = JsonFields.TryRead(context, "device") is { ValueKind: JsonValueKind.Object } device ? JsonFields.Text(device, "type")?.ToLowerInvariant() : null;
        return told switch
        {
            "ios" or "android" => "app", // what the mobile SDKs say
            "desktop" or "mobile" or "tablet" => told,
            _ => JsonFields.Text(context, "userAgent", "user_agent") is { } agent ? KindOf(agent) : null,
        };
    }

    private static string? KindOf(string agent)
    {
        bool Has(string word) => agent.Contains(word, StringComparison.OrdinalIgnoreCase);

        return Has("bot") || Has("spider") || Has("crawl") ? null
            : Has("iPad") || Has("Tablet") || (Has("Android") && !Has("Mobi")) ? "tablet"
            : Has("Mobi") ? "mobile"
            : Has("Windows NT") || Has("Macintosh") || Has("X11") || Has("CrOS") ? "desktop"
            : null;
    }
}
