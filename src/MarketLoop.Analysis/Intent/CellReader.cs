using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketLoop.Analysis.Intent;

/// <summary>Reads the texts of one column as numbers or moments, the way people write them: "1,234.50", "1.234,50", "$ 12", "12 %", "(3)", "36 months".</summary>
/// <remarks>How a column writes its numbers is judged by all its texts together: "1,234" is a thousand where the comma always parts three digits, and a decimal comma elsewhere.</remarks>
internal sealed partial class CellReader
{
    private const int MatchMilliseconds = 1000;

    private static readonly HashSet<string> Blanks = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "?", "-", "--", ".", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "(null)", "missing",
    };

    private static readonly string[] Moments =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyyMMdd", "dd.MM.yyyy", "d.M.yyyy", "MM/dd/yyyy", "M/d/yyyy", "dd/MM/yyyy", "d/M/yyyy", "dd-MM-yyyy", "d-MMM-yyyy", "dd-MMM-yy", "MMM d, yyyy", "d MMM yyyy",
    ];

    private static readonly string[] Clocks = ["", " HH:mm", " HH:mm:ss", "THH:mm", "THH:mm:ss", "THH:mm:ssK", "THH:mm:ss.FFFFFFFK", " HH:mm:ss.FFFFFFF", " H:mm", " h:mm tt", " h:mm:ss tt"];

    private readonly bool hasDecimalComma;

    private CellReader(bool hasDecimalComma) => this.hasDecimalComma = hasDecimalComma;

    /// <summary>True for texts that stand for "nothing known", such as NA, null or a question mark.</summary>
    public static bool IsBlank(string? text) => text is null || Blanks.Contains(text);

    /// <summary>Looks at the texts of a column and settles what its commas mean.</summary>
    public static CellReader For(IEnumerable<string> texts)
    {
        int decimals = 0;
        int thousands = 0;
        foreach (string text in texts.Where(t => t.Contains(',', StringComparison.Ordinal)))
        {
            bool isThousands = CommaThousands().IsMatch(text);
            thousands += isThousands ? 1 : 0;
            decimals += !isThousands && DecimalComma().IsMatch(text) ? 1 : 0;
        }

        return new CellReader(decimals > 0 && decimals * 20 >= thousands);
    }

    /// <summary>The number a text means; NaN when it means none.</summary>
    public double Number(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double plain))
        {
            return double.IsFinite(plain) && Math.Abs(plain) < 1e30 ? plain : double.NaN;
        }

        Match match = Written().Match(text);
        if (!match.Success)
        {
            return double.NaN;
        }

        string digits = match.Groups["digits"].Value;
        digits = hasDecimalComma
            ? digits.Replace(".", "", StringComparison.Ordinal).Replace(',', '.')
            : digits.Replace(",", "", StringComparison.Ordinal);
        digits = digits.Replace(" ", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Replace("\u00A0", "", StringComparison.Ordinal);
        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || Math.Abs(value) >= 1e30)
        {
            return double.NaN;
        }

        bool isNegative = match.Groups["sign"].Value is "-" or "\u2212" || (text.StartsWith('(') && text.EndsWith(')'));
        return isNegative ? -value : value;
    }

    /// <summary>What follows the digits of a text, such as "%" or "months"; empty for a bare number. A column of one unit is a column of numbers, one of several is not.</summary>
    public static string UnitOf(string text) => Written().Match(text) is { Success: true } match ? match.Groups["unit"].Value.Trim() : "";

    /// <summary>The moment a text means; null when it means none. Where day and month could be either, the month comes first.</summary>
    public static DateTime? Moment(string text)
    {
        if (text.Length is < 6 or > 40 || !char.IsAsciiDigit(text[^1]) && !text.EndsWith('Z') && !text.EndsWith('M') && !text.EndsWith('m'))
        {
            return null;
        }

        return DateTime.TryParseExact(text, Forms.All, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out DateTime moment)
            ? moment
            : null;
    }

    [GeneratedRegex(@"^\(?\s*(?<sign>[-+\u2212]?)\s*(?:[$€£¥₹]|USD|EUR|GBP|CNY|RMB)?\s*(?<digits>\d[\d.,'\u00A0]*(?: \d{3})*(?:,\d+)?)\s*(?<unit>%|[$€£¥₹元]|[A-Za-z][A-Za-z.]{0,9}|\+)?\s*\)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchMilliseconds)]
    private static partial Regex Written();

    [GeneratedRegex(@"(^|[^\d.,])\d{1,3}(,\d{3})+(\.\d*)?($|[^\d.,])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchMilliseconds)]
    private static partial Regex CommaThousands();

    [GeneratedRegex(@"(^|[^\d.,])(\d+|\d{1,3}(\.\d{3})+),\d+($|[^\d.,])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchMilliseconds)]
    private static partial Regex DecimalComma();

    private static class Forms
    {
        public static string[] All { get; } = [.. Moments.SelectMany(day => Clocks.Select(clock => day + clock))];
    }
}
