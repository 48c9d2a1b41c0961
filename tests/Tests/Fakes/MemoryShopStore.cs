using System.Collections.Concurrent;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Fakes;

/// <summary>Settings, claims and turns in memory; keys and import reports are of no interest to those who use it.</summary>
internal sealed class MemoryShopStore : IShopStore
{
    private readonly ConcurrentDictionary<TreatmentId, bool> claims = new();

    public CrashPlan Crash { get; set; } = new();

    public long TurnPosition { get; set; }

    public Task<T?> ReadSettingAsync<T>(string name, CancellationToken cancellationToken)
        where T : class => Task.FromResult<T?>(null);

    public Task WriteSettingAsync<T>(string name, T value, CancellationToken cancellationToken)
        where T : class => Task.CompletedTask;

    public Task<bool> TryClaimAsync(TreatmentId treatment, CustomerId customer, DateTimeOffset at, CancellationToken cancellationToken)
    {
        Crash.Step();
        bool isMine = claims.TryAdd(treatment, false);
        Crash.Step();
        return Task.FromResult(isMine);
    }

    public Task<IReadOnlyList<TreatmentId>> ListOpenClaimsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TreatmentId>>([.. claims.Where(c => !c.Value).Select(c => c.Key).OrderBy(c => c.Value, StringComparer.Ordinal)]);

    public Task CloseClaimAsync(TreatmentId treatment, CancellationToken cancellationToken)
    {
        Crash.Step();
        claims[treatment] = true;
        Crash.Step();
        return Task.CompletedTask;
    }

    public Task<long> ReadTurnPositionAsync(CancellationToken cancellationToken) => Task.FromResult(TurnPosition);

    public Task AddTurnAsync(TurnReport report, long throughPosition, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<TurnReport>> ListTurnsAsync(int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IssuedKey> AddKeyAsync(SourceId source, bool isSecret, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<SourceKey?> FindKeyAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<SourceKey>> ListKeysAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RevokeKeyAsync(string keyId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IssuedKey?> RotateKeyAsync(string keyId, TimeSpan overlap, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> LimitKeyAsync(string keyId, int? requestsPerSecond, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AddImportReportAsync(string json, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<string>> ListImportReportsAsync(int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
}
