using MarketLoop.Data.Cleaning;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Imports any CSV file of orders or events, told which column means what.</summary>
public sealed class MappedCsvImporter(ImportTarget target, ColumnMapping mapping) : IShopImporter
{
    /// <summary>Name of the format.</summary>
    public const string FormatName = "csv";

    private const int PreviewRows = 10;

    /// <inheritdoc />
    public string Format => FormatName;

    /// <inheritdoc />
    public Task<ImportReport> ImportAsync(Stream file, SourceId source, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new PurchaseImport(target, LayoutOf(mapping), source, progress).RunAsync(file, cancellationToken);
    }

    /// <summary>A dry run: reads the header and the first ten rows and shows what they would become. Stores nothing.</summary>
    /// <param name="file">The file, plain or gzipped.</param>
    /// <param name="mapping">The mapping to try; null for a guess by the column names.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ImportFormatException">The file has no header, or not the columns of the mapping.</exception>
    public static async Task<CsvPreview> PreviewAsync(Stream file, ColumnMapping? mapping, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        using CsvRows rows = await CsvRows.OpenAsync(file, cancellationToken);
        ColumnMapping used = mapping ?? ColumnMapping.Suggest(rows.Headers);
        PurchaseRowReader reader = new(rows, LayoutOf(used));
        PurchaseCleaner cleaner = new();
        List<PreviewRow> shown = [];
        while (shown.Count < PreviewRows && await rows.ReadAsync(cancellationToken))
        {
            PurchaseRow row = reader.Read();
            RowFault? fault = cleaner.Judge(row);
            shown.Add(new PreviewRow(
                row.Line, row.EventName, row.Customer, row.Order, row.Product, row.ProductName, row.Category, row.Quantity, row.Price, row.At,
                fault is { } reason ? PurchaseImport.ReasonOf(reason) : null));
        }

        return new CsvPreview(rows.Headers, used, shown);
    }

    private static PurchaseFormat LayoutOf(ColumnMapping mapping) => new()
    {
        Name = FormatName,
        Mapping = mapping,
        IsCancellation = static _ => false,
        IsMerchandise = static _ => true,
        ReadCustomer = static customer => customer,
    };
}

/// <summary>What a mapping would make of a file.</summary>
/// <param name="Headers">The file's columns.</param>
/// <param name="Mapping">The mapping that was used.</param>
/// <param name="Rows">The first rows, mapped.</param>
public sealed record CsvPreview(IReadOnlyList<string> Headers, ColumnMapping Mapping, IReadOnlyList<PreviewRow> Rows);

/// <summary>One mapped row; <paramref name="Fault"/> says why it would be dropped.</summary>
public sealed record PreviewRow(
    long Line,
    string Event,
    string? Customer,
    string? Order,
    string? Product,
    string? Name,
    string? Category,
    int? Quantity,
    decimal? Price,
    DateTimeOffset? At,
    string? Fault);
