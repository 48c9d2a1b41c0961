using System.Text.Json;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Imports products: Google Merchant feeds (CSV, TSV, XML) and JSON lines. A bad one never costs its neighbours; importing again changes only what changed.</summary>
public sealed class ProductImporter : IShopImporter
{
    /// <summary>A feed for Google's Merchant Center.</summary>
    public const string GoogleMerchant = "google-merchant";

    /// <summary>One JSON object a line.</summary>
    public const string ProductsJsonl = "products-jsonl";

    private const int BatchSize = 1_000;
    private readonly ImportTarget target;

    internal ProductImporter(ImportTarget target, string format)
    {
        this.target = target;
        Format = format;
    }

    /// <inheritdoc />
    public string Format { get; }

    /// <inheritdoc />
    public async Task<ImportReport> ImportAsync(Stream file, SourceId source, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        using IProductFile products = await OpenAsync(Format, file, cancellationToken);
        await using RejectedRows rejected = new(target.QuarantineFolder, source.Value, products.Headers);
        ProductReader reader = new(target.Currency, target.Cleaning, target.Time.GetUtcNow());
        SortedDictionary<string, long> faults = new(StringComparer.Ordinal);
        HashSet<ProductId> seen = [];
        List<Product> batch = new(BatchSize);
        CatalogChanges changes = CatalogChanges.None;
        long rows = 0;
        while (await products.ReadAsync(cancellationToken))
        {
            rows++;
            (Product? product, string? fault) = reader.Read(products.Read());
            fault ??= product is not null && !seen.Add(product.Id) ? ProductFaults.Repeated : null;
            if (fault is not null || product is null)
            {
                string reason = fault ?? ProductFaults.NotAProduct;
                faults[reason] = faults.GetValueOrDefault(reason) + 1;
                await rejected.AddAsync(products.Raw, products.Line, reason);
                continue;
            }

            batch.Add(product);
            if (batch.Count == BatchSize)
            {
                changes = changes.Add(await target.Catalog.UpsertAsync(batch, cancellationToken));
                batch.Clear();
                progress?.Report(new ImportProgress("read", rows, products.Share));
            }
        }

        changes = changes.Add(await target.Catalog.UpsertAsync(batch, cancellationToken));
        ImportReport report = new()
        {
            Format = Format,
            Source = source.Value,
            ImportedAt = target.Time.GetUtcNow(),
            RowsRead = rows,
            Rejected = faults,
            RejectedFile = await rejected.CompleteAsync(),
            Catalog = changes,
            EventsStored = 0,
            EventsDuplicate = 0,
        };
        await target.Store.AddImportReportAsync(report.ToJson(), cancellationToken);
        return report;
    }

    /// <summary>Takes a refused product that was set right: the rule it still breaks, or what it changed.</summary>
    internal static async Task<(string? Fault, CatalogChanges Changes)> ReplayAsync(ImportTarget target, string json, CancellationToken cancellationToken)
    {
        if (!IntakeBody.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out IntakeBody? body, out _))
        {
            return (FaultCodes.MalformedJson, CatalogChanges.None);
        }

        using (body)
        {
            ProductReader reader = new(target.Currency, target.Cleaning, target.Time.GetUtcNow());
            (Product? product, string? fault) = reader.Read(JsonProducts.Flatten(body.Root));
            return (fault, product is null ? CatalogChanges.None : await target.Catalog.UpsertAsync([product], cancellationToken));
        }
    }

    private static async Task<IProductFile> OpenAsync(string format, Stream file, CancellationToken cancellationToken)
    {
        if (string.Equals(format, ProductsJsonl, StringComparison.Ordinal))
        {
            return await JsonProducts.OpenAsync(file, cancellationToken);
        }

        (string line, Stream content) = await PlainContent.PeekLineAsync(await PlainContent.OpenAsync(file, cancellationToken), cancellationToken);
        return line.TrimStart('\uFEFF', ' ').StartsWith('<') ? new XmlFeed(file, content) : new TableFeed(await CsvRows.OpenAsync(content, cancellationToken));
    }
}
