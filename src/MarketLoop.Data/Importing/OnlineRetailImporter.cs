using MarketLoop.Data.Cleaning;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Imports the UCI Online Retail file: every invoice line of a shop, with cancellations, lines without customer and charges among the products.</summary>
/// <remarks>
/// Invoice numbers that begin with C are cancellations; stock codes that do not begin with a digit are charges (postage, bank charges), revenue but no merchandise.
/// Times carry no zone and are read as UTC.
/// </remarks>
public sealed class OnlineRetailImporter(ImportTarget target) : IShopImporter
{
    /// <summary>Name of the format.</summary>
    public const string FormatName = "online-retail";

    internal static PurchaseFormat Layout { get; } = new()
    {
        Name = FormatName,
        Mapping = new ColumnMapping
        {
            Customer = "CustomerID",
            Product = "StockCode",
            Name = "Description",
            Quantity = "Quantity",
            Price = "UnitPrice",
            Time = "InvoiceDate",
            Order = "InvoiceNo",
        },
        IsCancellation = static order => order.StartsWith('C') || order.StartsWith('c'),
        IsMerchandise = static product => char.IsAsciiDigit(product[0]),
        ReadCustomer = static customer => customer.EndsWith(".0", StringComparison.Ordinal) ? customer[..^2] : customer,
    };

    /// <inheritdoc />
    public string Format => FormatName;

    /// <inheritdoc />
    public Task<ImportReport> ImportAsync(Stream file, SourceId source, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new PurchaseImport(target, Layout, source, progress).RunAsync(file, cancellationToken);
    }

    /// <summary>Reads the clean purchases of a file as orders and stores nothing: evaluations see exactly the rows that an import would keep.</summary>
    /// <param name="file">The CSV, gzipped or not.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Orders in the order an import stores them.</returns>
    public static async Task<IReadOnlyList<Interaction>> ReadOrdersAsync(Stream file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        using CsvRows rows = await CsvRows.OpenAsync(file, cancellationToken);
        PurchaseRowReader reader = new(rows, Layout);
        PurchaseCleaner cleaner = new();
        OrderAssembler assembler = new(new SourceId(FormatName), Layout, DateTimeOffset.UnixEpoch);
        while (await rows.ReadAsync(cancellationToken))
        {
            PurchaseRow row = reader.Read(rows.Fingerprint());
            if (cleaner.Judge(row) is null && row is { Kind: InteractionKind.OrderCompleted, Order: not null, Product: not null })
            {
                assembler.AddOrderRow(row);
            }
        }

        return [.. assembler.BuildOrders()];
    }
}
