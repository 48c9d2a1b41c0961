using MarketLoop.Domain;

namespace MarketLoop.Data.Cleaning;

/// <summary>Judges the rows of a sales file and keeps a count that adds up: faults seen, and rows dropped by their first fault.</summary>
/// <remarks>Remembers 16 bytes for each row to find exact duplicates. Not thread-safe.</remarks>
internal sealed class PurchaseCleaner
{
    // A slip of the keyboard, and what a column of money cannot hold summed over an order.
    private const decimal MostAnyoneSpends = 100_000_000_000m;
    private static readonly RowFault[] AllFaults = Enum.GetValues<RowFault>();
    private readonly HashSet<UInt128> fingerprints = [];
    private readonly long[] seen = new long[AllFaults.Length];
    private readonly long[] dropped = new long[AllFaults.Length];

    /// <summary>Rows judged.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows with each fault, all rows counted for all their faults.</summary>
    public FaultCounts Seen => Count(seen);

    /// <summary>Rows dropped, each under its first fault.</summary>
    public FaultCounts Dropped => Count(dropped);

    /// <summary>The first fault of a row; null when it is a clean purchase.</summary>
    public RowFault? Judge(in PurchaseRow row)
    {
        Rows++;
        RowFault? first = null;
        foreach (RowFault fault in AllFaults)
        {
            if (Has(row, fault))
            {
                seen[(int)fault]++;
                first ??= fault;
            }
        }

        if (first is { } reason)
        {
            dropped[(int)reason]++;
        }

        return first;
    }

    private bool Has(in PurchaseRow row, RowFault fault) => fault switch
    {
        RowFault.Duplicate => !fingerprints.Add(row.Fingerprint),
        RowFault.WithoutCustomer => row.Customer is null,
        RowFault.Cancellation => row.IsCancellation,
        RowFault.NonPositiveQuantity => row.Quantity < 1,
        RowFault.NonPositivePrice => row.IsPriced && row.Price <= 0,
        _ => row.At is null || row.Quantity is null || (row.IsPriced && (row.Price is null || row.Product is null))
            || row.Quantity * row.Price > MostAnyoneSpends || row.Customer is { Length: > 512 } || row.Product is { Length: > 512 },
    };

    private static FaultCounts Count(long[] rows) => new()
    {
        Duplicates = rows[(int)RowFault.Duplicate],
        WithoutCustomer = rows[(int)RowFault.WithoutCustomer],
        Cancellations = rows[(int)RowFault.Cancellation],
        NonPositiveQuantity = rows[(int)RowFault.NonPositiveQuantity],
        NonPositivePrice = rows[(int)RowFault.NonPositivePrice],
        Unreadable = rows[(int)RowFault.Unreadable] is var count and > 0 ? count : null,
    };
}
