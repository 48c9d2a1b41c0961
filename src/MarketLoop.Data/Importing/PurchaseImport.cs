using System.Globalization;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>One run over a sales file: read, clean, put orders together, match cancellations, store. Holds the clean rows of orders in memory, about 100 bytes each.</summary>
internal sealed class PurchaseImport(ImportTarget target, PurchaseFormat format, SourceId source, IProgress<ImportProgress>? progress)
{
    private const int RowsBetweenNews = 10_000;
    private readonly PurchaseCleaner cleaner = new();
    private readonly ProductNames products = new(format);
    private readonly OrderAssembler assembler = new(source, format, target.Time.GetUtcNow());
    private readonly EventWriter writer = new(target);
    private readonly HashSet<string> customers = new(StringComparer.Ordinal);
    private readonly HashSet<string> purchased = new(StringComparer.Ordinal);
    private decimal gross;
    private decimal cancelled;
    private decimal chargesValue;
    private long charges;
    private long cleanRows;

    /// <summary>The word for a fault, as it stands in the file of rejected rows.</summary>
    public static string ReasonOf(RowFault fault) => fault switch
    {
        RowFault.Duplicate => "duplicate",
        RowFault.WithoutCustomer => "without_customer",
        RowFault.Cancellation => "cancellation",
        RowFault.NonPositiveQuantity => "non_positive_quantity",
        RowFault.NonPositivePrice => "non_positive_price",
        _ => "unreadable",
    };

    /// <summary>Imports the file.</summary>
    public async Task<ImportReport> RunAsync(Stream file, CancellationToken cancellationToken)
    {
        using CsvRows rows = await CsvRows.OpenAsync(file, cancellationToken);
        PurchaseRowReader reader = new(rows, format);
        await using RejectedRows rejected = new(target.QuarantineFolder, source.Value, rows.Headers);
        while (await rows.ReadAsync(cancellationToken))
        {
            PurchaseRow row = reader.Read(rows.Fingerprint());
            RowFault? fault = cleaner.Judge(row);
            if (fault is { } reason)
            {
                await rejected.AddAsync(rows.Fields, row.Line, ReasonOf(reason));
                NoteDropped(row, reason);
            }
            else
            {
                await TakeAsync(row, cancellationToken);
            }

            if (cleaner.Rows % RowsBetweenNews == 0)
            {
                progress?.Report(new ImportProgress("read", cleaner.Rows, rows.Share));
            }
        }

        await StoreOrdersAsync(cancellationToken);
        RefundMatches matches = await StoreRefundsAsync(cancellationToken);
        ImportReport report = Summarise(matches, await rejected.CompleteAsync());
        await target.Store.AddImportReportAsync(report.ToJson(), cancellationToken);
        return report;
    }

    private void NoteDropped(in PurchaseRow row, RowFault fault)
    {
        if (fault != RowFault.Cancellation || row.Quantity is not { } quantity || row.Price is not { } price || row.At is null)
        {
            return;
        }

        cancelled += quantity * price;
        if (quantity < 0 && price > 0 && row.Product is not null)
        {
            products.Add(row, isPurchase: false);
            assembler.AddCancellation(row);
        }
    }

    private async ValueTask TakeAsync(PurchaseRow row, CancellationToken cancellationToken)
    {
        cleanRows++;
        customers.Add(row.Customer!); // the cleaner lets no row pass without
        products.Add(row, row.IsPriced);
        bool isOrder = row.Kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded;
        if (isOrder && row.Product is { } product)
        {
            NotePurchase(row, product);
        }

        if (isOrder && row.Order is not null)
        {
            assembler.AddOrderRow(row);
        }
        else
        {
            await writer.AddAsync(assembler.BuildSingle(row), products, cancellationToken);
        }
    }

    private void NotePurchase(in PurchaseRow row, string product)
    {
        if (row.Kind == InteractionKind.OrderRefunded)
        {
            cancelled -= row.Quantity!.Value * (row.Price ?? 0); // the cleaner lets no row pass without a quantity
            return;
        }

        decimal value = row.Quantity!.Value * (row.Price ?? 0); // as above
        gross += value;
        purchased.Add(product);
        if (!format.IsMerchandise(product))
        {
            charges++;
            chargesValue += value;
        }
    }

    private async Task StoreOrdersAsync(CancellationToken cancellationToken)
    {
        int done = 0;
        foreach (Interaction order in assembler.BuildOrders())
        {
            await writer.AddAsync(order, products, cancellationToken);
            if (++done % RowsBetweenNews == 0)
            {
                progress?.Report(new ImportProgress("store", cleaner.Rows, (double)done / assembler.Groups));
            }
        }

        await writer.FlushAsync(products, cancellationToken);
    }

    private async Task<RefundMatches> StoreRefundsAsync(CancellationToken cancellationToken)
    {
        if (assembler.Cancellations == 0)
        {
            return new RefundMatches(0, 0);
        }

        // From the log, not from this file alone: a file of the second half cancels orders of the first.
        RefundMatcher matcher = new();
        await foreach (Interaction stored in target.Log.ReadInteractionsAsync(LogRange.Everything, cancellationToken))
        {
            if (stored.Kind == InteractionKind.OrderCompleted && stored.Source == source)
            {
                matcher.AddOrder(stored);
            }
        }

        long matched = 0;
        foreach (Interaction refund in assembler.BuildRefunds(matcher))
        {
            matched += refund.OrderId is null ? 0 : 1;
            await writer.AddAsync(refund, products, cancellationToken);
        }

        await writer.FlushAsync(products, cancellationToken);
        return new RefundMatches(matched, assembler.Cancellations - matched);
    }

    private ImportReport Summarise(RefundMatches matches, string? rejectedFile) => new()
    {
        Format = format.Name,
        Source = source.Value,
        ImportedAt = target.Time.GetUtcNow(),
        RowsRead = cleaner.Rows,
        Seen = cleaner.Seen,
        Dropped = cleaner.Dropped,
        Clean = new CleanTotals(cleanRows, customers.Count, purchased.Count, assembler.Orders, Cents(gross)),
        CancellationsOfKnownCustomers = Cents(cancelled),
        Net = Cents(gross + cancelled),
        NonProduct = new RowsAndValue(charges, Cents(chargesValue)),
        Refunds = matches,
        RejectedFile = rejectedFile,
        EventsStored = writer.Stored,
        EventsDuplicate = writer.Duplicates,
        FirstEvent = writer.First,
        LastEvent = writer.Last,
    };

    private static decimal Cents(decimal amount) => decimal.Round(amount, 2, MidpointRounding.ToEven);
}
