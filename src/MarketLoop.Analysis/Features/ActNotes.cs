using System.Globalization;
using System.Text;
using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>What an act tells beside its columns: a search term in one spelling, a discount, a device.</summary>
internal static class ActNotes
{
    private const int LongestTerm = 64;
    private const string DiscountMember = "\"discount\"";
    private const string DeviceMember = "\"$device\":\"";

    /// <summary>A search term in one spelling: full-width letters as narrow ones, small letters, single blanks, at most 64 characters; null when nothing is left. Chinese stays as it is.</summary>
    public static string? NormaliseTerm(string? term)
    {
        if (string.IsNullOrWhiteSpace(term))
        {
            return null;
        }

        StringBuilder text = new(term.Length);
        foreach (char letter in Whole(term).Normalize(NormalizationForm.FormKC).ToLowerInvariant())
        {
            bool isBlank = char.IsWhiteSpace(letter) || char.IsControl(letter);
            if (!isBlank)
            {
                text.Append(letter);
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        string normal = text.ToString().TrimEnd();
        return normal.Length == 0 ? null : normal.Length <= LongestTerm ? normal : normal[..LengthWithin(normal)].TrimEnd();
    }

    /// <summary>True when an order was made cheaper by a coupon or a discount.</summary>
    public static bool HasDiscount(Interaction order)
    {
        if (order.Coupon is not null)
        {
            return true;
        }

        if (order.PropertiesJson is not { } properties || !properties.Contains(DiscountMember, StringComparison.Ordinal))
        {
            return false;
        }

        using JsonDocument parsed = JsonDocument.Parse(properties);
        return parsed.RootElement.ValueKind == JsonValueKind.Object
            && parsed.RootElement.TryGetProperty("discount", out JsonElement discount)
            && (discount.ValueKind == JsonValueKind.Number ? discount.TryGetDouble(out double amount) && amount > 0
                : discount.ValueKind == JsonValueKind.String && double.TryParse(discount.GetString(), CultureInfo.InvariantCulture, out double told) && told > 0);
    }

    /// <summary>The device that the intake noted; null when it noted none.</summary>
    public static DeviceKind? DeviceOf(Interaction interaction)
    {
        if (interaction.PropertiesJson is not { } properties || properties.IndexOf(DeviceMember, StringComparison.Ordinal) is not (>= 0 and int place))
        {
            return null;
        }

        ReadOnlySpan<char> rest = properties.AsSpan(place + DeviceMember.Length);
        int end = rest.IndexOf('"');
        return end > 0 && Enum.TryParse(rest[..end], ignoreCase: true, out DeviceKind device) && Enum.IsDefined(device) ? device : null;
    }

    // Half a surrogate pair cannot be normalised.
    private static string Whole(string term) => string.Create(term.Length, term, static (letters, source) =>
    {
        source.CopyTo(letters);
        for (int i = 0; i < letters.Length; i++)
        {
            bool isPair = char.IsHighSurrogate(letters[i]) && i + 1 < letters.Length && char.IsLowSurrogate(letters[i + 1]);
            if (isPair)
            {
                i++;
            }
            else if (char.IsSurrogate(letters[i]))
            {
                letters[i] = ' ';
            }
        }
    });

    private static int LengthWithin(string text) => char.IsHighSurrogate(text[LongestTerm - 1]) ? LongestTerm - 1 : LongestTerm;
}
