using Dapper;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;

namespace MarketLoop.Data.Erasure;

/// <summary>What a person may ask of the shop: everything that is held about them, and to be forgotten. Thread-safe; one erasure at a time.</summary>
/// <remarks>Erasing destroys the person's key and number, after which nobody can read or attribute what the log holds of them; counts and sums stand.
/// Whatever names people in clear (profiles, links, claims, quarantine, outbox, the journal's short tail) is removed. An erasure that a crash cut short goes on at the next start.</remarks>
public sealed class CustomerRights
{
    private readonly ShopParts parts;
    private readonly PersonalFiles files;
    private readonly TimeProvider clock;
    private readonly List<Action<IReadOnlyList<CustomerId>>> listeners = [];

    internal CustomerRights(ShopParts parts, TimeProvider clock)
    {
        this.parts = parts;
        this.clock = clock;
        files = new PersonalFiles(parts.Owner.Folder);
    }

    /// <summary>Has somebody who holds people in memory told of every erasure, after everything on disk is gone.</summary>
    public void TellOfErasures(Action<IReadOnlyList<CustomerId>> forget)
    {
        ArgumentNullException.ThrowIfNull(forget);
        listeners.Add(forget);
    }

    /// <summary>Everything the folder holds about a customer and all browsers that belong to them, for the person who asked: noted without the person. O(their records), and a pass over quarantine and outbox.</summary>
    public async Task<CustomerExport> ExportAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        CustomerExport export = await GatherAsync(customer, cancellationToken);
        await NoteAsync(RightsRequest.Export, cancellationToken);
        return export;
    }

    /// <summary>Notes that somebody asked for something, and when; not who.</summary>
    public Task NoteAsync(RightsRequest kind, CancellationToken cancellationToken) => parts.Shop.WriteAsync(
        (connection, transaction) => connection.Execute("INSERT INTO rights_asked (kind, at) VALUES (@kind, @at)", new { kind, at = clock.GetUtcNow().UtcTicks }, transaction),
        null,
        cancellationToken);

    /// <summary>What people asked for so far, and the newest erasures; nobody is named.</summary>
    /// <param name="limit">Most erasures wanted.</param>
    public RightsRecord ReadRecord(int limit) => parts.Shop.Read(connection => new RightsRecord(
        connection.QuerySingle<long>("SELECT count(*) FROM rights_asked WHERE kind = @kind", new { kind = RightsRequest.Export }),
        connection.QuerySingle<long>("SELECT count(*) FROM rights_asked WHERE kind = @kind", new { kind = RightsRequest.Explanation }),
        connection.QuerySingle<long>("SELECT count(*) FROM erasures"),
        [.. connection.Query<string>("SELECT places FROM erasures ORDER BY id DESC LIMIT @limit", new { limit }).Select(StoreJson.Read<ErasureReceipt>)]));

    /// <summary>The same as an export, for somebody who works for the shop: nothing is noted.</summary>
    public async Task<CustomerExport> GatherAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        await parts.Loader.LoadAsync(cancellationToken);
        CustomerId owner = parts.Links.Resolve(customer);
        IReadOnlyList<CustomerId> ids = parts.Links.ListOf(owner);
        Subject subject = DescribeSubject(ids);
        IReadOnlyList<long> people = parts.Directory.Find(ids);
        return new CustomerExport(
            owner,
            ids,
            await parts.Owner.Profiles.FindAsync(owner, cancellationToken),
            await parts.Owner.Consents.ListAsync(owner, cancellationToken),
            parts.Queries.ReadTimeline(people, int.MaxValue, null),
            parts.Queries.ReadAbout<CustomerInsight>(people),
            parts.Queries.ReadAbout<Treatment>(people),
            parts.Queries.ReadAbout<Delivery>(people),
            parts.Queries.ReadAbout<Outcome>(people),
            parts.Shop.Read(connection => PersonalTables.Read(connection, ids)),
            files.FindQuarantined(subject),
            [.. files.FindMails(subject).Select(mail => mail.Key)]);
    }

    /// <summary>Erases a customer and all ids that belong to them, whoever was merged with them included, for good. Erasing somebody unknown is no failure, and sets the tombstone all the same. O(size of the shop database), and a pass over quarantine and outbox.</summary>
    /// <exception cref="MarketLoopException">The disk refuses (transient); the erasure is written down and goes on at the next start or call.</exception>
    public async Task<ErasureReceipt> EraseAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customer.Value, nameof(customer));
        await parts.OneAtATime.WaitAsync(cancellationToken);
        try
        {
            DateTimeOffset at = clock.GetUtcNow();
            await AnnounceAsync(parts.Links.ListOf(customer), at, cancellationToken);
            return await FinishAsync(cancellationToken);
        }
        finally
        {
            parts.OneAtATime.Release();
        }
    }

    /// <summary>Finishes what a crash left unfinished.</summary>
    internal async Task ResumeAsync(CancellationToken cancellationToken)
    {
        if (parts.Shop.Read(connection => connection.QuerySingle<long>("SELECT count(*) FROM erasing")) > 0)
        {
            await FinishAsync(cancellationToken);
        }
    }

    private Task<int> AnnounceAsync(IEnumerable<CustomerId> ids, DateTimeOffset at, CancellationToken cancellationToken) => parts.Shop.WriteAsync(
        (connection, transaction) =>
        {
            foreach (CustomerId id in ids)
            {
                connection.Execute("INSERT OR REPLACE INTO erasing VALUES (@customer, @at)", new { customer = id.ToString(), at = at.UtcTicks }, transaction);
                parts.Directory.Tombstones.Set(connection, transaction, id, at);
            }

            return 0;
        },
        null,
        cancellationToken);

    private async Task<ErasureReceipt> FinishAsync(CancellationToken cancellationToken)
    {
        await parts.Log.Rounds.WaitForEarlierAsync(cancellationToken);
        return await parts.Loader.RunLoadedAsync(
            async () =>
            {
                (List<CustomerId> ids, DateTimeOffset at) = ListErasing();
                List<CustomerId> linkedMeanwhile = [.. ids.SelectMany(parts.Links.ListOf).Except(ids)];
                await AnnounceAsync(linkedMeanwhile, at, cancellationToken);
                ids.AddRange(linkedMeanwhile);
                return await EraseAsync(ids, at, cancellationToken);
            },
            cancellationToken);
    }

    private async Task<ErasureReceipt> EraseAsync(List<CustomerId> ids, DateTimeOffset at, CancellationToken cancellationToken)
    {
        // Files first and the ids last: as long as anything is left to do, the shop database still knows whom it is about.
        Subject subject = DescribeSubject(ids);
        ErasureReceipt receipt = new(at, ids.Count, parts.Queries.CountAbout(parts.Directory.Find(ids)), 0, files.BlankQuarantined(subject), files.DeleteMails(subject), 0)
        {
            Customers = ids.Count(id => !id.IsAnonymous),
        };
        await parts.Loader.DropJournalAsync(cancellationToken);
        (receipt, List<long> numbers) = await parts.Shop.WriteAsync(
            (connection, transaction) =>
            {
                int consents = ConsentTable.Count(connection, transaction, ids);
                ErasureReceipt whole = receipt with { Rows = PersonalTables.Delete(connection, transaction, ids), Consents = consents };
                List<long> removed = PersonDirectory.Remove(connection, transaction, ids);
                connection.Execute("INSERT INTO erasures (erased_at, ids, places) VALUES (@at, @count, @places)", new { at = at.UtcTicks, count = ids.Count, places = StoreJson.Write(whole) }, transaction);
                connection.Execute("DELETE FROM erasing", transaction: transaction);
                return (whole, removed);
            },
            null,
            cancellationToken);
        parts.Directory.Forget(ids, numbers);
        parts.Shop.Read(connection => IdentityTables.Forget(connection, parts.Links, ids));
        await parts.Shop.RewriteAsync(cancellationToken);
        listeners.ForEach(forget => forget(ids));
        return receipt;
    }

    private (List<CustomerId> Ids, DateTimeOffset At) ListErasing()
    {
        List<(string Customer, long At)> rows = parts.Shop.Read(connection => connection.Query<(string, long)>("SELECT customer, asked_at FROM erasing ORDER BY customer").ToList());
        return ([.. rows.Select(row => CustomerId.Parse(row.Customer))], new DateTimeOffset(rows.Max(row => row.At), TimeSpan.Zero));
    }

    private Subject DescribeSubject(IReadOnlyList<CustomerId> ids) => new(
        ids,
        parts.Shop.Read(connection => ids
            .SelectMany(id => connection.Query<string>("SELECT email FROM profiles WHERE customer = @id AND email IS NOT NULL", new { id = id.ToString() }))
            .Where(address => address.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToList()));
}

