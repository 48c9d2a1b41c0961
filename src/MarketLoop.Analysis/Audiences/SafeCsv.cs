using System.Buffers;
using System.Globalization;
using System.Text;

namespace MarketLoop.Analysis.Audiences;

/// <summary>Writes CSV (RFC 4180) that a spreadsheet opens as text: a value that it would take for a formula gets an apostrophe in front.</summary>
/// <remarks>Formulas begin with = + - @, or with a tab or carriage return that is stripped before them; full-width forms of the signs count too, since some programs take them alike. Numbers stay numbers.</remarks>
internal sealed class SafeCsv
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n\t;");
    private readonly StringBuilder text = new();

    public void Row(params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Cell(values[i]));
        }

        text.Append("\r\n");
    }

    public override string ToString() => text.ToString();

    private static string Cell(object? value) => value switch
    {
        null => "",
        string words => Quote(IsFormula(words) ? "'" + words : words),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(value.ToString() ?? ""),
    };

    private static bool IsFormula(string words) => words.Length > 0 && words[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';

    private static string Quote(string words) =>
        words.AsSpan().ContainsAny(Quoted) || words.StartsWith('\'') ? $"\"{words.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : words;
}
