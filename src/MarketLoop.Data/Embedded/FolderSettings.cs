using System.Text.Json.Serialization;

namespace MarketLoop.Data.Embedded;

/// <summary>What <c>marketloop.json</c> of a data folder holds.</summary>
/// <param name="FormatVersion">Version of the folder's layout; a newer one than this program knows is refused.</param>
/// <param name="Shop">Currency, time zone and language of the shop.</param>
/// <param name="Secrets">Keys made at first start. Whoever has them can forge tokens: the file is readable by its owner only.</param>
public sealed record FolderSettings(int FormatVersion, ShopSettings Shop, FolderSecrets Secrets);

/// <summary>Facts about the shop that reports and mails need.</summary>
public sealed record ShopSettings
{
    /// <summary>Name shown to customers and on the dashboard; default <c>My shop</c>.</summary>
    public string Name { get; init; } = "My shop";

    /// <summary>ISO 4217 code of money without a code of its own; default <c>EUR</c>.</summary>
    public string Currency { get; init; } = "EUR";

    /// <summary>IANA time zone of days, hours and weekdays in reports and features; default <c>UTC</c>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Language tag for customers of whom none is known; default <c>en</c>.</summary>
    public string Language { get; init; } = "en";
}

/// <summary>Secrets of one data folder.</summary>
/// <param name="Keys">16 bytes, key of the hashes that find duplicates. Never change it: the log holds hashes made with it.</param>
/// <param name="Control">32 bytes, salt that draws the control group.</param>
/// <param name="Token">32 bytes, signs treatment tokens (HMAC-SHA256).</param>
/// <param name="Identity">32 bytes, with which a shop's server signs user ids for its pages (HMAC-SHA256).</param>
public sealed record FolderSecrets(byte[] Keys, byte[] Control, byte[] Token, byte[] Identity)
{
    /// <summary>Says nothing of the content.</summary>
    public override string ToString() => "(secrets)";
}

/// <summary>What a folder gets when it is made; an existing folder keeps what it has.</summary>
public sealed record NewFolder
{
    /// <summary>Facts about the shop.</summary>
    public ShopSettings Shop { get; init; } = new();

    /// <summary>Draws the control group the same way in every folder made with the same seed, for simulations whose reports must repeat; null (default) draws it anew. Signing secrets are random in any case.</summary>
    public int? Seed { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FolderSettings))]
[JsonSerializable(typeof(ServerAddress))]
[JsonSerializable(typeof(FolderHolder))]
internal sealed partial class FolderJson : JsonSerializerContext;
