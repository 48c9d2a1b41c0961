using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;

namespace MarketLoop.Data.Importing;

/// <summary>What an import found and stored. Money is rounded to cents only here.</summary>
public sealed record ImportReport
{
    /// <summary>How reports are written to stores and answers: camelCase, without what does not apply to the format.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Name of the format.</summary>
    public required string Format { get; init; }

    /// <summary>Source under which the events are stored.</summary>
    public required string Source { get; init; }

    /// <summary>When the import ended.</summary>
    public required DateTimeOffset ImportedAt { get; init; }

    /// <summary>Data rows or lines read.</summary>
    public required long RowsRead { get; init; }

    /// <summary>Faults over all rows: a row with two faults counts in both.</summary>
    public FaultCounts? Seen { get; init; }

    /// <summary>Rows kept out of purchases, each counted once under its first fault; with <see cref="Clean"/> they add up to <see cref="RowsRead"/>.</summary>
    public FaultCounts? Dropped { get; init; }

    /// <summary>What was left.</summary>
    public CleanTotals? Clean { get; init; }

    /// <summary>Worth of known customers' cancellations, negative.</summary>
    public decimal? CancellationsOfKnownCustomers { get; init; }

    /// <summary>Gross plus cancellations.</summary>
    public decimal? Net { get; init; }

    /// <summary>Clean rows that are no merchandise (postage, charges): revenue, but never recommended.</summary>
    public RowsAndValue? NonProduct { get; init; }

    /// <summary>Cancelled lines by whether the order they undo was found.</summary>
    public RefundMatches? Refunds { get; init; }

    /// <summary>Rows that joined an order which another row had begun; null where the format has one event a row.</summary>
    public long? RowsJoined { get; init; }

    /// <summary>Rows that an interrupted import of the same file had stored, so that this one passed them; null when it began from nothing.</summary>
    public long? RowsResumed { get; init; }

    /// <summary>Rows or lines refused, each under the first rule it broke; with <see cref="RowsJoined"/>, <see cref="EventsStored"/> and <see cref="EventsDuplicate"/> they add up to <see cref="RowsRead"/>.</summary>
    public SortedDictionary<string, long>? Rejected { get; init; }

    /// <summary>File in the quarantine that holds what was dropped or refused; null when nothing was.</summary>
    public string? RejectedFile { get; init; }

    /// <summary>What the columns were told to mean; null where the format says it.</summary>
    public ColumnMapping? Mapping { get; init; }

    /// <summary>What became of products; null for files of events.</summary>
    public CatalogChanges? Catalog { get; init; }

    /// <summary>Events stored by this import, by the interrupted one that it goes on with included.</summary>
    public required long EventsStored { get; init; }

    /// <summary>Events that were stored before: importing a file twice stores nothing twice.</summary>
    public required long EventsDuplicate { get; init; }

    /// <summary>Event time of the first event; null when there is none.</summary>
    public DateTimeOffset? FirstEvent { get; init; }

    /// <summary>Event time of the last event; null when there is none.</summary>
    public DateTimeOffset? LastEvent { get; init; }

    /// <summary>The report as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>What is left after cleaning.</summary>
/// <param name="Rows">Purchase rows.</param>
/// <param name="Customers">Customers who bought.</param>
/// <param name="Products">Stock codes, charges included.</param>
/// <param name="Orders">Invoices.</param>
/// <param name="Gross">Worth of all purchase rows.</param>
public sealed record CleanTotals(long Rows, long Customers, long Products, long Orders, decimal Gross);

/// <summary>Rows and what they are worth.</summary>
public sealed record RowsAndValue(long Rows, decimal Value);

/// <summary>Cancelled lines.</summary>
/// <param name="Matched">Lines whose order was found: same customer, product and quantity, earlier order.</param>
/// <param name="Unmatched">Lines without such an order.</param>
public sealed record RefundMatches(long Matched, long Unmatched);

/// <summary>How far an import is.</summary>
/// <param name="Phase"><c>read</c> or <c>store</c>.</param>
/// <param name="RowsRead">Rows read so far.</param>
/// <param name="Share">Share of the work done, 0..1; null when the size is unknown.</param>
public sealed record ImportProgress(string Phase, long RowsRead, double? Share);
