using System.Globalization;
using System.Text;
using CsCheck;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>The rules that an owner can set, each with something it keeps out and something it lets pass.</summary>
public sealed class CleaningRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1999-12-31T23:59:59Z", RowFaults.TimeTravel)]
    [InlineData("2026-03-02T12:00:01Z", RowFaults.TimeTravel)]
    [InlineData("2026-03-02T11:59:59Z", null)]
    public void Time_travel(string at, string? fault) => Assert.Equal(fault, Judge(new(), Order(10m) with { OccurredAt = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture) }));

    [Theory]
    [InlineData(100_000, 1, null)]
    [InlineData(100_001, 1, RowFaults.OutOfRange)]
    [InlineData(1, 1_000_001, RowFaults.OutOfRange)]
    [InlineData(1, -1, RowFaults.OutOfRange)]
    public void Out_of_range(int pieces, int price, string? fault) =>
        Assert.Equal(fault, Judge(new(), Order(10m) with { Lines = [new LineItem(new ProductId("p"), pieces, price)] }));

    [Fact]
    public void Money_of_another_currency_is_turned_into_the_shops_or_kept_out()
    {
        CleaningOptions options = new() { ExchangeRates = new Dictionary<string, decimal> { ["USD"] = 0.9m } };
        Interaction dollars = Order(10m) with { Currency = "USD", Lines = [new LineItem(new ProductId("p"), 2, 5m)] };
        Interaction yen = dollars with { Currency = "JPY" };

        string? converted = new InteractionCleaner(options, "EUR", Now).Judge(ref dollars, null);

        Assert.Null(converted);
        Assert.Equal((9m, "EUR", 4.5m), (dollars.Revenue, dollars.Currency, dollars.Lines[0].UnitPrice));
        Assert.Equal(RowFaults.UnknownCurrency, Judge(options, yen));
        Assert.Null(Judge(new CleaningOptions { RefusesUnknownCurrency = false }, yen));
        Assert.Null(Judge(options, yen with { Revenue = null, Lines = [] }));
    }

    [Fact]
    public void Programs_are_known_by_name_and_by_haste()
    {
        InteractionCleaner cleaner = new(new CleaningOptions { MostActsPerMinute = 5 }, "EUR", Now);
        List<string?> verdicts = [];
        for (int i = 0; i < 8; i++)
        {
            Interaction hasty = View("hasty", Now.AddDays(-1).AddSeconds(i));
            Interaction calm = View("calm", Now.AddDays(-1).AddSeconds(i * 20));
            verdicts.Add(cleaner.Judge(ref hasty, "Mozilla/5.0"));
            Assert.Null(cleaner.Judge(ref calm, null));
        }

        Interaction later = View("hasty", Now.AddHours(-1));
        Interaction named = View("calm", Now);
        Assert.Equal([null, null, null, null, null, RowFaults.BotTraffic, RowFaults.BotTraffic, RowFaults.BotTraffic], verdicts);
        Assert.Equal(RowFaults.BotTraffic, cleaner.Judge(ref later, null));
        Assert.Equal(RowFaults.BotTraffic, cleaner.Judge(ref named, "Googlebot/2.1"));
    }

    [Fact]
    public void Outliers_are_kept_out_when_the_owner_wants_it()
    {
        InteractionCleaner strict = new(new CleaningOptions { OutlierDeviations = 4 }, "EUR", Now);
        InteractionCleaner lenient = new(new CleaningOptions(), "EUR", Now);
        Random random = new(1);
        int kept = 0;
        for (int i = 0; i < 2_000; i++)
        {
            Interaction usual = Order((decimal)Math.Exp(3 + (random.NextDouble() * 2)));
            kept += strict.Judge(ref usual, null) is null ? 1 : 0;
        }

        Interaction huge = Order(900_000m);
        Assert.Equal(2_000, kept);
        Assert.Equal(RowFaults.Outlier, strict.Judge(ref huge, null));
        Assert.Null(lenient.Judge(ref huge, null));
    }

    [Fact]
    public async Task Every_report_adds_up_whatever_the_file()
    {
        string[] cells = ["", "1", "u1", "u2", "p1", "2025-01-01", "2025-01-01 10:00:00", "1990-01-01", "2030-01-01", "-1", "0", "999999999", "1.5", "view_item", "purchase", "x,y", "\"", "茶"];
        Gen<string> cell = Gen.Int[0, cells.Length - 1].Select(index => cells[index]);
        Gen<string> line = cell.Array[0, 8].Select(fields => string.Join(',', fields.Select(field => field.AsSpan().ContainsAny(",\"") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field)));
        await using ImportShop shop = await ImportShop.OpenAsync();
        ColumnMapping mapping = new() { Customer = "c", Product = "p", Time = "t", Event = "e", Quantity = "q", Price = "m", Order = "o" };
        IShopImporter importer = ShopImporters.Find(RowImporter.Csv, shop.Target, mapping)!; // csv with a mapping is known

        await line.Array[0, 60].SampleAsync(
            async lines =>
            {
                string text = "c,p,t,e,q,m,o\n" + string.Join('\n', lines) + "\n";
                ImportReport report = await importer.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), ImportShop.Till, null, Cancelled);
                ImportClickstreamTests.AssertAddsUp(report);
                Assert.Equal(report.Rejected!.Values.Sum(), Math.Max(0, shop.RejectedRows(report)));
            },
            iter: 60,
            threads: 1);

        Assert.NotEmpty(await shop.ReadAsync());
    }

    private static string? Judge(CleaningOptions options, Interaction interaction) => new InteractionCleaner(options, "EUR", Now).Judge(ref interaction, null);

    private static Interaction View(string customer, DateTimeOffset at) => Order(0m) with { Kind = InteractionKind.ProductViewed, Revenue = null, UserId = customer, Customer = CustomerId.Known(customer), OccurredAt = at };

    private static Interaction Order(decimal worth) => new()
    {
        Source = ImportShop.Till,
        MessageId = "m",
        Kind = InteractionKind.OrderCompleted,
        Name = "Order Completed",
        UserId = "u",
        Customer = CustomerId.Known("u"),
        OccurredAt = Now.AddDays(-2),
        ReceivedAt = Now,
        Revenue = worth,
    };
}
