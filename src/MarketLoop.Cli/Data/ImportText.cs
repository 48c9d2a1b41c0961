using System.Globalization;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Importing;

namespace MarketLoop.Cli.Data;

/// <summary>The cleaning report as a person reads it: two columns of faults, and sums that add up.</summary>
internal static class ImportText
{
    public static void Write(ImportReport report, Screen screen)
    {
        screen.Line($"{report.Format} as source '{report.Source}': {Count(report.RowsRead)} rows read");
        if (report.Seen is { } seen && report.Dropped is { } dropped)
        {
            WriteFaults(seen, dropped, screen);
        }

        if (report.Clean is { } clean)
        {
            screen.Line($"  {"clean",-24}{"",14}{Count(clean.Rows),14}");
            screen.Line($"  {Count(clean.Customers)} customers, {Count(clean.Products)} products, {Count(clean.Orders)} orders");
            screen.Line($"  gross {Money(clean.Gross)}, cancellations of known customers {Money(report.CancellationsOfKnownCustomers)}, net {Money(report.Net)}");
        }

        if (report.NonProduct is { } other)
        {
            screen.Line($"  {Count(other.Rows)} rows of postage, charges and the like, worth {Money(other.Value)}: revenue, never recommended");
        }

        if (report.Refunds is { } refunds)
        {
            screen.Line($"  cancelled lines: {Count(refunds.Matched)} matched to their order, {Count(refunds.Unmatched)} not");
        }

        if (report.RowsResumed is { } resumed)
        {
            screen.Line($"  went on after {Count(resumed)} rows that an interrupted import had stored");
        }

        WriteRejected(report, screen);
        if (report.Catalog is { } catalog)
        {
            screen.Line($"  {Count(catalog.Added)} products added, {Count(catalog.Changed)} changed, {Count(catalog.Unchanged)} as before; {Count(catalog.Notes)} notes on prices and stock");
        }
        else
        {
            screen.Line($"  stored {Count(report.EventsStored)} events ({Count(report.EventsDuplicate)} were there before), {report.FirstEvent:yyyy-MM-dd} to {report.LastEvent:yyyy-MM-dd}");
        }

        if (report.RejectedFile is { } file)
        {
            screen.Line($"  what was left out lies in {file}");
        }
    }

    private static void WriteRejected(ImportReport report, Screen screen)
    {
        if (report.RowsJoined is { } joined and > 0)
        {
            screen.Line($"  {Count(joined)} rows are further lines of orders");
        }

        foreach ((string code, long rows) in report.Rejected ?? [])
        {
            screen.Line($"  kept out, {code}: {Count(rows)}");
        }
    }

    private static void WriteFaults(FaultCounts seen, FaultCounts dropped, Screen screen)
    {
        screen.Line($"  {"fault",-24}{"seen",14}{"dropped",14}");
        foreach ((string name, Func<FaultCounts, long> read) in Faults)
        {
            screen.Line($"  {name,-24}{Count(read(seen)),14}{Count(read(dropped)),14}");
        }
    }

    private static (string Name, Func<FaultCounts, long> Read)[] Faults { get; } =
    [
        ("exact duplicate", counts => counts.Duplicates),
        ("without customer", counts => counts.WithoutCustomer),
        ("cancellation", counts => counts.Cancellations),
        ("quantity not positive", counts => counts.NonPositiveQuantity),
        ("price not positive", counts => counts.NonPositivePrice),
    ];

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Money(decimal? amount) => amount is { } value ? value.ToString("N2", CultureInfo.InvariantCulture) : "-";
}
