using System.Security.Cryptography;
using MarketLoop.Data.Shop;

namespace MarketLoop.Server.Access;

/// <summary>The owner's account: one, made at first start with a random password, kept as a slow salted hash.</summary>
internal sealed class AdminAccount(IShopStore store)
{
    /// <summary>Shortest password the owner may set.</summary>
    public const int ShortestPassword = 10;

    private const string SettingName = "admin-account";
    private const int Iterations = 310_000;
    private const int HashBytes = 32;

    // No 0/O, 1/l/I: the password is read off a console and typed.
    private const string PasswordAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>Makes the account when there is none and returns its password in clear, this once; null when it was there.</summary>
    public async Task<string?> EnsureAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is not null)
        {
            return null;
        }

        string password = string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(PasswordAlphabet, 5)));
        await WriteAsync(password, isOwnersChoice: false, cancellationToken);
        return password;
    }

    /// <summary>True when the owner chose the password: only then may the server be reached from elsewhere.</summary>
    public async Task<bool> HasOwnersPasswordAsync(CancellationToken cancellationToken) =>
        await ReadAsync(cancellationToken) is { IsOwnersChoice: true };

    /// <summary>Stamp of the account when the password is right; null otherwise. Takes about a tenth of a second by intention.</summary>
    public async Task<string?> VerifyAsync(string password, CancellationToken cancellationToken)
    {
        StoredAccount? account = await ReadAsync(cancellationToken);
        byte[] salt = account is null ? new byte[16] : Convert.FromHexString(account.Salt);
        byte[] expected = account is null ? new byte[HashBytes] : Convert.FromHexString(account.Hash);
        byte[] actual = HashOf(password, salt, account?.Iterations ?? Iterations);
        return CryptographicOperations.FixedTimeEquals(expected, actual) && account is not null ? account.Stamp : null;
    }

    /// <summary>Sets a password of the owner's choice and ends all sessions.</summary>
    public Task<string> ChangeAsync(string password, CancellationToken cancellationToken) =>
        WriteAsync(password, isOwnersChoice: true, cancellationToken);

    /// <summary>True when a session of this stamp is still good.</summary>
    public async ValueTask<bool> IsCurrentAsync(string? stamp, CancellationToken cancellationToken) =>
        stamp is not null && await ReadAsync(cancellationToken) is { } account && string.Equals(account.Stamp, stamp, StringComparison.Ordinal);

    private async Task<string> WriteAsync(string password, bool isOwnersChoice, CancellationToken cancellationToken)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        StoredAccount account = new(
            Convert.ToHexStringLower(salt),
            Convert.ToHexStringLower(HashOf(password, salt, Iterations)),
            Iterations,
            isOwnersChoice,
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        await store.WriteSettingAsync(SettingName, account, cancellationToken);
        return account.Stamp;
    }

    private Task<StoredAccount?> ReadAsync(CancellationToken cancellationToken) =>
        store.ReadSettingAsync<StoredAccount>(SettingName, cancellationToken);

    private static byte[] HashOf(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashBytes);

    private sealed record StoredAccount(string Salt, string Hash, int Iterations, bool IsOwnersChoice, string Stamp);
}
