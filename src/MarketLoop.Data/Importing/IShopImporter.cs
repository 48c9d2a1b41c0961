using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Reads one file format into the log. Importing the same file again stores nothing again.</summary>
public interface IShopImporter
{
    /// <summary>Name of the format, as in <c>marketloop import FORMAT</c>.</summary>
    string Format { get; }

    /// <summary>Imports a file, plain or gzipped.</summary>
    /// <param name="file">The file; read once from its position to its end.</param>
    /// <param name="source">Source under which its events are stored.</param>
    /// <param name="progress">Hears how far it is; null for silence.</param>
    /// <param name="cancellationToken">Stops it; what is stored by then stays, and importing again completes it.</param>
    /// <exception cref="ImportFormatException">The file is not of this format at all.</exception>
    /// <exception cref="MarketLoopException">The store cannot write.</exception>
    Task<ImportReport> ImportAsync(Stream file, SourceId source, IProgress<ImportProgress>? progress, CancellationToken cancellationToken);
}

/// <summary>The file is not of the format that was named: a caller's mistake.</summary>
public sealed class ImportFormatException : ArgumentException
{
    /// <summary>Makes one that says what was expected.</summary>
    public ImportFormatException(string message)
        : base(message)
    {
    }
}

/// <summary>Where imports go.</summary>
/// <param name="Log">The event log.</param>
/// <param name="Catalog">The catalogue, for products that a file names.</param>
/// <param name="Store">Keeps the reports.</param>
/// <param name="QuarantineFolder">Folder for dropped rows.</param>
/// <param name="Time">Our clock.</param>
/// <param name="Limits">Limits on single events.</param>
public sealed record ImportTarget(
    IEventLog Log, ICatalogStore Catalog, IShopStore Store, string QuarantineFolder, TimeProvider Time, IntakeOptions Limits)
{
    /// <summary>Rules of cleaning.</summary>
    public CleaningOptions Cleaning { get; init; } = new();

    /// <summary>Knows which ids stand for nobody, and makes keys; null outside a shop.</summary>
    public CustomerIdentity? Identity { get; init; }

    /// <summary>ISO 4217 code of the shop's currency.</summary>
    public string Currency { get; init; } = "EUR";

    /// <summary>Folder that remembers how far imports came.</summary>
    public string MarksFolder { get; init; } = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(QuarantineFolder)) ?? QuarantineFolder, "imports");

    /// <summary>The target that an opened shop is.</summary>
    public static ImportTarget For(EmbeddedShop shop, TimeProvider time, IntakeOptions? limits = null, CleaningOptions? cleaning = null)
    {
        ArgumentNullException.ThrowIfNull(shop);
        return new ImportTarget(shop.Log, shop.Catalog, shop.Store, shop.Folder.Quarantine, time, limits ?? new IntakeOptions())
        {
            Cleaning = cleaning ?? new CleaningOptions(),
            Currency = shop.Folder.Shop.Currency,
            Identity = shop.Identity,
        };
    }
}
