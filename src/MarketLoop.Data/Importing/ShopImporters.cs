namespace MarketLoop.Data.Importing;

/// <summary>The importers by name.</summary>
public static class ShopImporters
{
    /// <summary>Formats of events that need no mapping.</summary>
    public static IReadOnlyList<string> Formats { get; } =
    [
        OnlineRetailImporter.FormatName,
        RowImporter.SegmentJsonl,
        RowImporter.Ga4Jsonl,
        RowImporter.Retailrocket,
        RowImporter.Rees46,
        RowImporter.Yoochoose,
    ];

    /// <summary>Formats of products.</summary>
    public static IReadOnlyList<string> CatalogFormats { get; } = [ProductImporter.GoogleMerchant, ProductImporter.ProductsJsonl];

    /// <summary>The importer of a format; null when there is none of that name.</summary>
    /// <param name="format">Name of the format.</param>
    /// <param name="target">Where to.</param>
    /// <param name="mapping">What the columns mean, for <c>csv</c> alone.</param>
    public static IShopImporter? Find(string format, ImportTarget target, ColumnMapping? mapping = null) => format switch
    {
        OnlineRetailImporter.FormatName => new OnlineRetailImporter(target),
        _ when RowImporter.CanRead(format, mapping) => new RowImporter(target, format, mapping),
        ProductImporter.GoogleMerchant or ProductImporter.ProductsJsonl => new ProductImporter(target, format),
        _ => null,
    };
}
