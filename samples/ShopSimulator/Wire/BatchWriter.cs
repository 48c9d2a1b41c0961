using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ShopSimulator.Wire;

/// <summary>Writes events straight into bodies of <c>POST /v1/batch</c>. Not thread-safe.</summary>
internal sealed class BatchWriter : IDisposable
{
    private const int EventsPerBatch = 200;
    private const int BytesPerBatch = 400_000;

    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> buffer = new(64 * 1024);
    private readonly List<byte[]> batches = [];
    private readonly Utf8JsonWriter json;
    private int events;

    /// <summary>An empty writer.</summary>
    public BatchWriter() => json = new Utf8JsonWriter(buffer, Options);

    /// <summary>Events written since the last <see cref="Take"/>.</summary>
    public int Written { get; private set; }

    /// <summary>Opens an event; <see cref="Close"/> ends it.</summary>
    public Utf8JsonWriter Open()
    {
        if (events == 0)
        {
            json.WriteStartObject();
            json.WriteStartArray("batch"u8);
        }

        json.WriteStartObject();
        return json;
    }

    /// <summary>Closes the event; a full batch is put aside.</summary>
    public void Close()
    {
        json.WriteEndObject();
        events++;
        Written++;
        if (events >= EventsPerBatch || buffer.WrittenCount + json.BytesPending > BytesPerBatch)
        {
            Seal();
        }
    }

    /// <summary>Takes all batches out, in order.</summary>
    public IReadOnlyList<byte[]> Take()
    {
        Seal();
        byte[][] taken = [.. batches];
        batches.Clear();
        Written = 0;
        return taken;
    }

    /// <inheritdoc />
    public void Dispose() => json.Dispose();

    private void Seal()
    {
        if (events == 0)
        {
            return;
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        batches.Add(buffer.WrittenSpan.ToArray());
        buffer.Clear();
        json.Reset(buffer);
        events = 0;
    }
}
