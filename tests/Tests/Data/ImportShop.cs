using System.IO.Compression;
using System.Text;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>A shop to import into, in a folder of its own.</summary>
internal sealed class ImportShop : IAsyncDisposable
{
    public static readonly SourceId Till = new("till");

    private ImportShop(EmbeddedShop shop, FakeTimeProvider clock)
    {
        Shop = shop;
        Target = ImportTarget.For(shop, clock);
    }

    public EmbeddedShop Shop { get; }

    public ImportTarget Target { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<ImportShop> OpenAsync()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        string folder = Directory.CreateTempSubdirectory("marketloop-import-").FullName;
        return new ImportShop(await EmbeddedShop.OpenAsync(folder, clock, NullLoggerFactory.Instance, Cancelled), clock);
    }

    public Task<ImportReport> ImportAsync(string text, string format = OnlineRetailImporter.FormatName)
    {
        IShopImporter importer = ShopImporters.Find(format, Target) ?? throw new ArgumentException("unknown format", nameof(format));
        return importer.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), Till, null, Cancelled);
    }

    public static byte[] Pack(string text)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    public async Task<List<Interaction>> ReadAsync()
    {
        List<Interaction> all = [];
        await foreach (Interaction interaction in Shop.Log.ReadInteractionsAsync(LogRange.Everything, Cancelled))
        {
            all.Add(interaction);
        }

        return all;
    }

    public string[] RejectedLines(ImportReport report) => report.RejectedFile is { } file ? File.ReadAllLines(Path.Combine(Shop.Folder.Root, file)) : [];

    /// <summary>Rows in the file of rejected rows; a field may hold a line break.</summary>
    public int RejectedRows(ImportReport report)
    {
        string text = report.RejectedFile is { } file ? File.ReadAllText(Path.Combine(Shop.Folder.Root, file)) : "";
        int quotes = 0;
        int rows = 0;
        foreach (char sign in text)
        {
            quotes += sign == '"' ? 1 : 0;
            rows += sign == '\n' && quotes % 2 == 0 ? 1 : 0;
        }

        return rows - 1;
    }

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        Directory.Delete(Shop.Folder.Root, recursive: true);
    }
}
