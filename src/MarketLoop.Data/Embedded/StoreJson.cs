using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Domain;

namespace MarketLoop.Data.Embedded;

/// <summary>JSON of settings, reports and manifests in the shop database.</summary>
internal static class StoreJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // a metric may be NaN where it has no meaning
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new MarketLoopException($"The shop database holds null where a {typeof(T).Name} was expected.");
        }
        catch (JsonException damaged)
        {
            throw new MarketLoopException($"The shop database holds a {typeof(T).Name} that cannot be read: {damaged.Message}", isTransient: false, damaged);
        }
    }
}
