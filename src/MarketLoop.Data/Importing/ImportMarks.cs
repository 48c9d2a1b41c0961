using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Remembers how far an import came: a mark for each stored block of rows, so that an interrupted one goes on where it stopped.</summary>
/// <remarks>
/// A mark carries the hash of its rows, so a file that changed is noticed at the first changed block; from there on everything is stored again, and the log keeps
/// it once. A mark is written after the disk has the block. The file goes when the import is complete.
/// </remarks>
internal sealed class ImportMarks : IDisposable
{
    private const int MarkBytes = 24;
    private readonly List<ImportMark> marks = [];
    private readonly FileStream file;
    private int at;
    private bool isFollowing = true;

    private ImportMarks(FileStream file)
    {
        this.file = file;
        Span<byte> bytes = stackalloc byte[MarkBytes];
        while (file.ReadAtLeast(bytes, MarkBytes, throwOnEndOfStream: false) == MarkBytes)
        {
            marks.Add(new ImportMark(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes),
                (long)BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                (long)BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..])));
        }
    }

    /// <summary>Opens the marks of a file that begins with this block; an import that was interrupted left some.</summary>
    /// <exception cref="MarketLoopException">The same file is being imported, or the disk refuses.</exception>
    public static ImportMarks Open(string folder, string format, SourceId source, ulong firstBlock)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{format}-{XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(source.Value)):x16}-{firstBlock:x16}.marks");
        try
        {
            Directory.CreateDirectory(folder);
            return new ImportMarks(new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new MarketLoopException($"The import cannot begin: is the same file being imported already? {refused.Message}", isTransient: true, refused);
        }
    }

    /// <summary>The mark of the next block, when an earlier run stored exactly this one; null when it is to be stored.</summary>
    public ImportMark? Pass(ulong block)
    {
        isFollowing = isFollowing && at < marks.Count && marks[at].Block == block;
        return isFollowing ? marks[at++] : null;
    }

    /// <summary>Adds a mark for a block that is stored.</summary>
    public void Add(ImportMark mark)
    {
        Span<byte> bytes = stackalloc byte[MarkBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, mark.Block);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (ulong)mark.Stored);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (ulong)mark.Duplicates);
        if (file.Position != (long)at * MarkBytes)
        {
            file.SetLength((long)at * MarkBytes);
            file.Position = file.Length;
        }

        file.Write(bytes);
        at++;
    }

    /// <summary>The import is whole: forgets the marks.</summary>
    public void Complete()
    {
        string path = file.Name;
        file.Dispose();
        File.Delete(path);
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();
}

/// <summary>One stored block of rows.</summary>
/// <param name="Block">Hash of its rows.</param>
/// <param name="Stored">Events that storing it added.</param>
/// <param name="Duplicates">Events that were there before.</param>
internal readonly record struct ImportMark(ulong Block, long Stored, long Duplicates);
