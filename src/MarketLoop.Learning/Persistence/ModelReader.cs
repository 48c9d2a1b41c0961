using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Persistence;

/// <summary>
/// Reads what <see cref="ModelWriter"/> wrote and refuses everything else with an <see cref="InvalidDataException"/> that says
/// what is wrong. Never reads past the model, never allocates more than the stream has shown to hold.
/// </summary>
internal sealed class ModelReader : IDisposable
{
    private const int FirstChunk = 1 << 16;

    private readonly Stream _stream;
    private readonly string _kind;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public ModelReader(Stream stream, string kind, ushort newestVersion)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _kind = kind;
        Span<byte> header = stackalloc byte[10];
        ReadRaw(header);
        if (!header[..4].SequenceEqual("MLPM"u8))
        {
            throw new InvalidDataException("This is not a model file of MarketLoop: its first four bytes are not MLPM.");
        }

        var found = Encoding.ASCII.GetString(header[4..8]);
        if (!string.Equals(found, kind, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The file holds a model of kind '{found}', not '{kind}'.");
        }

        Version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (Version == 0 || Version > newestVersion)
        {
            throw new InvalidDataException($"The '{kind}' model has format version {Version}; this program reads up to {newestVersion}.");
        }
    }

    /// <summary>Format version of the file.</summary>
    public ushort Version { get; }

    public int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        ReadRaw(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    /// <summary>Reads a count and refuses one outside its range before anything is allocated for it.</summary>
    public int ReadCount(int minimum = 0, int maximum = int.MaxValue)
    {
        var count = ReadInt32();
        return count >= minimum && count <= maximum ? count : throw Corrupt($"a count is {count}, outside {minimum}..{maximum}");
    }

    public double ReadFiniteDouble()
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        ReadRaw(bytes);
        var value = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
        return double.IsFinite(value) ? value : throw Corrupt("a number is not finite");
    }

    public bool ReadBoolean()
    {
        Span<byte> bytes = stackalloc byte[1];
        ReadRaw(bytes);
        return bytes[0] <= 1 ? bytes[0] == 1 : throw Corrupt("a yes/no field is neither");
    }

    /// <summary>Reads <paramref name="count"/> numbers. Grows as bytes arrive, so that a forged count cannot exhaust memory.</summary>
    public T[] ReadArray<T>(long count)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Model files are little-endian.");
        }

        if (count < 0 || count > Array.MaxLength)
        {
            throw Corrupt($"an array of {count} numbers is announced");
        }

        var values = new T[(int)Math.Min(count, FirstChunk)];
        var filled = 0;
        while (true)
        {
            ReadRaw(MemoryMarshal.AsBytes(values.AsSpan(filled)));
            filled = values.Length;
            if (filled == count)
            {
                return values;
            }

            Array.Resize(ref values, (int)Math.Min(count, filled * 4L));
        }
    }

    /// <summary>Reads starts, columns and values of a sparse matrix, and refuses one whose rows or columns are not what they must be.</summary>
    public SparseMatrix ReadSparse(int rows, int columns)
    {
        var starts = ReadArray<int>(rows + 1L);
        Require(starts[0] == 0, "the first row does not start at 0");
        for (var row = 0; row < rows; row++)
        {
            Require(starts[row] <= starts[row + 1], "rows do not ascend");
        }

        var indices = ReadArray<int>(starts[rows]);
        foreach (var index in indices)
        {
            Require((uint)index < (uint)columns, "a cell lies outside its matrix");
        }

        var values = ReadArray<float>(starts[rows]);
        Require(values.Length == 0 || TensorPrimitives.IsFiniteAll<float>(values), "a cell is not finite");
        return new SparseMatrix(columns, starts, indices, values);
    }

    /// <summary>Reads the checksum and compares; call it before the model is built.</summary>
    public void Complete()
    {
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> found = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(expected);
        Fill(found);
        if (!expected.SequenceEqual(found))
        {
            throw Corrupt("its checksum does not match its content");
        }
    }

    /// <summary>Refuses the file when an invariant of the model does not hold.</summary>
    public void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw Corrupt(otherwise);
        }
    }

    public void Dispose() => _hash.Dispose();

    private InvalidDataException Corrupt(string why) => new($"The '{_kind}' model is corrupt: {why}.");

    private void ReadRaw(Span<byte> bytes)
    {
        Fill(bytes);
        _hash.AppendData(bytes);
    }

    private void Fill(Span<byte> bytes)
    {
        try
        {
            _stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"The '{_kind}' model is corrupt: it ends early.", exception);
        }
    }
}
