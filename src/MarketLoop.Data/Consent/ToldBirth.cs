using System.Globalization;
using System.Text.Json;

namespace MarketLoop.Data.Consent;

/// <summary>A day of birth that was told, or the latest one that a told age allows: of what is not known exactly, the younger is assumed.</summary>
/// <param name="Day">The day.</param>
/// <param name="IsExact">True for a day of birth, false for an age; a day outranks every age, whenever it was told.</param>
internal sealed record ToldBirth(DateOnly Day, bool IsExact)
{
    private const int OldestAge = 130;
    private static readonly string[] Names = ["birthday", "birthdate", "birthDate", "dateOfBirth", "date_of_birth"];
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyyMMdd"];

    /// <summary>Reads the traits; null when they tell neither, or nothing believable. What cannot be read takes no knowledge away.</summary>
    public static ToldBirth? From(JsonElement traits, DateTimeOffset toldAt)
    {
        DateOnly today = DateOnly.FromDateTime(toldAt.UtcDateTime);
        foreach (string name in Names)
        {
            if (traits.TryGetProperty(name, out JsonElement day) && TryDay(day, out DateOnly born) && born <= today && born.Year >= today.Year - OldestAge)
            {
                return new ToldBirth(born, IsExact: true);
            }
        }

        return traits.TryGetProperty("age", out JsonElement age) && TryAge(age, out int years) ? new ToldBirth(today.AddYears(-years), IsExact: false) : null;
    }

    private static bool TryDay(JsonElement value, out DateOnly day)
    {
        day = default;
        if (value.ValueKind != JsonValueKind.String || value.GetString()?.Trim() is not { Length: >= 8 } text)
        {
            return false;
        }

        int time = text.IndexOfAny(['T', ' ']);
        return DateOnly.TryParseExact(time < 0 ? text : text[..time], Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    private static bool TryAge(JsonElement value, out int years)
    {
        years = 0;
        bool isNumber = value.ValueKind == JsonValueKind.Number ? value.TryGetInt32(out years)
            : value.ValueKind == JsonValueKind.String && int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out years);
        return isNumber && years is >= 0 and <= OldestAge;
    }
}
