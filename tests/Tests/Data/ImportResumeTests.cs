using System.Globalization;
using System.Text;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Importing;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>An import that is cut off goes on where it stopped, and nothing is stored twice.</summary>
public sealed class ImportResumeTests
{
    private const int Rows = 25_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.63)]
    [InlineData(0.99)]
    public async Task Cut_off_anywhere_it_goes_on_and_ends_with_the_report_of_a_whole_run(double share)
    {
        byte[] file = Encoding.UTF8.GetBytes(Clicks(changedRow: -1));
        await using ImportShop shop = await ImportShop.OpenAsync();
        IShopImporter importer = ShopImporters.Find(RowImporter.Rees46, shop.Target)!; // a format that is known

        await Assert.ThrowsAsync<IOException>(() => importer.ImportAsync(new BrokenStream(file, (int)(file.Length * share)), ImportShop.Till, null, Cancelled));
        long before = (await shop.Shop.Log.GetStatusAsync(Cancelled)).Events;
        ImportReport report = await importer.ImportAsync(new MemoryStream(file), ImportShop.Till, null, Cancelled);

        Assert.InRange(before, 1, Rows - 1);
        Assert.InRange(report.RowsResumed ?? 0, (long)(before * 0.8), before + 6_000);
        Assert.Equal(Rows, report.RowsRead);
        Assert.Equal(report.EventsStored, (await shop.Shop.Log.GetStatusAsync(Cancelled)).Events);
        ImportClickstreamTests.AssertAddsUp(report);
        Assert.Empty(Directory.GetFiles(shop.Target.MarksFolder));
    }

    [Fact]
    public async Task A_file_that_changed_behind_the_cut_is_stored_as_it_is_now()
    {
        await using ImportShop shop = await ImportShop.OpenAsync();
        IShopImporter importer = ShopImporters.Find(RowImporter.Rees46, shop.Target)!; // a format that is known
        byte[] old = Encoding.UTF8.GetBytes(Clicks(changedRow: -1));
        await Assert.ThrowsAsync<IOException>(() => importer.ImportAsync(new BrokenStream(old, old.Length * 9 / 10), ImportShop.Till, null, Cancelled));

        ImportReport report = await importer.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(Clicks(changedRow: 9_000))), ImportShop.Till, null, Cancelled);

        Assert.Equal(8_000, report.RowsResumed);
        Assert.Contains(await shop.ReadAsync(), item => item.Lines.Any(line => line.Product.Value == "changed"));
        ImportClickstreamTests.AssertAddsUp(report);
    }

    [Fact]
    public async Task Two_imports_of_one_file_at_once_are_refused_and_another_source_is_not()
    {
        byte[] file = Encoding.UTF8.GetBytes(Clicks(changedRow: -1));
        await using ImportShop shop = await ImportShop.OpenAsync();
        IShopImporter importer = ShopImporters.Find(RowImporter.Rees46, shop.Target)!; // a format that is known
        using ImportMarks held = ImportMarks.Open(shop.Target.MarksFolder, RowImporter.Rees46, ImportShop.Till, firstBlock: 1);

        Assert.Throws<MarketLoop.Domain.MarketLoopException>(() => ImportMarks.Open(shop.Target.MarksFolder, RowImporter.Rees46, ImportShop.Till, firstBlock: 1));
        ImportReport other = await importer.ImportAsync(new MemoryStream(file), new("elsewhere"), null, Cancelled);

        Assert.Equal(Rows, other.RowsRead);
    }

    private static string Clicks(int changedRow)
    {
        StringBuilder text = new("event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n");
        DateTime time = new(2019, 10, 1, 0, 0, 0, DateTimeKind.Utc);
        for (int row = 0; row < Rows; row++)
        {
            string product = row == changedRow ? "changed" : "p" + (row % 300).ToString(CultureInfo.InvariantCulture);
            string act = row % 40 < 2 ? "purchase" : "view";
            text.Append(CultureInfo.InvariantCulture, $"{time.AddSeconds(row / 2):yyyy-MM-dd HH:mm:ss} UTC,{act},{product},1,,,{1 + (row % 90)},u{row / 2 % 700},s{row / 2 % 700}\n");
        }

        return text.ToString();
    }

    // A reader whose file is torn away.
    private sealed class BrokenStream(byte[] bytes, int length) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= length
                ? ValueTask.FromException<int>(new IOException("the disk went away"))
                : base.ReadAsync(buffer[..(int)Math.Min(Math.Min(buffer.Length, 30_000), length - Position)], cancellationToken);
    }
}
