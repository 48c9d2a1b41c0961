using System.Globalization;
using System.Resources;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard;

/// <summary>Words, numbers and dates of the dashboard in the language of the request.</summary>
public sealed class Words
{
    private static readonly ResourceManager Resources = new("MarketLoop.Server.Dashboard.Words", typeof(Words).Assembly);

    /// <summary>The culture in force.</summary>
    public CultureInfo Culture { get; } = CultureInfo.CurrentUICulture;

    /// <summary>True on Chinese pages.</summary>
    public bool IsChinese => Culture.Name.StartsWith("zh", StringComparison.OrdinalIgnoreCase);

    /// <summary>The text of a key; the key in brackets when there is none, which a test finds.</summary>
    public string this[string key] => Resources.GetString(key, Culture) ?? $"[{key}]";

    /// <summary>The text of a key with its places filled.</summary>
    public string this[string key, params object?[] values] => string.Format(Culture, this[key], values);

    /// <summary>The text of an enum's value.</summary>
    public string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => this[$"{typeof(TEnum).Name}.{value}"];

    /// <summary>The text of a key, or the word itself where the world outside chose it, such as an event's own name.</summary>
    public string OrItself(string prefix, string word) => Resources.GetString(prefix + "." + word, Culture) ?? word;

    /// <summary>A text of the shop in the language of the page.</summary>
    public string Of(LocalizedText? text) => text?.For(Culture.Name) ?? "";

    /// <summary>A count with its thousands apart.</summary>
    public string Count(long value) => value.ToString("N0", Culture);

    /// <summary>An amount of money.</summary>
    public string Money(decimal value) => value.ToString("N2", Culture);

    /// <summary>A figure with as many digits as its size deserves.</summary>
    public string Figure(double value) => double.IsFinite(value) ? value.ToString(double.IsInteger(value) ? "N0" : Math.Abs(value) >= 100 ? "N1" : "0.###", Culture) : "–";

    /// <summary>A number of days, to the tenth.</summary>
    public string Days(double days) => double.IsFinite(days) ? days.ToString("N1", Culture) : "–";

    /// <summary>A share 0..1 as a percentage.</summary>
    public string Percent(double share, int digits = 1) => double.IsFinite(share) ? share.ToString("P" + digits.ToString(CultureInfo.InvariantCulture), Culture) : "–";

    /// <summary>A share with its sign, for differences.</summary>
    public string SignedPercent(double share) => (share > 0 ? "+" : "") + Percent(share);

    /// <summary>A moment, to the minute.</summary>
    public string Moment(DateTimeOffset? moment) => moment is { } known ? known.ToString(IsChinese ? "yyyy-MM-dd HH:mm" : "d MMM yyyy, HH:mm", Culture) : "–";

    /// <summary>A day.</summary>
    public string Day(DateTimeOffset? moment) => moment is { } known ? known.ToString(IsChinese ? "yyyy-MM-dd" : "d MMM yyyy", Culture) : "–";

    /// <summary>A length of time in the unit that reads best.</summary>
    public string Duration(double seconds) => seconds switch
    {
        < 90 => this["Duration.Seconds", seconds.ToString("N0", Culture)],
        < 90 * 60 => this["Duration.Minutes", (seconds / 60).ToString("N0", Culture)],
        < 36 * 3600 => this["Duration.Hours", (seconds / 3600).ToString("0.#", Culture)],
        _ => this["Duration.Days", (seconds / 86_400).ToString("0.#", Culture)],
    };

    /// <summary>Bytes in a unit that reads well.</summary>
    public string Bytes(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return value.ToString(value >= 100 || unit == 0 ? "N0" : "N1", Culture) + " " + units[unit];
    }
}
