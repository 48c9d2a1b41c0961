using System.Text.Json.Serialization;

namespace MarketLoop.Domain;

/// <summary>Names a customer: a person the shop knows by user id, or a browser it knows only by anonymous id. The two never collide.</summary>
/// <remarks>Written as <c>u:alice</c> or <c>a:3f2c</c> wherever one string is needed (stores, URLs); <see cref="Parse"/> reads that form back.</remarks>
[JsonConverter(typeof(CustomerIdJsonConverter))]
public readonly record struct CustomerId
{
    private CustomerId(string value, bool isAnonymous)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        Value = value;
        IsAnonymous = isAnonymous;
    }

    /// <summary>The id as the shop sent it, without prefix.</summary>
    public string Value { get; }

    /// <summary>True when only a browser is known.</summary>
    public bool IsAnonymous { get; }

    /// <summary>A customer who signed in.</summary>
    public static CustomerId Known(string userId) => new(userId, isAnonymous: false);

    /// <summary>A browser that nobody signed in on.</summary>
    public static CustomerId Anonymous(string anonymousId) => new(anonymousId, isAnonymous: true);

    /// <summary>Reads the written form.</summary>
    /// <exception cref="FormatException">The text does not begin with <c>u:</c> or <c>a:</c>, or nothing follows.</exception>
    public static CustomerId Parse(string text) =>
        TryParse(text, out CustomerId id) ? id : throw new FormatException("A customer is written u:USERID or a:ANONYMOUSID.");

    /// <summary>Reads the written form; false when it is not one.</summary>
    public static bool TryParse(string? text, out CustomerId id)
    {
        id = default;
        if (text is null || text.Length < 3 || text[1] != ':' || text[0] is not ('u' or 'a') || string.IsNullOrWhiteSpace(text[2..]))
        {
            return false;
        }

        id = new CustomerId(text[2..], text[0] == 'a');
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Value is null ? "" : (IsAnonymous ? "a:" : "u:") + Value;
}

/// <summary>A product as the catalogue names it (SKU or product id).</summary>
[JsonConverter(typeof(ProductIdJsonConverter))]
public readonly record struct ProductId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>One decision about one customer.</summary>
[JsonConverter(typeof(TreatmentIdJsonConverter))]
public readonly record struct TreatmentId(string Value)
{
    private const int LongestTokenId = 64;

    /// <summary>Reads the treatment's id out of a token (<c>VERSION.ID.BODY.SIGNATURE</c>) without checking the signature; null when it is no token.</summary>
    /// <remarks>Enough for a reader that looks the id up among treatments which the same customer is known to have received; everybody else verifies.</remarks>
    public static TreatmentId? FromToken(string? token)
    {
        if (token is null)
        {
            return null;
        }

        int start = token.IndexOf('.', StringComparison.Ordinal) + 1;
        int end = start == 0 ? -1 : token.IndexOf('.', start);
        return end > start && end - start <= LongestTokenId ? new TreatmentId(token[start..end]) : null;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>A place that events come from: a web shop, a till, an imported file.</summary>
[JsonConverter(typeof(SourceIdJsonConverter))]
public readonly record struct SourceId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>A promotion or campaign of the shop.</summary>
[JsonConverter(typeof(CampaignIdJsonConverter))]
public readonly record struct CampaignId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>A version of a trained model, rising with each training: 1, 2, 3 ...</summary>
[JsonConverter(typeof(ModelVersionJsonConverter))]
public readonly record struct ModelVersion(int Value)
{
    /// <inheritdoc />
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
