using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>One of two customers who may be one.</summary>
/// <param name="Customer">Whom it is read as.</param>
/// <param name="Profile">Traits and consent; null when none were told.</param>
/// <param name="Ids">All ids, the customer first.</param>
/// <param name="Acts">The newest acts.</param>
internal sealed record MergeSide(CustomerId Customer, CustomerProfile? Profile, IReadOnlyList<CustomerId> Ids, IReadOnlyList<Interaction> Acts)
{
    /// <summary>True when nobody of this id was ever heard of.</summary>
    public bool IsUnknown => Profile is null && Acts.Count == 0;
}

/// <summary>Two customers side by side before they are merged.</summary>
/// <param name="From">Who is merged.</param>
/// <param name="Into">Whom both are read as afterwards.</param>
internal sealed record MergePageModel(MergeSide From, MergeSide Into)
{
    /// <summary>True when there is nothing to merge.</summary>
    public bool IsOne => From.Customer == Into.Customer;

    /// <summary>True when merging makes sense in this direction only the other way round.</summary>
    public bool IsBackwards => !From.Customer.IsAnonymous && Into.Customer.IsAnonymous;
}

/// <summary>The ids of one customer and the decisions about them.</summary>
internal sealed record IdentityCardModel(IReadOnlyList<CustomerId> Ids, IReadOnlyList<IdentityDecision> Decisions);

/// <summary>What waits for a decision, and what was decided.</summary>
internal sealed record ConflictsPageModel(IdentityConflicts Waiting, IReadOnlyList<IdentityDecision> Decisions);

/// <summary>Reads what pages show of identities.</summary>
internal sealed class IdentityReader(CustomerIdentity identity, IProfileStore profiles, IEventLog log)
{
    private const int Acts = 5;
    private const int Decisions = 50;

    /// <summary>The card on a customer's page.</summary>
    public async Task<IdentityCardModel> ReadCardAsync(CustomerId customer, CancellationToken cancellationToken) =>
        new(await identity.ListIdsAsync(customer, cancellationToken), await identity.ListDecisionsAsync(customer, cancellationToken));

    /// <summary>Every id of a customer, and what they told of themselves.</summary>
    public async Task<(IReadOnlyList<CustomerId> Ids, CustomerProfile? Profile)> ReadPersonAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        IReadOnlyList<CustomerId> ids = await identity.ListIdsAsync(customer, cancellationToken);
        return (ids, await profiles.FindAsync(ids[0], cancellationToken));
    }

    /// <summary>Two customers side by side.</summary>
    public async Task<MergePageModel> ReadPairAsync(CustomerId from, CustomerId into, CancellationToken cancellationToken) =>
        new(await ReadSideAsync(from, cancellationToken), await ReadSideAsync(into, cancellationToken));

    /// <summary>What waits for a decision.</summary>
    public async Task<ConflictsPageModel> ReadConflictsAsync(CancellationToken cancellationToken) =>
        new(await identity.ListConflictsAsync(cancellationToken), [.. identity.ListDecisions().Take(Decisions)]);

    private async Task<MergeSide> ReadSideAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        (IReadOnlyList<CustomerId> ids, CustomerProfile? profile) = await ReadPersonAsync(customer, cancellationToken);
        return new MergeSide(ids[0], profile, ids, await log.ReadTimelineAsync(ids[0], Acts, null, cancellationToken));
    }
}
