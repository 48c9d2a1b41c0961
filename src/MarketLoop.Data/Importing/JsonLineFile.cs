using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using MarketLoop.Data.Intake;

namespace MarketLoop.Data.Importing;

/// <summary>A file of one JSON object a line, whose objects a reading understands. Blank lines are passed over.</summary>
internal sealed class JsonLineFile : IRowFile
{
    private const int LongestLine = 16 * 1024 * 1024;
    private readonly Stream file;
    private readonly Stream content;
    private readonly Func<JsonElement, UInt128, RowReading> read;
    private byte[] buffer = new byte[256 * 1024];
    private int start;
    private int end;
    private bool isEnd;
    private ReadOnlyMemory<byte> line;

    public JsonLineFile(Stream file, Stream content, Func<JsonElement, UInt128, RowReading> read)
    {
        this.file = file;
        this.content = content;
        this.read = read;
    }

    /// <inheritdoc />
    public IReadOnlyList<string> Headers { get; } = ["event"];

    /// <inheritdoc />
    public IReadOnlyList<string> Fields => [Encoding.UTF8.GetString(line.Span)];

    /// <inheritdoc />
    public long Line { get; private set; }

    /// <inheritdoc />
    public double? Share => file.CanSeek && file.Length > 0 ? Math.Min(1.0, (double)file.Position / file.Length) : null;

    /// <inheritdoc />
    public UInt128 Fingerprint => XxHash128.HashToUInt128(line.Span);

    /// <summary>Opens a file, plain or gzipped; the stream stays open.</summary>
    public static async Task<JsonLineFile> OpenAsync(Stream file, Func<JsonElement, UInt128, RowReading> read, CancellationToken cancellationToken) =>
        new(file, await PlainContent.OpenAsync(file, cancellationToken), read);

    /// <inheritdoc />
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (await TakeLineAsync(cancellationToken))
        {
            Line++;
            line = line[(line.Span.StartsWith("\uFEFF"u8) ? 3 : 0)..].Trim(" \t\r"u8);
            if (!line.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc />
    public RowReading Read()
    {
        if (!IntakeBody.TryParse(line, out IntakeBody? body, out _))
        {
            return RowReading.Refused(FaultCodes.MalformedJson);
        }

        using (body)
        {
            return read(body.Root, Fingerprint);
        }
    }

    /// <inheritdoc />
    public void Dispose() => content.Dispose();

    private async ValueTask<bool> TakeLineAsync(CancellationToken cancellationToken)
    {
        int looked = start;
        while (true)
        {
            int found = buffer.AsSpan(looked, end - looked).IndexOf((byte)'\n');
            if (found >= 0 || (isEnd && end > start))
            {
                int stop = found >= 0 ? looked + found : end;
                line = buffer.AsMemory(start, stop - start);
                start = found >= 0 ? stop + 1 : end;
                return true;
            }

            if (isEnd)
            {
                return false;
            }

            looked = end - start;
            await FillAsync(cancellationToken);
        }
    }

    // What is left moves to the front; a line longer than the buffer doubles it.
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        int kept = end - start;
        if (kept >= LongestLine)
        {
            throw new ImportFormatException("A line has more than 16 MB: the file is not one JSON object a line.");
        }

        byte[] target = kept > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
        Buffer.BlockCopy(buffer, start, target, 0, kept);
        (buffer, start, end) = (target, 0, kept);
        try
        {
            int count = await content.ReadAsync(buffer.AsMemory(end), cancellationToken);
            end += count;
            isEnd = count == 0;
        }
        catch (InvalidDataException damaged)
        {
            throw new ImportFormatException(string.Create(CultureInfo.InvariantCulture, $"The compressed file is damaged after line {Line}: {damaged.Message}"));
        }
    }
}
