using System.Security.Cryptography;
using System.Text;

namespace MarketLoop.Data.Shop;

/// <summary>The two secrets of one data folder, from which every purpose derives its own key. Immutable, thread-safe.</summary>
/// <remarks>One draws (arms, exploration) and may be fixed by a seed so that a simulation repeats; the other signs and is always random.
/// Two purposes never share a key, so that a token cannot be taken for an arm's salt. Never logged, never sent.</remarks>
public sealed class ShopSecrets
{
    /// <summary>Fewest bytes of a secret.</summary>
    public const int MinimumBytes = 16;

    private readonly byte[] drawing;
    private readonly byte[] signing;

    /// <summary>Takes the folder's secrets.</summary>
    /// <exception cref="ArgumentException">One is shorter than <see cref="MinimumBytes"/>.</exception>
    public ShopSecrets(ReadOnlySpan<byte> drawing, ReadOnlySpan<byte> signing)
    {
        if (drawing.Length < MinimumBytes || signing.Length < MinimumBytes)
        {
            throw new ArgumentException($"A secret has at least {MinimumBytes} bytes.", nameof(drawing));
        }

        this.drawing = drawing.ToArray();
        this.signing = signing.ToArray();
    }

    /// <summary>The key (32 bytes) for one kind of draw, such as <c>control-group</c>; the same for the life of the folder.</summary>
    public byte[] KeyForDraws(string purpose) => Derive(drawing, purpose);

    /// <summary>The key (32 bytes) for one kind of signature, such as <c>treatment-token</c>; the same for the life of the folder.</summary>
    public byte[] KeyForSignatures(string purpose) => Derive(signing, purpose);

    private static byte[] Derive(byte[] root, string purpose)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(purpose);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, root, outputLength: 32, info: Encoding.UTF8.GetBytes(purpose));
    }
}
