using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using MarketLoop.Data.Intake;

namespace MarketLoop.Data.Importing;

/// <summary>A file of products, read forward one by one. Fields bear Google's names: without <c>g:</c>, in small letters, blanks as underscores.</summary>
internal interface IProductFile : IDisposable
{
    /// <summary>Columns of the refused rows.</summary>
    IReadOnlyList<string> Headers { get; }

    /// <summary>The current product as it stands in the file.</summary>
    IReadOnlyList<string> Raw { get; }

    /// <summary>Line at which the current product begins, from 1.</summary>
    long Line { get; }

    /// <summary>Share of the file that was read, 0..1; null when its length is unknown.</summary>
    double? Share { get; }

    /// <summary>Goes to the next product; false at the end.</summary>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Its fields; null when it is no product at all.</summary>
    IReadOnlyDictionary<string, string>? Read();
}

/// <summary>Names of fields as they are compared.</summary>
internal static class FieldName
{
    public static string Of(string written)
    {
        string name = written.Trim();
        name = name.StartsWith("g:", StringComparison.OrdinalIgnoreCase) ? name[2..] : name;
        return name.ToLowerInvariant().Replace(' ', '_').Replace('-', '_');
    }
}

/// <summary>A feed as a table, separated by commas or tabs.</summary>
internal sealed class TableFeed(CsvRows rows) : IProductFile
{
    private readonly string[] names = [.. rows.Headers.Select(FieldName.Of)];

    public IReadOnlyList<string> Headers => rows.Headers;

    public IReadOnlyList<string> Raw => rows.Fields;

    public long Line => rows.Line;

    public double? Share => rows.Share;

    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => rows.ReadAsync(cancellationToken);

    public IReadOnlyDictionary<string, string> Read()
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        for (int index = 0; index < names.Length; index++)
        {
            if (rows.Field(index) is { } value)
            {
                fields.TryAdd(names[index], value);
            }
        }

        return fields;
    }

    public void Dispose() => rows.Dispose();
}

/// <summary>A feed as XML (RSS items or Atom entries). No document type, so no entity of its own and nothing fetched.</summary>
internal sealed class XmlFeed : IProductFile
{
    private const string GoogleNamespace = "http://base.google.com/ns/1.0";
    private static readonly XmlReaderSettings Settings = new()
    {
        Async = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreWhitespace = true,
        IgnoreComments = true,
    };

    private readonly Stream file;
    private readonly XmlReader reader;
    private XElement item = new("none");

    public XmlFeed(Stream file, Stream content)
    {
        this.file = file;
        reader = XmlReader.Create(content, Settings);
    }

    public IReadOnlyList<string> Headers { get; } = ["product"];

    public IReadOnlyList<string> Raw => [JsonSerializer.Serialize(Read())];

    public long Line { get; private set; }

    public double? Share => file.CanSeek && file.Length > 0 ? Math.Min(1.0, (double)file.Position / file.Length) : null;

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!reader.EOF)
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "item" or "entry" })
                {
                    Line = ((IXmlLineInfo)reader).LineNumber;
                    item = (XElement)await XNode.ReadFromAsync(reader, cancellationToken);
                    return true;
                }

                await reader.ReadAsync();
            }

            return false;
        }
        catch (XmlException wrong)
        {
            throw new ImportFormatException(string.Create(CultureInfo.InvariantCulture, $"The XML cannot be read at line {wrong.LineNumber}: {wrong.Message}"));
        }
        catch (InvalidDataException damaged)
        {
            throw new ImportFormatException($"The compressed file is damaged: {damaged.Message}");
        }
    }

    public IReadOnlyDictionary<string, string> Read()
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);

        // Google's own element wins over RSS's of the same name.
        foreach (XElement field in item.Elements().OrderBy(element => string.Equals(element.Name.NamespaceName, GoogleNamespace, StringComparison.Ordinal) ? 0 : 1))
        {
            string value = field.Name.LocalName is "link" && field.Value.Length == 0 ? field.Attribute("href")?.Value ?? "" : field.Value;
            if (!string.IsNullOrWhiteSpace(value) && !field.HasElements)
            {
                fields.TryAdd(FieldName.Of(field.Name.LocalName), value.Trim());
            }
        }

        return fields;
    }

    public void Dispose() => reader.Dispose();
}

/// <summary>Products as JSON, one object a line.</summary>
internal sealed class JsonProducts : IProductFile
{
    private readonly JsonLineFile lines;
    private IReadOnlyDictionary<string, string>? fields;

    private JsonProducts(Func<Func<JsonElement, UInt128, RowReading>, JsonLineFile> open) => lines = open((item, _) =>
    {
        fields = Flatten(item);
        return default;
    });

    public IReadOnlyList<string> Headers { get; } = ["product"];

    public IReadOnlyList<string> Raw => lines.Fields;

    public long Line => lines.Line;

    public double? Share => lines.Share;

    public static async Task<JsonProducts> OpenAsync(Stream file, CancellationToken cancellationToken)
    {
        Stream content = await PlainContent.OpenAsync(file, cancellationToken);
        return new JsonProducts(read => new JsonLineFile(file, content, read));
    }

    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => lines.ReadAsync(cancellationToken);

    public IReadOnlyDictionary<string, string>? Read()
    {
        fields = null;
        lines.Read();
        return fields;
    }

    public void Dispose() => lines.Dispose();

    /// <summary>An object's fields by Google's names; those of an inner <c>attributes</c> stand beside them, a text in two languages as <c>name</c> and <c>name_zh</c>.</summary>
    public static IReadOnlyDictionary<string, string>? Flatten(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        Dictionary<string, string> found = new(StringComparer.Ordinal);
        try
        {
            foreach (JsonProperty property in item.EnumerateObject())
            {
                Add(found, FieldName.Of(Separate(property.Name)), property.Value);
            }
        }
        catch (InvalidOperationException)
        {
            return null; // a text that is not valid Unicode
        }

        return found;
    }

    private static void Add(Dictionary<string, string> found, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty inner in value.EnumerateObject().Where(inner => inner.Value.ValueKind != JsonValueKind.Object))
            {
                string innerName = FieldName.Of(Separate(inner.Name));
                Add(found, name is "attributes" ? innerName : innerName is "name" or "en" ? name : $"{name}_{innerName}", inner.Value);
            }
        }
        else if ((value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : JsonFields.Text((JsonElement?)value)) is { } text)
        {
            found.TryAdd(name, text);
        }
    }

    // imageUrl and image_url are one name.
    private static string Separate(string name) => string.Concat(name.Select((sign, index) => char.IsUpper(sign) && index > 0 && char.IsLower(name[index - 1]) ? "_" + sign : sign.ToString()));
}
