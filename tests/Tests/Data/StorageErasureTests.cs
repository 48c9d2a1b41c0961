using System.Text;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>Erasure by design: one planted person is found in every kind of file before, and in none after, while counts and sums stand.</summary>
public sealed class StorageErasureTests : IDisposable
{
    private const string User = "erika-7731";
    private const string Browser = "5e0c7e6a-8f7b-4f27-9a53-0c6d3a1f9b42";
    private const string Address = "erika.mustermann@example.org";
    private const string FullName = "Erika Mustermännin";
    private readonly StorageFolder folder = new();
    private readonly PersonFinder finder = new(User, Browser, Address, FullName);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_person_is_in_every_kind_of_file_before_and_in_none_after_and_aggregates_stand()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await PlantAsync(shop);
        await shop.CheckpointAsync(Cancelled);
        await shop.Log.AppendAsync([View("tail-" + User, User, Browser, 50)], Cancelled); // the journal and DuckDB's write-ahead log hold something, too
        LogStatus before = await shop.Log.GetStatusAsync(Cancelled);
        IReadOnlyList<DayCount> daysBefore = await shop.Log.CountByDayAsync(TimeWindow.Everything, Cancelled);
        List<Outcome> outcomesBefore = await ReadAllAsync<Outcome>(shop.Log);
        IReadOnlyList<string> foundBefore = finder.Search(folder.Path);

        ErasureReceipt receipt = await shop.Rights.EraseAsync(CustomerId.Known(User), Cancelled);

        foreach (string kind in (string[])["journal", "events.duckdb: table interactions, sealed", "events.duckdb: table insights, sealed", "events.duckdb: table treatments, sealed", "events.duckdb: table deliveries, sealed", "events.duckdb: table outcomes, sealed",
            "shop.sqlite: table people", "shop.sqlite: table profiles", "shop.sqlite: table links", "shop.sqlite: table claims", "shop.sqlite: table consents", "quarantine", "import-x.csv", ".eml", "outbox"])
        {
            Assert.Contains(foundBefore, place => place.Contains(kind, StringComparison.Ordinal)); // the positive control
        }

        Assert.Empty(finder.Search(folder.Path));
        Assert.Equal((2, 2, 1, 3), (receipt.Ids, receipt.Quarantined, receipt.Mails, receipt.Consents)); // a yes, and two lines of one signal
        Assert.True(receipt.Records >= 8);

