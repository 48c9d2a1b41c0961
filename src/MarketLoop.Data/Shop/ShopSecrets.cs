using System.Security.Cryptography;
using System.Text;

namespace MarketLoop.Data.Shop;

/// <summary>The secret of one data folder, from which every purpose derives its own key. Immutable, thread-safe.</summary>
/// <remarks>Two purposes never share a key, so that a token cannot be taken for an arm's salt. Never logged, never sent.</remarks>
public sealed class ShopSecrets
{
    /// <summary>Fewest bytes of a root secret.</summary>
    public const int MinimumBytes = 16;

    private readonly byte[] root;

    /// <summary>Takes the folder's root secret.</summary>
    /// <exception cref="ArgumentException">It is shorter than <see cref="MinimumBytes"/>.</exception>
    public ShopSecrets(ReadOnlySpan<byte> root)
    {
        if (root.Length < MinimumBytes)
        {
            throw new ArgumentException($"A root secret has at least {MinimumBytes} bytes.", nameof(root));
        }

        this.root = root.ToArray();
    }

    /// <summary>The key (32 bytes) of one purpose, such as <c>treatment-token</c>; the same for the life of the folder.</summary>
    public byte[] Derive(string purpose)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(purpose);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, root, outputLength: 32, info: Encoding.UTF8.GetBytes(purpose));
    }
}
