using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace MarketLoop.Data.Importing;

/// <summary>Writes dropped rows to a CSV file: the row as it was, its line and the reason. The same rows make the same file under the same name.</summary>
internal sealed class RejectedRows : IAsyncDisposable
{
    private readonly XxHash64 hash = new();
    private readonly string folder;
    private readonly string prefix;
    private readonly string header;
    private readonly StringBuilder line = new();
    private string? temporary;
    private StreamWriter? writer;

    /// <summary>Prepares a file; it is made with the first row.</summary>
    public RejectedRows(string folder, string source, IReadOnlyList<string> headers)
    {
        this.folder = folder;
        prefix = $"import-{string.Concat(source.Select(sign => char.IsAsciiLetterOrDigit(sign) || sign == '-' ? sign : '_'))}";
        line.AppendJoin(',', headers.Select(Quote)).Append(",line,reason");
        header = line.ToString();
    }

    /// <summary>Adds a row.</summary>
    public async ValueTask AddAsync(IReadOnlyList<string> fields, long lineNumber, string reason)
    {
        if (writer is null)
        {
            Directory.CreateDirectory(folder);
            temporary = Path.Combine(folder, $".{prefix}-{Environment.ProcessId}-{Guid.NewGuid():N}.part");
            writer = new StreamWriter(temporary, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 128 * 1024);
            await writer.WriteLineAsync(header);
        }

        line.Clear();
        foreach (string field in fields)
        {
            line.Append(Quote(field)).Append(',');
        }

        line.Append(CultureInfo.InvariantCulture, $"{lineNumber},{reason}\n");
        foreach (ReadOnlyMemory<char> chunk in line.GetChunks())
        {
            hash.Append(MemoryMarshal.AsBytes(chunk.Span));
            await writer.WriteAsync(chunk);
        }
    }

    /// <summary>Gives the file its name, relative to the data folder; null when no row was dropped.</summary>
    public async Task<string?> CompleteAsync()
    {
        if (writer is null)
        {
            return null;
        }

        await writer.DisposeAsync();
        writer = null;
        string name = $"{prefix}-{hash.GetCurrentHashAsUInt64():x16}.csv";
        File.Move(temporary!, Path.Combine(folder, name), overwrite: true); // set together with the writer
        return $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}/{name}";
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (writer is not null)
        {
            await writer.DisposeAsync();
            File.Delete(temporary!); // set together with the writer
        }
    }

    private static string Quote(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
