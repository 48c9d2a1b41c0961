using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Consent;

/// <summary>Who said yes or no to what, when, to which text: added to and never changed, made of the event log. Thread-safe.</summary>
public sealed class ConsentLedger
{
    private readonly ShopDatabase database;
    private readonly EventLoader loader;
    private readonly IdentityGraph links;
    private readonly IEventLog log;

    internal ConsentLedger(ShopDatabase database, EventLoader loader, IdentityGraph links, IEventLog log)
    {
        this.database = database;
        this.loader = loader;
        this.links = links;
        this.log = log;
    }

    /// <summary>All entries of a customer and the browsers that belong to them, newest first. Sees everything acknowledged before. O(their entries).</summary>
    public async Task<IReadOnlyList<ConsentEntry>> ListAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        return database.Read(connection => ConsentTable.List(connection, null, links.ListOf(customer)));
    }

    /// <summary>Where how many people stand, and how many browsers send Global Privacy Control. O(ledger).</summary>
    public async Task<ConsentOverview> CountAsync(CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        return database.Read(connection => new ConsentOverview(
            ConsentTable.CountStandings(connection),
            connection.QuerySingle<long>("SELECT count(DISTINCT customer) FROM consents WHERE origin = @origin", new { origin = ConsentOrigin.PrivacyControl }),
            connection.QuerySingle<long>("SELECT count(*) FROM people")));
    }

    /// <summary>Writes a word on consent through the log: durable when it returns, and in force for the next decision. The same word of the same moment is stored once.</summary>
    /// <param name="word">What was said.</param>
    /// <param name="receivedAt">Our clock.</param>
    /// <param name="cancellationToken">Cancels before storing.</param>
    /// <returns>False when it was stored before, or lies before the erasure of its person.</returns>
    /// <exception cref="MarketLoopException">The store cannot write; nothing was stored.</exception>
    public async Task<bool> RecordAsync(ConsentWord word, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(word);
        DateTimeOffset at = word.At ?? await FindMomentAsync(word.Customer, receivedAt, cancellationToken);
        string told = JsonSerializer.Serialize(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["purpose"] = word.Purpose.ToString(),
            ["channel"] = word.Channel.ToString(),
            ["granted"] = word.IsGranted,
            ["textVersion"] = word.TextVersion,
        });
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{word.Customer}|{at.UtcTicks}|{told}"));
        AppendReceipt receipt = await log.AppendAsync(
            [
                new Interaction
                {
                    Source = new SourceId(ToldConsents.OwnSource + word.Origin.ToString().ToLowerInvariant()),
                    MessageId = "consent-" + Convert.ToHexStringLower(hash.AsSpan(0, 12)),
                    Kind = InteractionKind.ConsentUpdated,
                    Name = EventNames.ConsentUpdated,
                    Customer = word.Customer,
                    UserId = word.Customer.IsAnonymous ? null : word.Customer.Value,
                    AnonymousId = word.Customer.IsAnonymous ? word.Customer.Value : null,
                    OccurredAt = at.ToUniversalTime(),
                    ReceivedAt = receivedAt.ToUniversalTime(),
                    PropertiesJson = told,
                },
            ],
            cancellationToken);
        return receipt.Stored == 1;
    }

    // What is said now comes after all that was said before, even if a browser's clock ran ahead of ours.
    private async Task<DateTimeOffset> FindMomentAsync(CustomerId customer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConsentEntry> before = await ListAsync(customer, cancellationToken);
        return before.Count > 0 && before[0].At >= now ? before[0].At.AddTicks(1) : now;
    }
}

/// <summary>A word on consent that one of our own routes takes.</summary>
/// <param name="Customer">Whose.</param>
/// <param name="Purpose">To what.</param>
/// <param name="Channel">Where.</param>
/// <param name="IsGranted">Yes or no.</param>
/// <param name="At">When it was said; null for now.</param>
/// <param name="TextVersion">Version of the text; null when not told.</param>
/// <param name="Origin">How it was said.</param>
public sealed record ConsentWord(CustomerId Customer, ConsentPurpose Purpose, ConsentChannel Channel, bool IsGranted, DateTimeOffset? At, string? TextVersion, ConsentOrigin Origin);

/// <summary>The ledger in numbers, without people.</summary>
/// <param name="Standings">How many said what at last, by purpose and channel.</param>
/// <param name="WithPrivacyControl">Customers and browsers that sent Global Privacy Control.</param>
/// <param name="People">Customers and browsers known.</param>
public sealed record ConsentOverview(IReadOnlyList<ConsentCount> Standings, long WithPrivacyControl, long People);

/// <summary>How many customers and browsers stand where on one purpose and channel.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Granted">Whose last word is yes.</param>
/// <param name="Withdrawn">Whose last word is no.</param>
public sealed record ConsentCount(ConsentPurpose Purpose, ConsentChannel Channel, long Granted, long Withdrawn);
