using System.Text.Json.Serialization;

namespace MarketLoop.Domain;

/// <summary>A text in English and Chinese; where one is missing the other stands in.</summary>
public sealed record LocalizedText
{
    /// <summary>Makes a text from what is there; at least one language is needed.</summary>
    /// <exception cref="ArgumentException">Both are blank.</exception>
    public LocalizedText(string? english, string? chinese)
    {
        if (string.IsNullOrWhiteSpace(english) && string.IsNullOrWhiteSpace(chinese))
        {
            throw new ArgumentException("A text is needed in at least one language.", nameof(english));
        }

        English = string.IsNullOrWhiteSpace(english) ? chinese! : english; // the check above leaves one of the two
        Chinese = string.IsNullOrWhiteSpace(chinese) ? English : chinese;
    }

    /// <summary>The English text.</summary>
    [JsonPropertyName("en")]
    public string English { get; }

    /// <summary>The Chinese text.</summary>
    [JsonPropertyName("zh")]
    public string Chinese { get; }

    /// <summary>The text for a culture name such as <c>zh-CN</c>.</summary>
    public string For(string cultureName) => cultureName.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : English;

    /// <inheritdoc />
    public override string ToString() => English;
}
