using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.IO.Pipelines;
using System.Text;
using CsvHelper;

namespace MarketLoop.Data.Importing;

/// <summary>Reads a CSV file row by row, plain or gzipped, without ever holding the file.</summary>
internal sealed class CsvRows : IDisposable
{
    private static readonly byte[] Separator = [0xFF];
    private static readonly CsvReaderOptions WithHeader = MakeOptions(hasHeader: true);
    private static readonly CsvReaderOptions WithoutHeader = MakeOptions(hasHeader: false);

    private readonly Stream file;
    private readonly CsvReader reader;
    private readonly XxHash128 fingerprint = new();

    private CsvRows(Stream file, CsvReader reader, string[] headers)
    {
        this.file = file;
        this.reader = reader;
        Headers = headers;
    }

    /// <summary>Column names in file order.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>Line at which the current row begins, header = 1.</summary>
    public long Line => reader.LineNumber;

    /// <summary>The current row as it stands in the file; may have more or fewer fields than the header.</summary>
    public string[] Fields => reader.Current.ToArray();

    /// <summary>Share of the file that was read; null when its length is unknown.</summary>
    public double? Share => file.CanSeek && file.Length > 0 ? Math.Min(1.0, (double)file.Position / file.Length) : null;

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="file">The file, plain or gzipped.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="nameColumns">Names the columns of a file whose first line, given here, is no header; null from it, or none at all, reads the header.</param>
    /// <exception cref="ImportFormatException">The file is empty or is no gzip inside.</exception>
    public static async Task<CsvRows> OpenAsync(Stream file, CancellationToken cancellationToken, Func<string, string[]?>? nameColumns = null)
    {
        Stream content = await PlainContent.OpenAsync(file, cancellationToken);
        if (nameColumns is not null)
        {
            (string line, content) = await PlainContent.PeekLineAsync(content, cancellationToken);
            if (nameColumns(line) is { } named)
            {
                return new CsvRows(file, CsvReader.Create(content, WithoutHeader, leaveOpen: false), named);
            }
        }

        CsvReader opened = CsvReader.Create(content, WithHeader, leaveOpen: false);
        string[] headers = [];
        try
        {
            await opened.ReadHeaderAsync(cancellationToken);
            headers = [.. opened.Headers.Select(name => name.Trim())];
        }
        catch (Exception trouble) when (trouble is InvalidDataException or CsvFormatException)
        {
            // Judged below with the empty file: no header could be read.
        }

        if (headers.All(string.IsNullOrEmpty))
        {
            opened.Dispose();
            throw new ImportFormatException("The file has no header line.");
        }

        return new CsvRows(file, opened, headers);
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="ImportFormatException">The file breaks off or is damaged.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (Exception trouble) when (trouble is InvalidDataException or CsvFormatException)
        {
            throw new ImportFormatException($"The file is damaged after line {Line.ToString(CultureInfo.InvariantCulture)}: {trouble.Message}");
        }
    }

    /// <summary>Place of a column, by its name without case; -1 when there is none.</summary>
    public int IndexOf(string? column) =>
        column is null ? -1 : ((List<string>)[.. Headers]).FindIndex(header => string.Equals(header, column, StringComparison.OrdinalIgnoreCase));

    /// <summary>Place of a column that must be there.</summary>
    /// <exception cref="ImportFormatException">There is none of that name.</exception>
    public int Need(string column) => IndexOf(column) is var place and >= 0
        ? place
        : throw new ImportFormatException($"The file lacks {column}; its columns are {string.Join(", ", Headers)}.");

    /// <summary>A field of the current row, trimmed; null when blank, missing or the column is -1.</summary>
    public string? Field(int column)
    {
        if (column < 0 || column >= reader.FieldCount)
        {
            return null;
        }

        string value = reader.GetString(column).Trim();
        return value.Length == 0 ? null : value;
    }

    /// <summary>The bytes of a field of the current row, without ASCII blanks around them; empty when blank, missing or the column is -1. Valid until the next row.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        ReadOnlySpan<byte> field = column < 0 || column >= reader.FieldCount ? default : reader.GetSpan(column);
        return field[Ascii.Trim(field)];
    }

    /// <summary>As <see cref="Field"/>, for texts that seldom repeat: they are not looked for among earlier ones.</summary>
    public string? Unique(int column)
    {
        ReadOnlySpan<byte> field = Bytes(column);
        string text = field.IsEmpty ? "" : Encoding.UTF8.GetString(field).Trim();
        return text.Length == 0 ? null : text;
    }

    /// <summary>Fingerprint of the current row's fields.</summary>
    public UInt128 Fingerprint()
    {
        fingerprint.Reset();
        for (int index = 0; index < reader.FieldCount; index++)
        {
            fingerprint.Append(reader.GetSpan(index));
            fingerprint.Append(Separator);
        }

        return fingerprint.GetCurrentHashAsUInt128();
    }

    /// <inheritdoc />
    public void Dispose() => reader.Dispose();

    private static CsvReaderOptions MakeOptions(bool hasHeader) => new()
    {
        HasHeader = hasHeader,
        TrackLineNumbers = true,
        PoolStrings = true,
        SkipEmptyLines = true,

        // An unclosed quote would otherwise swallow the rest of the file into one field.
        MaxRecordSize = 4 * 1024 * 1024,
        BufferSize = 256 * 1024,
    };
}

/// <summary>Looks into a stream's first bytes and unpacks it when it is gzip; the name of the file is never asked.</summary>
public static class PlainContent
{
    /// <summary>The content, unpacked. The given stream stays open.</summary>
    public static async Task<Stream> OpenAsync(Stream file, CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 128 * 1024, leaveOpen: true));
        ReadResult start = await reader.ReadAtLeastAsync(2, cancellationToken);
        bool isGzip = start.Buffer.Length >= 2 && start.Buffer.Slice(0, 2).ToArray() is [0x1F, 0x8B];
        reader.AdvanceTo(start.Buffer.Start);
        Stream content = reader.AsStream();
        return isGzip ? new GZipStream(content, CompressionMode.Decompress) : content;
    }

    /// <summary>The first line of a stream, at most 4 kB of it, and the stream as if nobody had read.</summary>
    public static async Task<(string Line, Stream Content)> PeekLineAsync(Stream content, CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: 128 * 1024));
        try
        {
            ReadResult start = await reader.ReadAtLeastAsync(4096, cancellationToken);
            byte[] head = start.Buffer.Slice(0, Math.Min(4096, start.Buffer.Length)).ToArray();
            reader.AdvanceTo(start.Buffer.Start);
            int end = head.AsSpan().IndexOfAny("\r\n"u8);
            return (Encoding.UTF8.GetString(end < 0 ? head : head.AsSpan(0, end)), reader.AsStream());
        }
        catch (InvalidDataException damaged)
        {
            throw new ImportFormatException($"The compressed file is damaged: {damaged.Message}");
        }
    }
}
