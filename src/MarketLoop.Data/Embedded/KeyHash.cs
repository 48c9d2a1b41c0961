using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using MarketLoop.Domain;

namespace MarketLoop.Data.Embedded;

/// <summary>SipHash-2-4 (Aumasson, Bernstein 2012): a 64-bit hash keyed with a secret of the data folder.</summary>
/// <remarks>Keyed, because whoever could predict the hash could send an id that collides with somebody else's and have that event taken for a duplicate.</remarks>
internal sealed class KeyHash
{
    private readonly ulong key0;
    private readonly ulong key1;

    public KeyHash(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 16, nameof(key));
        key0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        key1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
    }

    /// <summary>Hash of a record's key; the kind keeps a source named "treatment" apart from treatments.</summary>
    public ulong Of(RecordKind kind, RecordKey key)
    {
        int most = 5 + Encoding.UTF8.GetMaxByteCount(key.Scope.Length) + Encoding.UTF8.GetMaxByteCount(key.Id.Length);
        byte[]? rented = most > 512 ? ArrayPool<byte>.Shared.Rent(most) : null;
        try
        {
            Span<byte> buffer = rented is null ? stackalloc byte[512] : rented;
            buffer[0] = (byte)kind;
            int scopeBytes = Encoding.UTF8.GetBytes(key.Scope, buffer[5..]);
            BinaryPrimitives.WriteInt32LittleEndian(buffer[1..], scopeBytes);
            int idBytes = Encoding.UTF8.GetBytes(key.Id, buffer[(5 + scopeBytes)..]);
            return Of(buffer[..(5 + scopeBytes + idBytes)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Hash of a customer, the integer key that timelines are looked up by.</summary>
    public ulong Of(CustomerId customer) => Of(RecordKind.None, new RecordKey(customer.IsAnonymous ? "a" : "u", customer.Value));

    public ulong Of(ReadOnlySpan<byte> data)
    {
        ulong v0 = key0 ^ 0x736f6d6570736575;
        ulong v1 = key1 ^ 0x646f72616e646f6d;
        ulong v2 = key0 ^ 0x6c7967656e657261;
        ulong v3 = key1 ^ 0x7465646279746573;
        ulong last = (ulong)data.Length << 56;
        for (; data.Length >= 8; data = data[8..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }

        for (int i = 0; i < data.Length; i++)
        {
            last |= (ulong)data[i] << (8 * i);
        }

        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        for (int i = 0; i < 4; i++)
        {
            Round(ref v0, ref v1, ref v2, ref v3);
        }

        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}

/// <summary>Kinds of record as frames name them. Numbers are stored: never renumber.</summary>
internal enum RecordKind
{
    None = 0,
    Interaction = 1,
    Insight = 2,
    Treatment = 3,
    Delivery = 4,
    Outcome = 5,
    Heartbeat = 6,
}
