namespace MarketLoop.Data.Identity;

/// <summary>Who told which key (e-mail, phone, member card) when identifying, for the keys under which somebody bought. Guarded by its <see cref="IdentityGraph"/>.</summary>
/// <remarks>Claims of keys that nobody bought under stay in the shop database: they join nothing yet.</remarks>
internal sealed class KeyClaims
{
    private readonly Dictionary<string, List<KeyClaim>> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> byUser = new(StringComparer.Ordinal);

    /// <summary>True when nobody bought under any key.</summary>
    public bool IsEmpty => byKey.Count == 0;

    /// <summary>True when somebody bought under this key.</summary>
    public bool IsUsed(string key) => byKey.ContainsKey(key);

    /// <summary>Notes that somebody bought under a key.</summary>
    public void Use(string key) => byKey.TryAdd(key, []);

    /// <summary>Takes a claim on a used key into account: of one user the earliest counts.</summary>
    public void Observe(KeyClaim claim)
    {
        List<KeyClaim> claims = byKey[claim.Key];
        int at = claims.FindIndex(present => string.Equals(present.User, claim.User, StringComparison.Ordinal));
        if (at < 0)
        {
            claims.Add(claim);
        }
        else if (claim.Ticks < claims[at].Ticks)
        {
            claims[at] = claim;
        }

        if (!byUser.TryGetValue(claim.User, out HashSet<string>? keys))
        {
            byUser[claim.User] = keys = new HashSet<string>(StringComparer.Ordinal);
        }

        keys.Add(claim.Key);
    }

    /// <summary>Claims on a key made before a moment.</summary>
    public IReadOnlyList<KeyClaim> Of(string key, long beforeTicks) => !byKey.TryGetValue(key, out List<KeyClaim>? claims) ? []
        : claims.TrueForAll(claim => claim.Ticks < beforeTicks) ? claims
        : claims.FindAll(claim => claim.Ticks < beforeTicks);

    /// <summary>Used keys that a user told.</summary>
    public IReadOnlyCollection<string> ToldBy(string user) => byUser.TryGetValue(user, out HashSet<string>? keys) ? keys : [];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        byKey.Clear();
        byUser.Clear();
    }
}

/// <summary>A user told a key for the first time.</summary>
internal sealed record KeyClaim(string Key, string User, long Ticks, string MessageId);
