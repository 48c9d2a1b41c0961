using System.Diagnostics.CodeAnalysis;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Identity;

/// <summary>Who is one customer by the owner's decision, and what waits for one. Thread-safe.</summary>
/// <remarks>A merge is a line in a ledger that is looked up when the log is read, so a split leaves no trace in what is read. Events alone never join two ids that both signed in.</remarks>
public sealed class CustomerIdentity
{
    /// <summary>Longest reason that is kept.</summary>
    public const int LongestReason = 500;

    private const int MostContested = 200;

    private readonly ShopParts parts;
    private readonly TimeProvider clock;
    private IdentityOptions options = new();

    internal CustomerIdentity(ShopParts parts, TimeProvider clock)
    {
        this.parts = parts;
        this.clock = clock;
    }

    /// <summary>What counts as an id of nobody.</summary>
    internal DeniedIds Denied => Keys.Denied;

    /// <summary>Reads keys.</summary>
    internal CustomerKeys Keys => parts.Links.Keys;

    /// <summary>Most browsers that an id may gain in a day.</summary>
    public int MaxBrowsersPerDay => options.MaxBrowsersPerDay;

    /// <summary>True for a reason that the ledger takes: not blank, and no longer than <see cref="LongestReason"/>.</summary>
    public static bool IsReason([NotNullWhen(true)] string? reason) => !string.IsNullOrWhiteSpace(reason) && reason.Length <= LongestReason;

    /// <summary>Takes the owner's options. Freezes follow the new limit at once; events refused before stay refused. O(links).</summary>
    public void Apply(IdentityOptions wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        options = wanted;
        Keys.Denied = new DeniedIds(wanted.DeniedIds);
        if (wanted.MaxBrowsersPerDay != IdentityOptions.DefaultBrowsersPerDay)
        {
            parts.Links.Limit(wanted.MaxBrowsersPerDay);
        }
    }

    /// <summary>Has somebody who holds customers in memory told when acts of the past belong to somebody else: after a merge, a split, a lifted freeze, an alias, or a key that found its owner. A browser that signs in is not told of.</summary>
    public void TellOfMoves(Action<IReadOnlyList<CustomerId>> moved)
    {
        ArgumentNullException.ThrowIfNull(moved);
        parts.Links.TellOfMoves(moved);
    }

