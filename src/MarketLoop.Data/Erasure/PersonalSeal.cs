using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using MarketLoop.Domain;

namespace MarketLoop.Data.Erasure;

/// <summary>Encrypts the personal part of a record with its person's key (AES-128-GCM). One thread at a time; make one for each pass.</summary>
/// <remarks>Sealed bytes: 4 random bytes, drawn for each pass, ciphertext, tag. The nonce is the record's position in the log, which never comes twice, and the random bytes, which
/// keep a restored copy of a folder from using a nonce of the original again. Without the key the bytes say nothing: that is how a person is erased from files that are never rewritten.</remarks>
internal sealed class PersonalSeal(PersonKeys keys) : IDisposable
{
    private const int SaltBytes = 4;
    private const int TagBytes = 12;
    private const int NonceBytes = 12;
    private const int CiphersKept = 512; // direct-mapped by number: a timeline or a block sorted by person hits, a scan over everybody misses

    private readonly (long Number, AesGcm? Cipher)[] ciphers = new (long, AesGcm?)[CiphersKept];
    private readonly byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
    private byte[] plain = new byte[1024];

    /// <summary>Bytes that sealing adds.</summary>
    public const int OverheadBytes = SaltBytes + TagBytes;

    /// <summary>Seals a record's personal part, behind what the target holds.</summary>
    /// <exception cref="InvalidOperationException">The person has no key.</exception>
    public void Close(ArrayBufferWriter<byte> target, long number, long position, ReadOnlySpan<byte> personal)
    {
        AesGcm cipher = CipherOf(number) ?? throw new InvalidOperationException("Nothing can be sealed for a person without a key.");
        int length = OverheadBytes + personal.Length;
        Span<byte> closed = target.GetSpan(length)[..length];
        salt.CopyTo(closed);
        Span<byte> nonce = stackalloc byte[NonceBytes];
        FillNonce(nonce, position, salt);
        cipher.Encrypt(nonce, personal, closed.Slice(SaltBytes, personal.Length), closed[(SaltBytes + personal.Length)..]);
        target.Advance(length);
    }

    /// <summary>Opens a sealed part; the bytes are valid until the next call. False when the person was erased.</summary>
    /// <exception cref="MarketLoopException">The bytes are not what was sealed.</exception>
    public bool TryOpen(long number, long position, ReadOnlySpan<byte> closed, out ReadOnlySpan<byte> personal)
    {
        personal = default;
        if (closed.Length < OverheadBytes || CipherOf(number) is not AesGcm cipher)
        {
            return false;
        }

        int length = closed.Length - OverheadBytes;
        if (plain.Length < length)
        {
            plain = new byte[Math.Max(length, plain.Length * 2)];
        }

        Span<byte> nonce = stackalloc byte[NonceBytes];
        FillNonce(nonce, position, closed[..SaltBytes]);
        try
        {
            cipher.Decrypt(nonce, closed.Slice(SaltBytes, length), closed[(SaltBytes + length)..], plain.AsSpan(0, length));
        }
        catch (CryptographicException changed)
        {
            return keys.Contains(number)
                ? throw new MarketLoopException($"Record {position} of the log is damaged: its personal part is not what was written.", isTransient: false, changed)
                : false; // erased in this very moment
        }

        personal = plain.AsSpan(0, length);
        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach ((_, AesGcm? cipher) in ciphers)
        {
            cipher?.Dispose();
        }
    }

    private static void FillNonce(Span<byte> nonce, long position, ReadOnlySpan<byte> salt)
    {
        BinaryPrimitives.WriteInt64LittleEndian(nonce, position);
        salt.CopyTo(nonce[8..]);
    }

    private AesGcm? CipherOf(long number)
    {
        ref (long Number, AesGcm? Cipher) slot = ref ciphers[number & (CiphersKept - 1)];
        if (slot.Cipher is not null && slot.Number == number)
        {
            return slot.Cipher;
        }

        Span<byte> key = stackalloc byte[PersonKeys.KeyBytes];
        if (!keys.TryCopy(number, key))
        {
            return null;
        }

        slot.Cipher?.Dispose();
        slot = (number, new AesGcm(key, TagBytes));
        CryptographicOperations.ZeroMemory(key);
        return slot.Cipher;
    }
}
