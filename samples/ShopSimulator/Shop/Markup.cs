using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ShopSimulator.Shop;

/// <summary>HTML. Whatever is put into an interpolated text is escaped unless it is <see cref="Markup"/> itself, so that no page can forget it.</summary>
internal readonly record struct Markup(string Text)
{
    /// <summary>Nothing.</summary>
    public static Markup Empty { get; } = new("");

    /// <summary>The parts, one after the other.</summary>
    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.Text)));

    /// <summary>Makes HTML of an interpolated text.</summary>
    public static Markup Html(MarkupBuilder builder) => builder.Finish();

    /// <inheritdoc />
    public override string ToString() => Text;
}

/// <summary>Collects the parts of an interpolated text.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkupBuilder
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly StringBuilder text;

    /// <summary>Called by the compiler.</summary>
    public MarkupBuilder(int literalLength, int formattedCount) => text = new StringBuilder(literalLength + 16 * formattedCount);

    /// <summary>A part as it was written in the source.</summary>
    public void AppendLiteral(string part) => text.Append(part);

    /// <summary>A part that is HTML.</summary>
    public void AppendFormatted(Markup part) => text.Append(part.Text);

    /// <summary>Any other part: escaped.</summary>
    public void AppendFormatted<T>(T part) => text.Append(Encoder.Encode(Convert.ToString(part, CultureInfo.InvariantCulture) ?? ""));

    /// <summary>All of it.</summary>
    public Markup Finish() => new(text.ToString());
}
