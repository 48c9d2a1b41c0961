using System.Globalization;
using System.Text.Json;

namespace MarketLoop.Data.Intake;

/// <summary>Reads loosely typed JSON fields: ids that are numbers, prices that are texts.</summary>
internal static class JsonFields
{
    /// <summary>The first of the named properties that is there and not null.</summary>
    public static JsonElement? TryRead(JsonElement owner, params ReadOnlySpan<string> names)
    {
        if (owner.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (string name in names)
        {
            if (owner.TryGetProperty(name, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A text or number as trimmed text; null when blank or of another type.</summary>
    /// <exception cref="InvalidOperationException">The text is not valid Unicode, or holds U+0000.</exception>
    public static string? Text(JsonElement? value)
    {
        string? text = value?.ValueKind switch
        {
            JsonValueKind.String => value.Value.GetString(),
            JsonValueKind.Number => value.Value.GetRawText(),
            _ => null,
        };
        if (text is not null && text.Contains('\0', StringComparison.Ordinal))
        {
            // Native stores end a text at this character: two ids would become one.
            throw new InvalidOperationException("A text holds the character U+0000.");
        }

        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    /// <summary>Text of the first property that is there.</summary>
    public static string? Text(JsonElement owner, params ReadOnlySpan<string> names) => Text(TryRead(owner, names));

    /// <summary>Reads a number or a written amount ("1,299.00", "12,50", "£ 5"); false when there is something that is no amount.</summary>
    /// <param name="value">The field; null or blank text reads as no amount.</param>
    /// <param name="amount">The amount rounded to four decimals, as it is stored.</param>
    public static bool TryAmount(JsonElement? value, out decimal? amount)
    {
        amount = null;
        switch (value?.ValueKind)
        {
            case null:
                return true;
            case JsonValueKind.Number:
                if (!value.Value.TryGetDecimal(out decimal number))
                {
                    return false;
                }

                amount = number;
                break;
            case JsonValueKind.String:
                string? text = Text(value);
                if (text is null)
                {
                    return true;
                }

                if (!WrittenAmount.TryParse(text, out decimal written))
                {
                    return false;
                }

                amount = written;
                break;
            default:
                return false;
        }

        amount = decimal.Round(amount.Value, 4, MidpointRounding.ToEven);
        return Math.Abs(amount.Value) < WrittenAmount.Limit;
    }

    /// <summary>Reads a whole number (2, 2.0, "2"); false when there is something else.</summary>
    public static bool TryWhole(JsonElement? value, out int? whole)
    {
        whole = null;
        if (!TryAmount(value, out decimal? amount))
        {
            return false;
        }

        if (amount is null)
        {
            return true;
        }

        if (amount != decimal.Truncate(amount.Value) || Math.Abs(amount.Value) > int.MaxValue)
        {
            return false;
        }

        whole = (int)amount.Value;
        return true;
    }
}

/// <summary>Amounts as people and shop systems write them.</summary>
internal static class WrittenAmount
{
    /// <summary>Amounts must stay below this to fit DECIMAL(18,4).</summary>
    public const decimal Limit = 100_000_000_000_000m;

    /// <summary>Reads an amount with a currency sign or code around it and either decimal sign.</summary>
    public static bool TryParse(string text, out decimal amount)
    {
        amount = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool isNegative = rest.Length > 0 && rest[0] == '-';
        rest = TrimSigns(isNegative ? rest[1..] : rest);
        if (rest.Length > 0 && rest[0] == '-' && !isNegative)
        {
            isNegative = true;
            rest = rest[1..];
        }

        int point = rest.LastIndexOf('.');
        int comma = rest.LastIndexOf(',');
        string plain = new string(rest).Replace(" ", "", StringComparison.Ordinal).Replace("\u00A0", "", StringComparison.Ordinal);
        bool isCommaDecimal = comma > point && (point >= 0 || (rest.IndexOf(',') == comma && rest.Length - comma - 1 != 3));
        plain = isCommaDecimal
            ? plain.Replace(".", "", StringComparison.Ordinal).Replace(',', '.')
            : plain.Replace(",", "", StringComparison.Ordinal);
        if (!decimal.TryParse(plain, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out amount))
        {
            return false;
        }

        amount = isNegative ? -amount : amount;
        return true;
    }

    // Currency signs and codes stand before or after the digits: everything up to the first and after the last digit that is a letter, symbol or blank.
    private static ReadOnlySpan<char> TrimSigns(ReadOnlySpan<char> text)
    {
        while (text.Length > 0 && IsDecoration(text[0]))
        {
            text = text[1..];
        }

        while (text.Length > 0 && IsDecoration(text[^1]))
        {
            text = text[..^1];
        }

        return text;
    }

    private static bool IsDecoration(char sign) =>
        char.IsLetter(sign) || char.IsWhiteSpace(sign) || char.GetUnicodeCategory(sign) == UnicodeCategory.CurrencySymbol;
}
