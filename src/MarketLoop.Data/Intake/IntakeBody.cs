using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace MarketLoop.Data.Intake;

/// <summary>A body of the tracking API, parsed once: the endpoint looks for a key in it, the intake for events. Not thread-safe.</summary>
public sealed class IntakeBody : IDisposable
{
    // Far deeper than any event that is accepted: one nested event must not cost its whole batch.
    private static readonly JsonDocumentOptions Parsing = new() { MaxDepth = 4096 };
    private readonly JsonDocument document;

    private IntakeBody(JsonDocument document) => this.document = document;

    /// <summary>The parsed body.</summary>
    public JsonElement Root => document.RootElement;

    /// <summary>The write key that some SDKs put into the body; null when there is none.</summary>
    public string? WriteKey
    {
        get
        {
            try
            {
                return JsonFields.Text(Root, "writeKey");
            }
            catch (InvalidOperationException)
            {
                return null; // a text that is not valid Unicode is nobody's key
            }
        }
    }

    /// <summary>True when the request came with Global Privacy Control: it then holds for every event of the body.</summary>
    public bool HasPrivacyControl { get; set; }

    /// <summary>A property of the body; null when it is missing, or when a name beside it is not valid Unicode.</summary>
    internal JsonElement? Read(string name)
    {
        try
        {
            return JsonFields.TryRead(Root, name);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Parses a body whatever its content type says.</summary>
    /// <param name="utf8Json">The body; must stay unchanged until the result is disposed.</param>
    /// <param name="body">The parsed body.</param>
    /// <param name="reason">Where the JSON breaks off, without its content.</param>
    public static bool TryParse(ReadOnlyMemory<byte> utf8Json, [NotNullWhen(true)] out IntakeBody? body, [NotNullWhen(false)] out string? reason)
    {
        if (utf8Json.Span.StartsWith("\uFEFF"u8))
        {
            utf8Json = utf8Json[3..];
        }

        body = null;
        reason = null;
        try
        {
            body = new IntakeBody(JsonDocument.Parse(utf8Json, Parsing));
            return true;
        }
        catch (JsonException exception)
        {
            reason = string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"The body is not JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}).");
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose() => document.Dispose();
}
