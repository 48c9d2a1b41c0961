using System.Security.Cryptography;
using System.Text;

namespace MarketLoop.Server.Access;

/// <summary>The token that this run of the server wrote into its folder: who can read the folder may do everything.</summary>
internal sealed class LocalToken
{
    private byte[]? value;

    /// <summary>Takes the token once it was written into the folder; before that nothing matches.</summary>
    public void Set(string token) => Volatile.Write(ref value, Encoding.UTF8.GetBytes(token));

    /// <summary>Compares without telling by time how much was right.</summary>
    public bool Matches(string candidate) =>
        Volatile.Read(ref value) is { } expected && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(candidate), expected);
}
