using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Any table of orders or events, told which column means what. An id that stands for nobody is none; a row without a customer is that of its card, e-mail address or phone number.</summary>
internal sealed class MappedRows(CsvRows header, PurchaseFormat format, ShopRowBuilder builder, CustomerIdentity? identity) : IRowLayout
{
    private readonly DeniedIds denied = identity?.Denied ?? DeniedIds.Default;
    private readonly PurchaseRowReader reader = new(header, format);

    /// <summary>The layout of a mapping; of Online Retail its own.</summary>
    public static PurchaseFormat LayoutOf(string name, ColumnMapping mapping) => name is OnlineRetailImporter.FormatName
        ? OnlineRetailImporter.Layout
        : new PurchaseFormat
        {
            Name = name,
            Mapping = mapping,
            IsCancellation = static _ => false,
            IsMerchandise = static _ => true,
            ReadCustomer = static customer => customer,
        };

    public RowReading Read(CsvRows rows, UInt128 fingerprint)
    {
        PurchaseRow row = reader.Read(fingerprint);
        string? user = row.Customer is { } named && !denied.Contains(named) ? named : null;

        // Tables seldom use Segment's words: "view", "cart" and "buy" mean the same.
        (InteractionKind kind, string name) = row.Kind == InteractionKind.Custom && Clickstream.ActOf(row.EventName.ToLowerInvariant()) is { } act ? act : (row.Kind, row.EventName);
        return row.IsCancellation ? RowReading.Refused("cancellation") : builder.Build(
            new ShopRow
            {
                Kind = kind,
                EventName = name,
                Id = row.Id,
                User = user,
                Browser = user is null ? identity?.Keys.First(row.Card, row.Email, row.Phone) : null,
                Session = row.Session,
                Order = row.Order,
                Product = row.Product,
                Name = row.ProductName,
                Category = row.Category,
                Quantity = row.Quantity,
                Price = row.Price,
                At = row.At,
                NeedsProduct = false,
                NeedsPrice = row.IsPriced,
                IsMerchandise = row.Product is null || format.IsMerchandise(row.Product),
            },
            fingerprint);
    }
}
