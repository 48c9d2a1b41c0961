using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>What every implementation of the event log owes its readers; run here on the embedded one.</summary>
public sealed class StorageContractTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Append_then_read_gives_the_records_back_in_order_of_event_time()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction late = View("b", "ann", minute: 5) with { PropertiesJson = """{"name":"茶"}""", SessionId = "s", SearchTerm = "x", TreatmentToken = "t", Currency = "CNY" };
        Interaction early = Order("a", "bob", 12.345m, minute: 1, new LineItem(new ProductId("p2"), 3, 4.115m), new LineItem(new ProductId("POST"), 1, null, IsMerchandise: false));

        AppendReceipt receipt = await shop.Log.AppendAsync([late, early], Cancelled);
        List<Interaction> read = await ReadAllAsync(shop.Log, LogRange.Everything);

        Assert.Equal(new AppendReceipt(2, 0, 2), receipt);
        Assert.Equal(["a", "b"], read.Select(interaction => interaction.MessageId));
        AssertSame(early, read[0]);
        AssertSame(late, read[1]);
    }

    [Fact]
    public async Task An_append_of_more_records_than_a_batch_holds_is_stored_whole_and_once()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction[] many = [.. Enumerable.Range(0, 12_001).Select(i => View($"m{i}", $"u{i % 50}"))];

        AppendReceipt first = await shop.Log.AppendAsync(many, Cancelled);
        AppendReceipt again = await shop.Log.AppendAsync([.. many, View("one more", "ann")], Cancelled);

        Assert.Equal(new AppendReceipt(12_001, 0, 12_001), first);
        Assert.Equal(new AppendReceipt(1, 12_001, 12_002), again);
        Assert.Equal(12_002, (await shop.Log.GetStatusAsync(Cancelled)).Events);
    }

    [Fact]
    public async Task All_five_kinds_come_back_as_they_went_in()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Treatment treatment = Treat("t1", "ann");
        Delivery delivery = new() { Treatment = treatment.Id, Customer = treatment.Customer, Channel = Channel.OnSite, Status = DeliveryStatus.Shown, At = Start };
        Outcome outcome = Measure("t1", "ann", 60, 10.5m);
        CustomerInsight insight = new()
        {
            Customer = CustomerId.Known("ann"),
            AsOf = Start,
            Features = new CustomerFeatures(1.5, 2, 30.25m, 3, 4, 5, 6, 7, 8, 15.125m, 0.5, 0.1, 9, DayOfWeek.Friday),
            Interests = [new Interest("tea", 0.6)],
            Tags = [new InterestTag(InterestKind.SearchTerm, "茶壶", 0.5)],
            Segment = 2,
            SegmentName = new LocalizedText("loyal", "忠诚"),
        };

        await shop.Log.AppendAsync([treatment, delivery, outcome, insight], Cancelled);

        Treatment read = Assert.Single(await ReadAllAsync<Treatment>(shop.Log));
        Assert.Equal(treatment with { Items = read.Items }, read);
        Assert.Equal(treatment.Items, read.Items);
        Assert.Equal([delivery], await ReadAllAsync<Delivery>(shop.Log));
        Assert.Equal([outcome], await ReadAllAsync<Outcome>(shop.Log));
        CustomerInsight readInsight = Assert.Single(await ReadAllAsync<CustomerInsight>(shop.Log));
        Assert.Equal(insight with { Interests = readInsight.Interests, Tags = readInsight.Tags }, readInsight);
        Assert.Equal(insight.Interests, readInsight.Interests);
        Assert.Equal(insight.Tags, readInsight.Tags);
    }

    [Fact]
    public async Task A_key_is_stored_once_within_a_call_and_between_calls_and_first_wins()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        AppendReceipt first = await shop.Log.AppendAsync([View("m", "ann"), View("m", "bob"), View("m", "ann", source: "till")], Cancelled);
        AppendReceipt second = await shop.Log.AppendAsync([View("m", "cid"), View("n", "cid")], Cancelled);

        Assert.Equal(new AppendReceipt(2, 1, 2), first);
        Assert.Equal(new AppendReceipt(1, 1, 3), second);
        Assert.Equal(["till/m/u:ann", "web/m/u:ann", "web/n/u:cid"], (await ReadAllAsync(shop.Log, LogRange.Everything)).Select(i => $"{i.Source}/{i.MessageId}/{i.Customer}"));
    }

    [Fact]
    public async Task A_source_named_like_a_kind_does_not_collide_with_it()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        AppendReceipt receipt = await shop.Log.AppendAsync([Treat("t1", "ann"), View("t1", "ann", source: "treatment")], Cancelled);

        Assert.Equal(2, receipt.Stored);
    }

    [Fact]
    public async Task Ranges_are_open_below_and_closed_above_in_positions_and_half_open_in_time()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", "a", minute: 30), View("2", "a", minute: 20), View("3", "a", minute: 10), View("4", "a", minute: 0)], Cancelled);

        IEnumerable<string> positions = (await ReadAllAsync(shop.Log, LogRange.Everything with { After = 1, Through = 3 })).Select(i => i.MessageId);
        IEnumerable<string> times = (await ReadAllAsync(shop.Log, LogRange.During(new TimeWindow(Start.AddMinutes(10), Start.AddMinutes(30))))).Select(i => i.MessageId);

        Assert.Equal(["3", "2"], positions);
        Assert.Equal(["3", "2"], times);
    }

    [Fact]
    public async Task Status_counts_by_kind_type_and_source()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", "a"), Order("2", "a", 1m, 7), View("3", "b", source: "till"), Treat("t", "a")], Cancelled);

        LogStatus status = await shop.Log.GetStatusAsync(Cancelled);

        Assert.Equal(3, status.Events);
        Assert.Equal(2, status.ByType["Product Viewed"]);
        Assert.Equal(1, status.BySource["till"]);
        Assert.Equal(1, status.Records["treatment"]);
        Assert.Equal(0, status.Records["outcome"]);
        Assert.Equal(Start, status.First);
        Assert.Equal(Start.AddMinutes(7), status.Last);
        Assert.True(status.BytesOnDisk > 0);
    }

    [Fact]
    public async Task An_empty_log_reads_as_empty()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        LogStatus status = await shop.Log.GetStatusAsync(Cancelled);

        Assert.Equal(0, shop.Log.Head);
        Assert.Equal(0, status.Events);
        Assert.Null(status.First);
        Assert.Empty(await ReadAllAsync(shop.Log, LogRange.Everything));
        Assert.Empty(await shop.Log.ReadTimelineAsync(CustomerId.Known("x"), 10, null, Cancelled));
        Assert.Equal(new AppendReceipt(0, 0, 0), await shop.Log.AppendAsync([], Cancelled));
    }

    [Fact]
    public async Task Money_is_exact_to_four_decimals_and_keeps_no_trailing_zeros()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        decimal[] amounts = [0.1m, 0.2m, 123_456_789_012.3456m, 12.50m, 0m, 99_999_999_999_999.9999m, -5.005m];
        await shop.Log.AppendAsync([.. amounts.Select((amount, i) => Order("m" + i, "ann", amount, i))], Cancelled);

        decimal?[] read = [.. (await ReadAllAsync(shop.Log, LogRange.Everything)).Select(i => i.Revenue)];

        Assert.Equal(amounts.Cast<decimal?>(), read);
        Assert.Equal("12.5", read[3]?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await shop.Log.AppendAsync([Order("big", "ann", 100_000_000_000_000m)], Cancelled));
    }

    [Fact]
    public async Task A_record_without_id_is_the_callers_mistake()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(async () => await shop.Log.AppendAsync([View("", "ann")], Cancelled));
    }

    [Theory]
    [InlineData("nul \0 inside", "nul \0 inside")]
    [InlineData("茶叶 🍵 \"quoted\" \\ back\nline", "茶叶 🍵 \"quoted\" \\ back\nline")]
    [InlineData("lone <> surrogate", "lone \ufffd surrogate")]
    public async Task Odd_text_survives_or_is_mended_but_never_blocks_the_log(string text, string expected)
    {
        text = text.Replace("<>", "\ud83c", StringComparison.Ordinal); // an attribute cannot carry half a character
        await using EmbeddedShop shop = await folder.OpenAsync();

        await shop.Log.AppendAsync([View("1" + text, text) with { SearchTerm = text, Name = text, PropertiesJson = System.Text.Json.JsonSerializer.Serialize(new { name = text }) }], Cancelled);
        await shop.Log.AppendAsync([View("2", "after")], Cancelled);

        List<Interaction> read = await ReadAllAsync(shop.Log, LogRange.Everything);
        Assert.Equal(2, read.Count);
        Assert.Equal(expected, read[0].SearchTerm);
    }

    internal static async Task<List<Interaction>> ReadAllAsync(IEventLog log, LogRange range)
    {
        List<Interaction> all = [];
        await foreach (Interaction interaction in log.ReadInteractionsAsync(range, Cancelled))
        {
            all.Add(interaction);
        }

        return all;
    }

    internal static async Task<List<TRecord>> ReadAllAsync<TRecord>(IEventLog log)
        where TRecord : class, ILogRecord
    {
        List<TRecord> all = [];
        await foreach (TRecord record in log.ReadAsync<TRecord>(LogRange.Everything, Cancelled))
        {
            all.Add(record);
        }

        return all;
    }

    internal static void AssertSame(Interaction expected, Interaction actual)
    {
        Assert.Equal(expected.Lines, actual.Lines);
        Assert.Equal(expected with { Lines = [] }, actual with { Lines = [] });
    }
}
