using System.Text.Json;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Imports files that tell of one event in each row: archives of tracking calls, GA4's export, public clickstreams, and any table told which column means what.</summary>
/// <remarks>Times are taken as written; without a zone they are UTC. The whole file streams through; an interrupted import goes on where it stopped.</remarks>
public sealed class RowImporter : IShopImporter
{
    /// <summary>Tracking calls as Segment and RudderStack archive them, one JSON object a line.</summary>
    public const string SegmentJsonl = "segment-jsonl";

    /// <summary>Rows of GA4's export to BigQuery, one JSON object a line.</summary>
    public const string Ga4Jsonl = "ga4-jsonl";

    /// <summary>Retailrocket's events.csv.</summary>
    public const string Retailrocket = "retailrocket";

    /// <summary>The monthly files of REES46's open shops.</summary>
    public const string Rees46 = "rees46";

    /// <summary>Yoochoose's clicks and buys (RecSys 2015).</summary>
    public const string Yoochoose = "yoochoose";

    /// <summary>Any table, with a mapping.</summary>
    public const string Csv = "csv";

    private const int PreviewRows = 10;
    private readonly ImportTarget target;
    private readonly ColumnMapping? mapping;

    internal RowImporter(ImportTarget target, string format, ColumnMapping? mapping)
    {
        this.target = target;
        this.mapping = mapping;
        Format = format;
    }

    /// <inheritdoc />
    public string Format { get; }

    /// <inheritdoc />
    public async Task<ImportReport> ImportAsync(Stream file, SourceId source, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        using IRowFile rows = await OpenAsync(Format, mapping, file, source, target.Limits, target.Identity, target.Time.GetUtcNow(), cancellationToken);
        return await new RowImport(target, Format, source, progress) { Mapping = mapping }.RunAsync(rows, cancellationToken);
    }

    /// <summary>A dry run: shows what the first ten rows would become. Stores nothing.</summary>
    /// <param name="format">Name of the format.</param>
    /// <param name="file">The file, plain or gzipped.</param>
    /// <param name="mapping">What the columns mean, for <c>csv</c>; null guesses by their names, and shows no rows where customer or time cannot be guessed.</param>
    /// <param name="now">Our clock.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ImportFormatException">The file is not of this format.</exception>
    public static async Task<ImportPreview> PreviewAsync(string format, Stream file, ColumnMapping? mapping, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!string.Equals(format, Csv, StringComparison.Ordinal))
        {
            using IRowFile known = await OpenAsync(format, mapping, file, new SourceId(format), new IntakeOptions(), identity: null, now, cancellationToken);
            return new ImportPreview(known.Headers, mapping ?? new ColumnMapping(), await FirstRowsAsync(known, cancellationToken));
        }

        CsvRows table = await CsvRows.OpenAsync(file, cancellationToken);
        ColumnMapping used = mapping ?? ColumnMapping.Suggest(table.Headers);
        if (mapping is null && !used.IsComplete)
        {
            using (table)
            {
                return new ImportPreview(table.Headers, used, []); // names that tell nothing: somebody must say which column is which before a row can be read
            }
        }

        using DelimitedFile rows = Open(table, read => new MappedRows(read, MappedRows.LayoutOf(format, used), new ShopRowBuilder(new SourceId(format), now), identity: null));
        return new ImportPreview(rows.Headers, used, await FirstRowsAsync(rows, cancellationToken));
    }

    internal static bool CanRead(string format, ColumnMapping? mapping) =>
        format is SegmentJsonl or Ga4Jsonl or Retailrocket or Rees46 or Yoochoose or OnlineRetailImporter.FormatName || (format is Csv && mapping is not null);

    internal static async Task<IRowFile> OpenAsync(
        string format, ColumnMapping? mapping, Stream file, SourceId source, IntakeOptions limits, CustomerIdentity? identity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ShopRowBuilder builder = new(source, now);
        switch (format)
        {
            case SegmentJsonl:
                return await JsonLineFile.OpenAsync(file, new SegmentRows(source, limits, identity, now).Read, cancellationToken);
            case Ga4Jsonl:
                return await JsonLineFile.OpenAsync(file, new Ga4Rows(source, limits, identity, now).Read, cancellationToken);
            case Yoochoose:
                return Open(await CsvRows.OpenAsync(file, cancellationToken, YoochooseRows.NameColumns), rows => new YoochooseRows(rows, builder));
            case Retailrocket:
                return Open(await CsvRows.OpenAsync(file, cancellationToken), rows => new RetailrocketRows(rows, builder));
            case Rees46:
                return Open(await CsvRows.OpenAsync(file, cancellationToken), rows => new Rees46Rows(rows, builder));
            default:
                return Open(
                    await CsvRows.OpenAsync(file, cancellationToken),
                    rows => new MappedRows(rows, MappedRows.LayoutOf(format, mapping ?? ColumnMapping.Suggest(rows.Headers)), builder, identity));
        }
    }

    private static async Task<List<PreviewRow>> FirstRowsAsync(IRowFile rows, CancellationToken cancellationToken)
    {
        List<PreviewRow> shown = [];
        while (shown.Count < PreviewRows && await rows.ReadAsync(cancellationToken))
        {
            shown.Add(PreviewRow.Of(rows.Line, rows.Read()));
        }

        return shown;
    }

    private static DelimitedFile Open(CsvRows rows, Func<CsvRows, IRowLayout> layout)
    {
        try
        {
            return new DelimitedFile(rows, layout(rows));
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }
}

/// <summary>What an import would make of a file.</summary>
/// <param name="Headers">The file's columns.</param>
/// <param name="Mapping">The mapping that was used; empty where the format has none.</param>
/// <param name="Rows">The first rows, read.</param>
public sealed record ImportPreview(IReadOnlyList<string> Headers, ColumnMapping Mapping, IReadOnlyList<PreviewRow> Rows);

/// <summary>One row as it would be stored; <paramref name="Fault"/> says why it would be dropped.</summary>
public sealed record PreviewRow(
    long Line,
    string? Event,
    string? Customer,
    string? Order,
    string? Product,
    string? Name,
    string? Category,
    int? Quantity,
    decimal? Price,
    DateTimeOffset? At,
    string? Fault)
{
    internal static PreviewRow Of(long line, in RowReading reading)
    {
        Interaction? read = reading.Interaction;
        LineItem? item = read?.Lines.Count > 0 ? read.Lines[0] : null;
        return new PreviewRow(
            line, read?.Name, read?.Customer.Value, read?.OrderId, item?.Product.Value, reading.Told?.Name, reading.Told?.Category, item?.Quantity, item?.UnitPrice, read?.OccurredAt,
            reading.Fault);
    }
}