/// <summary>What an erasure removed. It names nobody, so it is kept.</summary>
/// <param name="At">The moment up to which acts are refused if they come again.</param>
/// <param name="Ids">Ids erased: the customer and the browsers.</param>
/// <param name="Records">Records of the log that nobody can attribute any more; they still count.</param>
/// <param name="Rows">Rows removed from the keyed store.</param>
/// <param name="Quarantined">Refused events and rows blanked.</param>
/// <param name="Mails">Mails removed from the outbox.</param>
/// <param name="Consents">Lines of the consent ledger among the rows.</param>
public sealed record ErasureReceipt(DateTimeOffset At, int Ids, long Records, int Rows, int Quarantined, int Mails, int Consents = 0)
{
    /// <summary>Ids among them that had signed in: more than one when the customer was merged with another, who is then erased as well.</summary>
    public int Customers { get; init; }
}

/// <summary>What a person may ask for beside erasure. Numbers are stored: never renumber.</summary>
public enum RightsRequest
{
    /// <summary>A copy of everything.</summary>
    Export = 1,

    /// <summary>Why they were shown what they were shown.</summary>
    Explanation = 2,
}

/// <summary>What people asked of the shop, without the people.</summary>
/// <param name="Exports">Copies given.</param>
/// <param name="Explanations">Explanations given.</param>
/// <param name="Erasures">Erasures done.</param>
/// <param name="Newest">The newest of them, newest first.</param>
public sealed record RightsRecord(long Exports, long Explanations, long Erasures, IReadOnlyList<ErasureReceipt> Newest);