        LogStatus after = await shop.Log.GetStatusAsync(Cancelled);
        Assert.Equal((before.Events, before.First, before.Last), (after.Events, after.First, after.Last));
        Assert.Equal(before.ByType, after.ByType);
        Assert.Equal(before.Records, after.Records);
        Assert.Equal(daysBefore, await shop.Log.CountByDayAsync(TimeWindow.Everything, Cancelled));
        List<Outcome> outcomes = await ReadAllAsync<Outcome>(shop.Log);
        Assert.Equal(outcomesBefore.Sum(outcome => outcome.Revenue), outcomes.Sum(outcome => outcome.Revenue));
        Assert.Equal(outcomes.Select(outcome => outcome.Treatment), (await ReadAllAsync<Treatment>(shop.Log)).Select(treatment => treatment.Id)); // still joined, by a stand-in
        Assert.All(await ReadAllAsync(shop.Log, LogRange.Everything), interaction => Assert.Equal("bob", interaction.Customer.Value));
    }

    [Fact]
    public async Task What_was_erased_stays_away_after_a_restart_and_late_replays_do_not_bring_it_back()
    {
        Interaction replayed = View("replay", User, Browser, 3);
        Interaction unseen = View("never-seen", null, Browser, 4);
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([replayed, View("b", "bob")], Cancelled);
            folder.Clock.Advance(TimeSpan.FromDays(1));
            await shop.Rights.EraseAsync(CustomerId.Known(User), Cancelled);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        AppendReceipt receipt = await again.Log.AppendAsync([replayed with { MessageId = "other" }, unseen, Treat("t9", User), View("c", "bob")], Cancelled);

        Assert.Equal((1, 3), (receipt.Stored, receipt.Duplicates));
        Assert.Empty(finder.Search(folder.Path));
        Assert.Empty(await again.Log.ReadTimelineAsync(CustomerId.Known(User), 10, null, Cancelled));

        // Who comes back later is somebody new.
        await again.Log.AppendAsync([View("back", User, Browser, minute: 2 * 24 * 60)], Cancelled);
        Assert.Equal(["back"], (await again.Log.ReadTimelineAsync(CustomerId.Known(User), 10, null, Cancelled)).Select(i => i.MessageId));
        await again.Log.AppendAsync([Treat("t10", User)], Cancelled);
        Assert.Equal(User, Assert.Single(await ReadAllAsync<Treatment>(again.Log)).Customer.Value);
    }

    [Fact]
    public async Task Appends_that_race_with_an_erasure_leave_nothing_behind()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("first", User, Browser)], Cancelled);
        folder.Clock.Advance(TimeSpan.FromDays(1));
        Task writers = Parallel.ForEachAsync(Enumerable.Range(0, 200), Cancelled, async (i, token) =>
            await shop.Log.AppendAsync([View($"{User}-{i}", User, i % 3 == 0 ? Browser : null, i), View("bob" + i, "bob", minute: i)], token));

        await shop.Rights.EraseAsync(CustomerId.Known(User), Cancelled);
        await writers;

        Assert.Empty(finder.Search(folder.Path));
        Assert.Equal(200, (await ReadAllAsync(shop.Log, LogRange.Everything)).Count);
    }

    [Fact]
    public async Task An_erasure_that_a_crash_cut_short_is_finished_at_the_next_start()
    {
        StorageFolder crashed;
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await PlantAsync(shop);
            using Microsoft.Data.Sqlite.SqliteConnection keyed = new($"Data Source={shop.Folder.ShopDatabase};Pooling=False");
            keyed.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = keyed.CreateCommand();
            command.CommandText = $"INSERT INTO erasing VALUES ('u:{User}', {folder.Clock.GetUtcNow().AddDays(1).UtcTicks})"; // as far as an erasure had come
            command.ExecuteNonQuery();
            crashed = folder.CopyAsCrashed();
        }

        using (crashed)
        {
            Assert.NotEmpty(finder.Search(crashed.Path));
            await using EmbeddedShop again = await crashed.OpenAsync(crashed.Path);
            Assert.Empty(finder.Search(crashed.Path));
        }
    }

    [Fact]
    public async Task An_export_holds_everything_about_one_person_and_nothing_of_another()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await PlantAsync(shop);

        CustomerExport export = await shop.Rights.ExportAsync(CustomerId.Anonymous(Browser), Cancelled);
        string json = System.Text.Json.JsonSerializer.Serialize(export);
        string page = export.ToPage("en");

        Assert.Equal(CustomerId.Known(User), export.Customer);
        Assert.Equal(Address, export.Profile?.Email);
        Assert.Equal(5, export.Interactions.Count);
        Assert.Equal((1, 1, 1, 1), (export.Insights.Count, export.Treatments.Count, export.Deliveries.Count, export.Outcomes.Count));
        Assert.Equal((2, 1), (export.Quarantined.Count, export.Mails.Count));
        Assert.Contains("claims", export.Kept.Keys);
        Assert.Contains(export.Consents, entry => entry is { Purpose: ConsentPurpose.Marketing, IsGranted: true, Evidence: "i1" });
        Assert.Contains(FullName, page, StringComparison.Ordinal);
        Assert.Contains("本店保存的关于", export.ToPage("zh-CN"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"bob\"", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"event":"{\"userId\":\"7\"}"}""", "7", true)]
    [InlineData("""{"event":"{\"userId\":7}"}""", "7", true)]
    [InlineData("""{"event":"{\"quantity\":7,\"userId\":\"71\"}"}""", "7", false)]
    [InlineData("""{"event":"{\u0022email\u0022:\u0022ANN@example.org\u0022"}""", "ann-1", true)]
    [InlineData("""{"eventBase64":"/3siYW5uLTEifQ=="}""", "ann-1", true)]
    [InlineData("12,ann-1,3.50", "ann-1", true)]
    [InlineData("12,ann-12,3.50", "ann-1", false)]
    public void A_line_names_a_person_only_by_a_whole_id_or_an_address(string line, string id, bool expected) =>
        Assert.Equal(expected, new Subject([CustomerId.Known(id)], ["ann@example.org"]).IsNamedIn(line));

    private static async Task PlantAsync(EmbeddedShop shop)
    {
        await shop.Log.AppendAsync(
            [
                View("v-" + Browser, null, Browser, 1) with { PropertiesJson = $$"""{"note":"{{Address}}"}""" },
                Identify("i1", User, $$"""{"email":"{{Address}}","name":"{{FullName}}","marketing_email":true}""", 2, Browser),
                Order("o1", User, 30m, 3) with { PropertiesJson = "{\"shipping\":{\"name\":\"" + FullName + "\"}}" },
                View("s1", User, Browser, 4) with { SearchTerm = Address, SessionId = "session of " + User, PropertiesJson = """{"$gpc":true}""" },
                View("p1", User, null, 5) with { PropertiesJson = """{"note":"<script>alert(1)</script>"}""" },
                Order("bob1", "bob", 12m, 6),
                Treat("treatment-for-" + User, User),
                new Delivery { Treatment = new TreatmentId("treatment-for-" + User), Customer = CustomerId.Known(User), Channel = Channel.OnSite, Status = DeliveryStatus.Shown, At = Start },
                Measure("treatment-for-" + User, User, 60, 30m),
                new CustomerInsight { Customer = CustomerId.Known(User), AsOf = Start, Features = new CustomerFeatures(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0.5, 0, 9, DayOfWeek.Friday) },
            ],
            Cancelled);
        await shop.Store.TryClaimAsync(new TreatmentId("treatment-for-" + User), CustomerId.Known(User), Start, Cancelled);
        using EventQuarantine quarantine = new(shop.Folder.Quarantine, new IntakeOptions());
        await new SegmentIntake(shop.Log, quarantine, new IntakeOptions()).AcceptAsync(
            new SourceId("web"),
            Encoding.UTF8.GetBytes($$$"""{"batch":[{"type":"bogus","userId":"{{{User}}}","traits":{"email":"{{{Address}}}"}},{"type":"bogus","userId":"bob"}]}"""),
            IntakeRoute.Batch, Start, Cancelled);
        await File.WriteAllTextAsync(Path.Combine(shop.Folder.Quarantine, "import-x.csv"), $"CustomerID,Note,line,reason\n{User},\"two\nlines\",2,bad\nbob,x,3,bad\n", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(shop.Folder.Outbox, "0000000001-abc.eml"), $"To: {Address}\r\n\r\nHello", Cancelled);
        await File.WriteAllTextAsync(Path.Combine(shop.Folder.Outbox, "0000000001-abc.json"), $$"""{"customer":"u:{{User}}"}""", Cancelled);
        await shop.Log.GetStatusAsync(Cancelled);
    }
}