    /// <summary>The customer and every id that belongs to them: browsers, keys, earlier ids, merged customers. The first is whom all of them are read as.</summary>
    public async ValueTask<IReadOnlyList<CustomerId>> ListIdsAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        await parts.Loader.LoadProfilesAsync(cancellationToken);
        return parts.Links.ListOf(customer);
    }

    /// <summary>Merges a customer into another: whatever is read of either is read of the second until it is split. Asking again answers with the first decision.</summary>
    /// <param name="customer">Who is merged; resolved first.</param>
    /// <param name="into">Whom both are read as; resolved first.</param>
    /// <param name="reason">Why: kept in the ledger.</param>
    /// <param name="by">Who decides: kept in the ledger.</param>
    /// <param name="cancellationToken">Cancels before the decision is written.</param>
    public Task<DecisionVerdict> MergeAsync(CustomerId customer, CustomerId into, string reason, string by, CancellationToken cancellationToken)
    {
        CheckReason(reason);
        return DecideAsync(
            (connection, transaction) =>
            {
                IdentityGraph graph = parts.Links;
                CustomerId from = graph.Resolve(customer);
                CustomerId to = graph.Resolve(into);
                if (from == to)
                {
                    IdentityDecision? present = (graph.FindMerge(customer) ?? graph.FindMerge(into)) is long id ? DecisionTable.Find(connection, transaction, id) : null;
                    return new DecisionVerdict(present, present is null ? DecisionRefusal.AlreadyOne : null);
                }

                DecisionRefusal? refusal = !IsHeardOf(connection, transaction, customer) || !IsHeardOf(connection, transaction, into) ? DecisionRefusal.UnknownCustomer
                    : !from.IsAnonymous && to.IsAnonymous ? DecisionRefusal.IntoBrowser
                    : null;
                return refusal is not null ? new DecisionVerdict(null, refusal) : Written(DecisionTable.Add(connection, transaction, New(DecisionKind.Merge, from, reason, by) with { Into = to }));
            },
            cancellationToken);
    }

    /// <summary>Lets a frozen id have the browsers that it gained up to today. Asking again changes nothing.</summary>
    /// <param name="customer">The frozen id.</param>
    /// <param name="reason">Why.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Cancels before the decision is written.</param>
    public Task<DecisionVerdict> LiftAsync(CustomerId customer, string reason, string by, CancellationToken cancellationToken)
    {
        CheckReason(reason);
        return DecideAsync(
            (connection, transaction) =>
            {
                if (parts.Links.ListFrozen().FirstOrDefault(item => item.Customer == customer) is FrozenId frozen)
                {
                    var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
                    return Written(DecisionTable.Add(connection, transaction, New(DecisionKind.Lift, customer, reason, by) with { Through = today > frozen.From ? today : frozen.From }));
                }

                IdentityDecision? present = DecisionTable.Read(connection).FirstOrDefault(decision => decision.Kind == DecisionKind.Lift && decision.Customer == customer && decision.UndoneAt is null);
                return new DecisionVerdict(present, present is null ? DecisionRefusal.NotFrozen : null);
            },
            cancellationToken);
    }

    /// <summary>Leaves a proposal of an alias alone: the two stay two, and the proposal waits no more until this is taken back. Asking again changes nothing.</summary>
    /// <param name="customer">The one whom the alias calls previous.</param>
    /// <param name="other">The one who would take over.</param>
    /// <param name="reason">Why.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Cancels before the decision is written.</param>
    public Task<DecisionVerdict> DismissAsync(CustomerId customer, CustomerId other, string reason, string by, CancellationToken cancellationToken)
    {
        CheckReason(reason);
        return DecideAsync(
            (connection, transaction) =>
            {
                IdentityDecision? present = ListDismissed(connection).FirstOrDefault(decision => decision.Customer == customer && decision.Into == other);
                bool isProposed = parts.Links.ListProposals().Any(proposal => proposal.Customer == customer && proposal.Other == other);
                return present is not null || !isProposed
                    ? new DecisionVerdict(present, present is null ? DecisionRefusal.NoProposal : null)
                    : Written(DecisionTable.Add(connection, transaction, New(DecisionKind.Dismiss, customer, reason, by) with { Into = other }));
            },
            cancellationToken);
    }

    /// <summary>Takes a decision back: a merge is split, a lifted freeze is in force again, a dismissed proposal waits again. What is read is then as if it had never been made. Asking again answers the same.</summary>
    /// <param name="decision">Number of the decision.</param>
    /// <param name="reason">Why.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Cancels before it is written.</param>
    public Task<DecisionVerdict> UndoAsync(long decision, string reason, string by, CancellationToken cancellationToken)
    {
        CheckReason(reason);
        return DecideAsync(
            (connection, transaction) =>
            {
                IdentityDecision? present = DecisionTable.Find(connection, transaction, decision);
                if (present is null || present.UndoneAt is not null)
                {
                    return new DecisionVerdict(present, present is null ? DecisionRefusal.UnknownDecision : null);
                }

                IdentityDecision ended = present with { UndoneAt = clock.GetUtcNow(), UndoneBy = by, UndoneReason = reason };
                DecisionTable.End(connection, transaction, ended);
                return Written(ended);
            },
            cancellationToken);
    }

    /// <summary>All decisions, newest first: the ledger.</summary>
    public IReadOnlyList<IdentityDecision> ListDecisions() => parts.Shop.Read(DecisionTable.Read);

    /// <summary>Decisions that name one of a customer's ids, newest first.</summary>
    public async Task<IReadOnlyList<IdentityDecision>> ListDecisionsAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        IReadOnlyList<CustomerId> ids = await ListIdsAsync(customer, cancellationToken);
        return [.. ListDecisions().Where(decision => ids.Contains(decision.Customer) || (decision.Into is CustomerId into && ids.Contains(into)))];
    }

    /// <summary>What the owner may want to decide. O(aliases + claims on keys).</summary>
    public async Task<IdentityConflicts> ListConflictsAsync(CancellationToken cancellationToken)
    {
        await parts.Loader.LoadAsync(cancellationToken);
        HashSet<(CustomerId, CustomerId?)> dismissed = [.. parts.Shop.Read(connection => ListDismissed(connection).ToList()).Select(decision => (decision.Customer, decision.Into))];
        AliasProposal[] waiting = [.. parts.Links.ListProposals().Where(proposal => !dismissed.Contains((proposal.Customer, proposal.Other)))];
        return new IdentityConflicts(waiting, parts.Links.ListFrozen(), parts.Shop.Read(ListContested), parts.Links.CountCircles());
    }

    private static IEnumerable<IdentityDecision> ListDismissed(SqliteConnection connection) =>
        DecisionTable.Read(connection).Where(decision => decision.Kind == DecisionKind.Dismiss && decision.UndoneAt is null);

    private static void CheckReason(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reason.Length, LongestReason, nameof(reason));
    }

    private static DecisionVerdict Written(IdentityDecision decision) => new(decision, null) { IsNew = true };

    private List<ContestedKey> ListContested(SqliteConnection connection) =>
        [.. connection.Query<string>("SELECT browser FROM key_claims GROUP BY browser HAVING count(*) > 1 ORDER BY browser")
            .Where(key => parts.Links.Resolve(CustomerId.Anonymous(key)).IsAnonymous)
            .Select(key => new ContestedKey(
                CustomerId.Anonymous(key),
                CustomerKeys.KindOf(key) ?? "",
                [.. IdentityTables.ReadClaims(connection, null, key).Select(claim => parts.Links.Resolve(CustomerId.Known(claim.User))).Distinct().OrderBy(id => id.ToString(), StringComparer.Ordinal)],
                parts.Links.IsUsed(key)))
            .Where(key => key.Claimants.Count > 1)
            .Take(MostContested)];

    private bool IsHeardOf(SqliteConnection connection, SqliteTransaction transaction, CustomerId customer) =>
        parts.Links.ListOf(customer).Append(customer).Any(id => IdentityTables.IsEnrolled(connection, transaction, id));

    private IdentityDecision New(DecisionKind kind, CustomerId customer, string reason, string by) =>
        new() { Kind = kind, Customer = customer, At = clock.GetUtcNow(), By = by, Reason = reason.Trim() };

    private async Task<DecisionVerdict> DecideAsync(Func<SqliteConnection, SqliteTransaction, DecisionVerdict> decide, CancellationToken cancellationToken)
    {
        await parts.Loader.LoadAsync(cancellationToken);
        await parts.OneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await parts.Shop.WriteAsync(decide, Publish, cancellationToken);
        }
        finally
        {
            parts.OneAtATime.Release();
        }
    }

    private void Publish(DecisionVerdict verdict)
    {
        if (verdict is { IsNew: true, Decision: { Kind: not DecisionKind.Dismiss } decision })
        {
            IReadOnlyList<CustomerId> before = [.. Affected(decision)];
            DecisionTable.Apply(parts.Links, decision);
            parts.Links.Announce([.. before.Union(Affected(decision))]);
        }
    }

    private IEnumerable<CustomerId> Affected(IdentityDecision decision) =>
        parts.Links.ListOf(decision.Customer).Concat(decision.Into is CustomerId into ? parts.Links.ListOf(into) : []);
}
