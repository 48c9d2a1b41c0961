using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Persistence;

/// <summary>
/// Writes a model: magic "MLPM", four letters for the kind, version (u16), the fields, SHA-256 of all before it.
/// Little-endian everywhere. The same fields give the same bytes. A model may follow another in one stream.
/// </summary>
internal sealed class ModelWriter : IDisposable
{
    /// <summary>First four bytes of every model.</summary>
    public const string Magic = "MLPM";

    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public ModelWriter(Stream stream, string kind, ushort version)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        Span<byte> header = stackalloc byte[10];
        Encoding.ASCII.GetBytes(Magic, header);
        Encoding.ASCII.GetBytes(kind, header[4..]);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], version);
        WriteRaw(header);
    }

    public void Write(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        WriteRaw(bytes);
    }

    public void Write(double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        WriteRaw(bytes);
    }

    public void Write(bool value) => WriteRaw([value ? (byte)1 : (byte)0]);

    /// <summary>Writes numbers without their count: the reader knows it from fields before.</summary>
    public void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Model files are little-endian.");
        }

        WriteRaw(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Writes starts, columns and values of a sparse matrix; the reader knows its sides from fields before.</summary>
    public void Write(SparseMatrix matrix)
    {
        Write<int>(matrix.Starts);
        Write<int>(matrix.Indices);
        Write<float>(matrix.Values);
    }

    /// <summary>Writes the checksum; the model is complete with it.</summary>
    public void Complete()
    {
        Span<byte> checksum = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(checksum);
        _stream.Write(checksum);
    }

    public void Dispose() => _hash.Dispose();

    private void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _stream.Write(bytes);
    }
}
