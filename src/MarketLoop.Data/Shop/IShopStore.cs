using MarketLoop.Domain;

namespace MarketLoop.Data.Shop;

/// <summary>The small keyed state of one shop: settings, sources and keys, claims, turns, reports. Thread-safe; every write is durable on return.</summary>
public interface IShopStore
{
    /// <summary>Reads a JSON setting; null when never written.</summary>
    Task<T?> ReadSettingAsync<T>(string name, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Writes a JSON setting.</summary>
    Task WriteSettingAsync<T>(string name, T value, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Makes a key for a source (made when new) and returns it in clear, this once: only its hash is kept.</summary>
    /// <param name="source">Name of the source.</param>
    /// <param name="isSecret">True for a server key that may read; false for a write key that stands in pages.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IssuedKey> AddKeyAsync(SourceId source, bool isSecret, CancellationToken cancellationToken);

    /// <summary>Whose key this is; null when unknown or revoked. Answers from memory.</summary>
    ValueTask<SourceKey?> FindKeyAsync(string key, CancellationToken cancellationToken);

    /// <summary>All keys, revoked ones included.</summary>
    Task<IReadOnlyList<SourceKey>> ListKeysAsync(CancellationToken cancellationToken);

    /// <summary>Revokes a key by its id; false when there is none.</summary>
    Task<bool> RevokeKeyAsync(string keyId, CancellationToken cancellationToken);

    /// <summary>Makes a successor of the same source, kind and limit; both work until the overlap is over. Null when there is no such key, or it has ended.</summary>
    /// <param name="keyId">The key to replace.</param>
    /// <param name="overlap">How long the old one still works.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IssuedKey?> RotateKeyAsync(string keyId, TimeSpan overlap, CancellationToken cancellationToken);

    /// <summary>Sets how many requests a second a key may send; null for the intake's own limit. False when there is no such key.</summary>
    Task<bool> LimitKeyAsync(string keyId, int? requestsPerSecond, CancellationToken cancellationToken);

    /// <summary>Claims the right to hand a treatment over to one recipient. True once for each pair, ever, across restarts.</summary>
    Task<bool> TryClaimAsync(TreatmentId treatment, CustomerId customer, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Claims of which no delivery was noted: work to look at after a crash.</summary>
    Task<IReadOnlyList<TreatmentId>> ListOpenClaimsAsync(CancellationToken cancellationToken);

    /// <summary>Notes that a claim's delivery is in the log.</summary>
    Task CloseClaimAsync(TreatmentId treatment, CancellationToken cancellationToken);

    /// <summary>Keeps a turn's report.</summary>
    Task AddTurnAsync(TurnReport report, long throughPosition, CancellationToken cancellationToken);

    /// <summary>Newest turns first.</summary>
    Task<IReadOnlyList<TurnReport>> ListTurnsAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Log position up to which turns have looked; 0 before the first.</summary>
    Task<long> ReadTurnPositionAsync(CancellationToken cancellationToken);

    /// <summary>Keeps an import's report (JSON by a stable shape, see Importing).</summary>
    Task AddImportReportAsync(string json, CancellationToken cancellationToken);

    /// <summary>Newest import reports first.</summary>
    Task<IReadOnlyList<string>> ListImportReportsAsync(int limit, CancellationToken cancellationToken);
}

/// <summary>A fresh key in clear.</summary>
public sealed record IssuedKey(SourceKey Key, string Secret);

/// <summary>A key without its secret.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Source">Its source.</param>
/// <param name="IsSecret">True for a server key.</param>
/// <param name="LastFour">Last four characters of the secret, to recognise it by.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">When it ended; a moment ahead of now while its successor takes over; null without an end.</param>
/// <param name="RequestsPerSecond">How many requests a second it may send; null for the intake's own limit.</param>
public sealed record SourceKey(
    string Id, SourceId Source, bool IsSecret, string LastFour, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, int? RequestsPerSecond = null)
{
    /// <summary>True until it ends.</summary>
    public bool WorksAt(DateTimeOffset now) => RevokedAt is null || now < RevokedAt;
}
