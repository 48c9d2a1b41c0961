using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;

namespace MarketLoop.Execution.Channels.OnSite;

/// <summary>Signs what was decided so that it can travel through a browser or a mail and come back unaltered. Thread-safe.</summary>
/// <remarks>
/// Text: <c>VERSION.TREATMENT.BODY.SIGNATURE</c>, the last two in base64url; the signature is HMAC-SHA256 over all that precedes it, under a key of this folder.
/// A slot's token carries the whole treatment, because nothing is written down until it was seen; a message's token carries only whose it is, because its treatment is in the log before the send.
/// </remarks>
public sealed class TreatmentTokens(ShopSecrets secrets)
{
    /// <summary>Longest token made or read, in characters.</summary>
    public const int LongestToken = 8192;

    private const string SlotVersion = "s1";
    private const string MessageVersion = "m1";
    private static readonly TimeSpan MessageValidity = TimeSpan.FromDays(60);
    private readonly byte[] key = secrets.KeyForSignatures("treatment-token");

    /// <summary>A token that carries the whole treatment, for a slot.</summary>
    /// <exception cref="ArgumentException">It would be longer than <see cref="LongestToken"/> even without the reasons of the items.</exception>
    public string Sign(Treatment treatment)
    {
        string token = Sign(SlotVersion, treatment.Id, TreatmentCodec.Write(treatment));
        if (token.Length > LongestToken)
        {
            // The reasons per item are the only part that can be spared: what is measured stays complete.
            token = Sign(SlotVersion, treatment.Id, TreatmentCodec.Write(treatment with { Items = [.. treatment.Items.Select(i => i with { Reason = treatment.Reason })] }));
        }

        return token.Length <= LongestToken ? token : throw new ArgumentException("The treatment is too large for a token.", nameof(treatment));
    }

    /// <summary>A short token that names a treatment of the log and its customer, for links in messages. Valid 60 days from the decision.</summary>
    public string SignReference(Treatment treatment) =>
        Sign(MessageVersion, treatment.Id, TreatmentCodec.WriteReference(treatment.Customer, treatment.DecidedAt + MessageValidity));

    /// <summary>Reads a token back.</summary>
    /// <param name="token">As it came; may be anything.</param>
    /// <param name="at">The moment to judge the expiry by.</param>
    public TokenReading Verify(string? token, DateTimeOffset at)
    {
        if (string.IsNullOrEmpty(token) || token.Length > LongestToken)
        {
            return TokenReading.Bad(TokenState.Malformed);
        }

        string[] parts = token.Split('.');
        if (parts.Length != 4 || parts[0] is not (SlotVersion or MessageVersion))
        {
            return TokenReading.Bad(TokenState.Malformed);
        }

        // Compared as text, so that each token has exactly one spelling.
        byte[] expected = Encoding.UTF8.GetBytes(SignatureOf(token[..token.LastIndexOf('.')]));
        if (!CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(parts[3])))
        {
            return TokenReading.Bad(TokenState.Forged);
        }

        // From here on the text is our own: whatever it holds was written by this folder.
        byte[] body = Base64Url.DecodeFromChars(parts[2]);
        TreatmentId id = new(parts[1]);
        TokenReading reading = string.Equals(parts[0], SlotVersion, StringComparison.Ordinal)
            ? TokenReading.Of(TreatmentCodec.Read(id, body))
            : TokenReading.Of(id, TreatmentCodec.ReadReference(body));
        return reading.ExpiresAt < at ? TokenReading.Bad(TokenState.Expired) : reading;
    }

    private string Sign(string version, TreatmentId id, byte[] body)
    {
        string text = $"{version}.{id.Value}.{Base64Url.EncodeToString(body)}";
        return $"{text}.{SignatureOf(text)}";
    }

    private string SignatureOf(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}

/// <summary>What a token turned out to be.</summary>
public enum TokenState
{
    /// <summary>Ours, whole and in time.</summary>
    Valid,

    /// <summary>No token at all.</summary>
    Malformed,

    /// <summary>The signature is not this folder's: altered, or of another shop.</summary>
    Forged,

    /// <summary>Ours, but its time is over.</summary>
    Expired,
}

/// <summary>A token read back.</summary>
public sealed record TokenReading
{
    /// <summary>Valid, or why not; nothing else is set unless valid.</summary>
    public required TokenState State { get; init; }

    /// <summary>The treatment's id.</summary>
    public TreatmentId Id { get; init; }

    /// <summary>Whom it was made for.</summary>
    public CustomerId Customer { get; init; }

    /// <summary>Last moment of validity.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The whole treatment, from a slot's token; null from a message's.</summary>
    public Treatment? Treatment { get; init; }

    internal static TokenReading Bad(TokenState state) => new() { State = state };

    internal static TokenReading Of(Treatment treatment) =>
        new() { State = TokenState.Valid, Id = treatment.Id, Customer = treatment.Customer, ExpiresAt = treatment.ExpiresAt, Treatment = treatment };

    internal static TokenReading Of(TreatmentId id, (CustomerId Customer, DateTimeOffset ExpiresAt) reference) =>
        new() { State = TokenState.Valid, Id = id, Customer = reference.Customer, ExpiresAt = reference.ExpiresAt };
}
