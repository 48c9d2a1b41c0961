using System.Globalization;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>The keys by which online and in-store acts of one person meet: e-mail, phone, member card, as hashes keyed with the folder's secret. Thread-safe.</summary>
/// <remarks>A key is written <c>key-email-HASH</c>, <c>key-phone-HASH</c> or <c>key-card-HASH</c> and is the id of the anonymous customer who showed nothing else.
/// The same text gives the same key in one folder and another in any other folder.</remarks>
internal sealed class CustomerKeys(KeyHash keyHash)
{
    private const string Prefix = "key-";
    private const int ShortestPhone = 7;
    private const int LongestPhone = 15;
    private const int ShortestCard = 4;
    private const int LongestText = 320;

    private static readonly string[] EmailNames = ["email", "email_address", "emailAddress"];
    private static readonly string[] PhoneNames = ["phone", "phone_number", "phoneNumber", "mobile"];
    private static readonly string[] CardNames = ["memberCard", "member_card", "loyalty_id", "loyaltyId", "loyalty_card", "loyaltyCard", "card"];

    private volatile DeniedIds denied = DeniedIds.Default;

    /// <summary>Texts that are never keys.</summary>
    public DeniedIds Denied { get => denied; set => denied = value; }

    /// <summary>True when an id is a key's.</summary>
    public static bool IsKey(CustomerId customer) => customer.IsAnonymous && customer.Value.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What kind of key an id is: <c>email</c>, <c>phone</c> or <c>card</c>; null when it is none.</summary>
    public static string? KindOf(string key) => key.Split('-') is ["key", string kind, _] ? kind : null;

    /// <summary>The keys that traits or properties tell: card, then e-mail, then phone. Empty when they tell none.</summary>
    public IReadOnlyList<string> Read(JsonElement? told)
    {
        if (told is not { ValueKind: JsonValueKind.Object } traits)
        {
            return [];
        }

        string? card = Key("card", Card(JsonFields.Text(traits, CardNames)));
        string? email = Key("email", Email(JsonFields.Text(traits, EmailNames)));
        string? phone = Key("phone", Phone(JsonFields.Text(traits, PhoneNames)));
        return card is null && email is null && phone is null ? [] : [.. new[] { card, email, phone }.OfType<string>()];
    }

    /// <summary>The key of somebody who showed nothing else: of a card, else an e-mail address, else a phone number; null when none of them is one.</summary>
    public string? First(string? card, string? email, string? phone) => Key("card", Card(card)) ?? Key("email", Email(email)) ?? Key("phone", Phone(phone));

    /// <summary>The keys that the stored traits or properties of an act tell.</summary>
    public IReadOnlyList<string> Read(string? json)
    {
        if (json is null)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return []; // kept as it was sent, but nobody can tell what it says
        }
    }

    /// <summary>An address in the form that is compared; null when it is none.</summary>
    public string? Email(string? text)
    {
        string? address = text?.Trim().ToLowerInvariant();
        int at = address?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        bool isAddress = at > 0 && address!.Length <= LongestText && at < address.Length - 1 && address.IndexOf('@', at + 1) < 0 && !address.AsSpan().ContainsAny(" ,;<>"); // at > 0 only when there is a text
        return isAddress && !denied.Contains(address!) ? address : null;
    }

    /// <summary>A phone number as digits, country code first when it was told (+ or 00); null when it is none.</summary>
    public static string? Phone(string? text)
    {
        if (text is null || text.Length > LongestText)
        {
            return null;
        }

        string trimmed = text.Trim();
        bool isInternational = trimmed.StartsWith('+') || trimmed.StartsWith("00", StringComparison.Ordinal);
        string told = isInternational ? trimmed.Replace("(0)", "", StringComparison.Ordinal) : trimmed;
        string digits = string.Concat(told.Where(char.IsAsciiDigit));
        digits = trimmed.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : digits;
        bool isNumber = digits.Length is >= ShortestPhone and <= LongestPhone && !told.Any(char.IsLetter) && digits.Distinct().Count() > 2
            && !"01234567890".Contains(digits, StringComparison.Ordinal);
        return isNumber ? digits : null;
    }

    /// <summary>A card's number without spaces and dashes; null when it is none.</summary>
    public string? Card(string? text)
    {
        string? card = text is null or { Length: > LongestText } ? null : string.Concat(text.Where(sign => !char.IsWhiteSpace(sign) && sign is not ('-' or '\u2013'))).ToUpperInvariant();
        return card is { Length: >= ShortestCard } && card.Distinct().Count() > 1 && !denied.Contains(card) ? card : null;
    }

    private string? Key(string kind, string? text) =>
        text is null ? null : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{kind}-{keyHash.Of(RecordKind.None, new RecordKey(kind, text)):x16}");
}
