using MarketLoop.Domain;

namespace MarketLoop.Data.Consent;

/// <summary>Purposes and channels as pages, servers and consent banners write them.</summary>
public static class ConsentWords
{
    private static readonly Dictionary<string, ConsentPurpose> Purposes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["analytics"] = ConsentPurpose.Analytics,
        ["performance"] = ConsentPurpose.Analytics,
        ["statistics"] = ConsentPurpose.Analytics,
        ["personalisation"] = ConsentPurpose.Personalisation,
        ["personalization"] = ConsentPurpose.Personalisation,
        ["marketing"] = ConsentPurpose.Marketing,
        ["advertising"] = ConsentPurpose.Advertising,
        ["targeting"] = ConsentPurpose.Advertising,
    };

    /// <summary>Reads a purpose; false when it is none.</summary>
    public static bool TryPurpose(string? word, out ConsentPurpose purpose)
    {
        purpose = default;
        return word is not null && Purposes.TryGetValue(word, out purpose);
    }

    /// <summary>Reads a channel, a missing one as every channel; false when it is none.</summary>
    public static bool TryChannel(string? word, out ConsentChannel channel)
    {
        channel = ConsentChannel.Any;
        return word is null || (!char.IsAsciiDigit(word.FirstOrDefault()) && Enum.TryParse(word, ignoreCase: true, out channel) && Enum.IsDefined(channel));
    }
}
