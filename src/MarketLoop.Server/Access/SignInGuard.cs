using System.Collections.Concurrent;

namespace MarketLoop.Server.Access;

/// <summary>Locks an address out after repeated wrong passwords. In memory: a restart by the owner lifts it. Always on real time, also under a manual clock.</summary>
internal sealed class SignInGuard(TimeProvider realTime)
{
    /// <summary>Wrong passwords in a row that lock out.</summary>
    public const int MostFailures = 5;

    private const int MostAddresses = 10_000;
    private static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, Attempts> failures = new(StringComparer.Ordinal);

    /// <summary>Until when this address must wait; null when it may try.</summary>
    public DateTimeOffset? LockedUntil(string address) =>
        failures.TryGetValue(address, out Attempts? attempts) && attempts.Count >= MostFailures && attempts.Last + LockedFor > realTime.GetUtcNow()
            ? attempts.Last + LockedFor
            : null;

    /// <summary>Counts a wrong password.</summary>
    public void Fail(string address)
    {
        DateTimeOffset now = realTime.GetUtcNow();
        if (failures.Count > MostAddresses)
        {
            failures.Clear();   // an attack from that many addresses must not eat memory; the rate limiter still stands
        }

        failures.AddOrUpdate(
            address,
            _ => new Attempts(1, now),
            (_, before) => before.Last + LockedFor <= now ? new Attempts(1, now) : new Attempts(before.Count + 1, now));
    }

    /// <summary>Forgets an address after the right password.</summary>
    public void Succeed(string address) => failures.TryRemove(address, out _);

    private sealed record Attempts(int Count, DateTimeOffset Last);
}
