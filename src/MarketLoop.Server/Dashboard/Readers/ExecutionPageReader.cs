using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Execution.Channels.Email;
using MarketLoop.Server.Api;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the execution page shows.</summary>
internal sealed record ExecutionPageModel(
    IReadOnlyList<Treatment> Drafts, IReadOnlyList<OutboxMessage> Mails, Page<Delivery> Deliveries, IReadOnlyDictionary<ProductId, Product> Products)
{
    public string NameOf(ProductId id, Words words) => Products.TryGetValue(id, out Product? product) ? words.Of(product.Name) : id.Value;
}

/// <summary>Reads the execution page.</summary>
internal sealed class ExecutionPageReader(IEventLog log, Outbox outbox, ICatalogStore catalog)
{
    private const int MostDrafts = 6;
    private const int MostMails = 15;
    private const int MostDeliveries = 25;

    public async Task<ExecutionPageModel> ReadAsync(string? cursor, CancellationToken cancellationToken)
    {
        string? known = RecordPages.Check(cursor, null).Count == 0 ? cursor : null;
        return new ExecutionPageModel(
            await ReadDraftsAsync(cancellationToken),
            [.. (await outbox.ListAsync(Math.Max(0, outbox.Newest - MostMails), MostMails, cancellationToken)).Messages.Reverse()],
            await RecordPages.ReadAsync<Delivery>(log, known, MostDeliveries, null, cancellationToken),
            catalog.Current);
    }

    private async Task<IReadOnlyList<Treatment>> ReadDraftsAsync(CancellationToken cancellationToken)
    {
        Page<Delivery> drafted = await RecordPages.ReadAsync<Delivery>(log, null, MostDrafts, delivery => delivery.Status == DeliveryStatus.Drafted, cancellationToken);
        if (drafted.Items.Count == 0)
        {
            return [];
        }

        HashSet<TreatmentId> wanted = [.. drafted.Items.Select(delivery => delivery.Treatment)];
        return (await RecordPages.ReadAsync<Treatment>(log, null, MostDrafts, treatment => wanted.Contains(treatment.Id), cancellationToken)).Items;
    }
}
