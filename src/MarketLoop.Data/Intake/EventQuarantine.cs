using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>Keeps rejected events, one JSON line each, in a file for each day, until somebody mends and replays them. Thread-safe.</summary>
/// <remarks>It never fails the good events: when the disk refuses, the rejection is only counted (<see cref="Lost"/>).</remarks>
public sealed class EventQuarantine : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly string folder;
    private readonly IntakeOptions options;
    private long kept;
    private long lost;

    /// <summary>Opens the quarantine of a data folder and counts what is in it.</summary>
    /// <param name="folder">The folder <c>quarantine</c>; made when missing.</param>
    /// <param name="options">Limits.</param>
    public EventQuarantine(string folder, IntakeOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        this.folder = Directory.CreateDirectory(folder).FullName;
        this.options = options;
        kept = Directory.EnumerateFiles(this.folder, "events-*.jsonl").Sum(CountLines);
    }

    /// <summary>Events in quarantine.</summary>
    public long Kept => Interlocked.Read(ref kept);

    /// <summary>Rejections that could not be kept: the day's limit was reached or the disk refused.</summary>
    public long Lost => Interlocked.Read(ref lost);

    internal async ValueTask AddAsync(IReadOnlyList<QuarantinedEvent> rejected, SourceId source, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        if (rejected.Count == 0)
        {
            return;
        }

        ArrayBufferWriter<byte> lines = new();
        foreach (QuarantinedEvent item in rejected)
        {
            WriteLine(lines, item, source, receivedAt);
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"events-{receivedAt.UtcDateTime:yyyyMMdd}.jsonl");
        await gate.WaitAsync(cancellationToken);
        try
        {
            await using FileStream file = new(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read);
            if (file.Length + lines.WrittenCount > options.MaxQuarantineBytesPerDay)
            {
                Interlocked.Add(ref lost, rejected.Count);
                return;
            }

            await file.WriteAsync(lines.WrittenMemory, CancellationToken.None);
            Interlocked.Add(ref kept, rejected.Count);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            Interlocked.Add(ref lost, rejected.Count);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();

    private static void WriteLine(ArrayBufferWriter<byte> lines, QuarantinedEvent item, SourceId source, DateTimeOffset receivedAt)
    {
        using (Utf8JsonWriter writer = new(lines))
        {
            writer.WriteStartObject();
            writer.WriteString("receivedAt", receivedAt.ToUniversalTime());
            writer.WriteString("source", source.Value);
            writer.WriteNumber("index", item.Fault.Index);
            writer.WriteString("code", item.Fault.Code);
            writer.WriteString("reason", item.Fault.Reason);
            ReadOnlySpan<byte> content = item.Event is { } parsed ? JsonMarshal.GetRawUtf8Value(parsed) : item.Text.Span;
            if (Utf8.IsValid(content))
            {
                // As text, not as nested JSON: it must come out again byte for byte, line breaks included.
                writer.WriteString("event", content);
            }
            else
            {
                writer.WriteBase64String("eventBase64", content);
            }

            writer.WriteEndObject();
        }

        lines.Write("\n"u8);
    }

    private static long CountLines(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[64 * 1024];
        long count = 0;
        int read;
        while ((read = file.Read(buffer)) > 0)
        {
            count += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return count;
    }
}

/// <summary>A rejected event on its way into the quarantine.</summary>
internal sealed record QuarantinedEvent(EventFault Fault, JsonElement? Event, ReadOnlyMemory<byte> Text = default);
