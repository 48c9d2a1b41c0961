using MarketLoop.Analysis.Features;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis.Audiences;

/// <summary>Audiences as products: counts a rule while it is being built, saves it, keeps its members fresh for decisions, exports it. Thread-safe; waits while a turn is under way.</summary>
public sealed class AudienceDesk(
    Analyst analyst, IAudienceStore store, IProfileStore profiles, ContactRules contacts, IOptions<AnalysisOptions> options, TimeProvider clock)
{
    private static readonly Dictionary<CustomerId, CustomerProfile> NoProfiles = [];

    /// <summary>How many a rule means now. O(customers).</summary>
    /// <exception cref="ArgumentException">The rule has faults, see <see cref="AudienceCheck"/>.</exception>
    public Task<AudienceCount> CountAsync(AudienceRule rule, CancellationToken cancellationToken) =>
        FindAsync(rule, static (view, members) => CountOf(view, members), cancellationToken);

    /// <summary>The count and its first members.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="limit">Most members wanted, 1..1000.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<AudiencePreview> PreviewAsync(AudienceRule rule, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return FindAsync(rule, (view, members) => new AudiencePreview(CountOf(view, members), [.. InOrder(members).Take(limit).Select(MemberOf)]), cancellationToken);
    }

    /// <summary>Saves a rule under a name, replacing what was there, counts it and hands its members to decisions. Saving the same again changes nothing.</summary>
    public async Task<AudienceCount> SaveAsync(string name, AudienceRule rule, CancellationToken cancellationToken)
    {
        if (AudienceCheck.FindInName(name) is { } fault)
        {
            throw new ArgumentException($"{fault.Path}: {fault.Cure}", nameof(name));
        }

        Refuse(rule);
        string json = rule.ToJson();
        if (await store.FindAsync(name, cancellationToken) is not { } known || !string.Equals(known.Rule, json, StringComparison.Ordinal))
        {
            await store.SaveAsync(new StoredAudience(name, json, clock.GetUtcNow()), cancellationToken);
        }

        (AudienceCount count, HashSet<CustomerId> members, int today) = await FindAsync(
            rule, static (view, found) => (CountOf(view, found), found.Select(c => c.Customer).ToHashSet(), view.Book.Today), cancellationToken);
        await PublishAsync(name, members, count.Customers, today, cancellationToken);
        return count;
    }

    /// <summary>A saved audience; null when there is none of that name.</summary>
    public async Task<Audience?> FindAsync(string name, CancellationToken cancellationToken) =>
        await store.FindAsync(name, cancellationToken) is { } saved ? await ReadAsync(saved, cancellationToken) : null;

    /// <summary>All saved audiences in order of name.</summary>
    public async Task<IReadOnlyList<Audience>> ListAsync(CancellationToken cancellationToken)
    {
        List<Audience> audiences = [];
        foreach (StoredAudience saved in await store.ListAsync(cancellationToken))
        {
            audiences.Add(await ReadAsync(saved, cancellationToken));
        }

        return audiences;
    }

    /// <summary>Removes a saved audience; false when there is none of that name. Decisions that name it reach nobody from then on.</summary>
    public Task<bool> RemoveAsync(string name, CancellationToken cancellationToken) => store.RemoveAsync(name, cancellationToken);

    /// <summary>The members of a rule in groups, groups too small to be told hidden. Puts the export on record.</summary>
    /// <param name="name">Name of the audience, for the record.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="grouping">What by.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<AudienceTable> GroupAsync(string name, AudienceRule rule, AudienceGrouping grouping, string by, CancellationToken cancellationToken)
    {
        int k = options.Value.SmallestCell;
        AudienceTable table = await FindAsync(
            rule,
            (_, members) => new AudienceTable(grouping, members.Count < k ? null : members.Count, k, SmallCells.Suppress(CellsOf(members, grouping), k)),
            cancellationToken);
        await store.NoteExportAsync(new AudienceExportNote(clock.GetUtcNow(), by, name, grouping.ToString(), table.Cells.Count), cancellationToken);
        return table;
    }

    /// <summary>All members with a few features. For the owner alone; puts the export on record before anything leaves.</summary>
    public async Task<IReadOnlyList<AudienceMember>> ListMembersAsync(string name, AudienceRule rule, string by, CancellationToken cancellationToken)
    {
        List<AudienceMember> members = await FindAsync(rule, static (_, found) => InOrder(found).Select(MemberOf).ToList(), cancellationToken);
        await store.NoteExportAsync(new AudienceExportNote(clock.GetUtcNow(), by, name, "members", members.Count), cancellationToken);
        return members;
    }

    /// <summary>Exports on record, newest first.</summary>
    public Task<IReadOnlyList<AudienceExportNote>> ListExportsAsync(int limit, CancellationToken cancellationToken) => store.ListExportsAsync(limit, cancellationToken);

    /// <summary>Finds the members of all saved audiences anew and notes their sizes: part of every turn, before decisions.</summary>
    internal async Task RefreshAsync(BookView view, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredAudience> saved = await store.ListAsync(cancellationToken);
        if (saved.Count == 0)
        {
            return;
        }

        Dictionary<string, AudienceRule> rules = new(StringComparer.Ordinal);
        foreach (StoredAudience audience in saved)
        {
            if (TryRead(audience) is { } rule)
            {
                rules.Add(audience.Name, rule);
            }
            else
            {
                store.Members.Publish(audience.Name, null); // unreadable: nobody is reached by it, and listing says why
            }
        }

        IReadOnlyDictionary<CustomerId, CustomerProfile> told = await ReadProfilesAsync(view, rules.Values, cancellationToken);
        List<List<Candidate>> found = AudienceEvaluator.Find(view, [.. rules.Values], told, contacts, cancellationToken);
        foreach ((int place, string name) in rules.Keys.Index())
        {
            await PublishAsync(name, found[place].Select(c => c.Customer).ToHashSet(), view.Book.Count, view.Book.Today, cancellationToken);
        }
    }

    private static AudienceRule? TryRead(StoredAudience audience)
    {
        try
        {
            AudienceRule rule = AudienceRule.Parse(audience.Rule);
            return AudienceCheck.Find(rule).Count == 0 ? rule : null;
        }
        catch (MarketLoopException)
        {
            return null;
        }
    }

    private static AudienceCount CountOf(BookView view, List<Candidate> members) =>
        new(members.Count, members.Count(c => !c.Customer.IsAnonymous), view.Book.Count, view.Book.AsOf);

    private static IEnumerable<Candidate> InOrder(List<Candidate> members) => members.OrderBy(c => c.Customer.ToString(), StringComparer.Ordinal);

    private static AudienceMember MemberOf(Candidate member) => new(
        member.Customer, member.Segment, member.Features.Orders, member.Features.Monetary, member.Features.RecencyDays, member.Features.IdleDays, member.Prediction?.PurchaseProbability);

    private static List<AudienceCell> CellsOf(List<Candidate> members, AudienceGrouping grouping) =>
    [
        .. members.GroupBy(member => GroupOf(member, grouping), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new AudienceCell(group.Key, group.Count(), group.Sum(m => (long)m.Features.Orders), group.Sum(m => m.Features.Monetary))),
    ];

    private static string GroupOf(Candidate member, AudienceGrouping grouping)
    {
        const string Unknown = "unknown";
        return grouping switch
        {
            AudienceGrouping.Segment => member.Segment?.English ?? Unknown,
            AudienceGrouping.Device => member.Features.PreferredDevice?.ToString() ?? Unknown,
            AudienceGrouping.Source => member.Features.PreferredSource?.Value ?? Unknown,
            AudienceGrouping.Category => member.Interests.Count > 0 ? member.Interests[0].Category : Unknown,
            AudienceGrouping.Weekday => member.Features.PreferredWeekday?.ToString() ?? Unknown,
            _ => member.Features.Orders switch { 0 => "0", 1 => "1", < 5 => "2 to 4", _ => "5 or more" },
        };
    }

    private static void Refuse(AudienceRule rule)
    {
        IReadOnlyList<AudienceFault> faults = AudienceCheck.Find(rule);
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults.Select(fault => $"{fault.Path}: {fault.Cure}")), nameof(rule));
        }
    }

    private Task<T> FindAsync<T>(AudienceRule rule, Func<BookView, List<Candidate>, T> read, CancellationToken cancellationToken)
    {
        Refuse(rule);
        return analyst.ReadAsync(
            async (view, token) => read(view, AudienceEvaluator.Find(view, [rule], await ReadProfilesAsync(view, [rule], token), contacts, token)[0]),
            cancellationToken);
    }

    private async Task<IReadOnlyDictionary<CustomerId, CustomerProfile>> ReadProfilesAsync(BookView view, IEnumerable<AudienceRule> rules, CancellationToken cancellationToken) =>
        rules.Any(AudienceEvaluator.AsksForConsent) ? await profiles.FindManyAsync([.. view.Book.States.Select(s => s.Key)], cancellationToken) : NoProfiles;

    private async Task<Audience> ReadAsync(StoredAudience saved, CancellationToken cancellationToken) =>
        new(saved.Name, AudienceRule.Parse(saved.Rule), saved.SavedAt, await store.ReadSizesAsync(saved.Name, cancellationToken));

    private async Task PublishAsync(string name, HashSet<CustomerId> members, int customers, int today, CancellationToken cancellationToken)
    {
        store.Members.Publish(name, members);
        await store.NoteSizeAsync(name, new AudienceSize(DateOnly.FromDayNumber(today), members.Count, customers), cancellationToken);
    }
}
