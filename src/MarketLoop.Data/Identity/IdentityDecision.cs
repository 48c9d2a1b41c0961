using MarketLoop.Domain;

namespace MarketLoop.Data.Identity;

/// <summary>One line of the ledger: what the owner decided about identities, and whether it was taken back.</summary>
public sealed record IdentityDecision
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>What was decided.</summary>
    public required DecisionKind Kind { get; init; }

    /// <summary>Who was merged, or whose freeze was lifted.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>Whom the customer was merged into, or stays apart from; null for a lifted freeze.</summary>
    public CustomerId? Into { get; init; }

    /// <summary>The day (UTC, event time) up to which a freeze was lifted; null for a merge.</summary>
    public DateOnly? Through { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who decided.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was taken back; null while it is in force.</summary>
    public DateTimeOffset? UndoneAt { get; init; }

    /// <summary>Who took it back.</summary>
    public string? UndoneBy { get; init; }

    /// <summary>Why it was taken back.</summary>
    public string? UndoneReason { get; init; }
}

/// <summary>What can be decided about identities.</summary>
public enum DecisionKind
{
    /// <summary>Two customers are one.</summary>
    Merge = 0,

    /// <summary>An id may have its many browsers.</summary>
    Lift = 1,

    /// <summary>Two customers whom an alias would join stay two: the proposal is not made again.</summary>
    Dismiss = 2,
}

/// <summary>Why nothing was decided.</summary>
public enum DecisionRefusal
{
    /// <summary>Nobody ever heard of one of the two.</summary>
    UnknownCustomer = 0,

    /// <summary>Events say already that the two are one.</summary>
    AlreadyOne = 1,

    /// <summary>Somebody who signed in cannot become a browser; the other way round is right.</summary>
    IntoBrowser = 2,

    /// <summary>The id is not frozen.</summary>
    NotFrozen = 3,

    /// <summary>There is no decision of that number.</summary>
    UnknownDecision = 4,

    /// <summary>No alias proposes to join the two.</summary>
    NoProposal = 5,
}

/// <summary>Answer to a decision.</summary>
/// <param name="Decision">The line of the ledger that is in force, or that was taken back; null when it was refused.</param>
/// <param name="Refusal">Why not; null when there is a decision.</param>
public sealed record DecisionVerdict(IdentityDecision? Decision, DecisionRefusal? Refusal)
{
    /// <summary>True when this call changed something.</summary>
    public bool IsNew { get; init; }
}

/// <summary>What the owner may want to decide.</summary>
/// <param name="Proposals">Customers whom an alias would join, although both signed in.</param>
/// <param name="Frozen">Ids that gained too many browsers in a day.</param>
/// <param name="Keys">Keys that several customers told, at most 200.</param>
/// <param name="IgnoredAliases">Aliases left out because they would close a circle.</param>
public sealed record IdentityConflicts(IReadOnlyList<AliasProposal> Proposals, IReadOnlyList<FrozenId> Frozen, IReadOnlyList<ContestedKey> Keys, int IgnoredAliases)
{
    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => Proposals.Count == 0 && Frozen.Count == 0 && Keys.Count == 0;
}

/// <summary>A key that several customers told: it belongs to none of them until the owner merges it into one, or them into each other.</summary>
/// <param name="Key">The key as an anonymous customer.</param>
/// <param name="Kind"><c>email</c>, <c>phone</c> or <c>card</c>.</param>
/// <param name="Claimants">Who told it.</param>
/// <param name="HasActs">True when somebody bought under it.</param>
public sealed record ContestedKey(CustomerId Key, string Kind, IReadOnlyList<CustomerId> Claimants, bool HasActs);
