using MarketLoop.Analysis;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Tests.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Analysis;

/// <summary>The desk over a real folder: what is saved stays, turns keep it fresh, decisions see it, exports leave a trace.</summary>
public sealed class AudienceDeskTests : IDisposable
{
    private static readonly AudienceRule Buyers = new ActRule(AudienceAct.Order, WithinDays: 30);
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_audience_is_saved_once_counted_in_every_turn_and_known_to_decisions_at_once()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        (Analyst analyst, AudienceDesk desk) = Room(shop);
        using Analyst owned = analyst;
        await shop.Log.AppendAsync([Order("o1", "ann", 10m, 1), View("v1", "bob", minute: 2)], Cancelled);

        AudienceCount first = await desk.SaveAsync("buyers", Buyers, Cancelled);
        AudienceCount again = await desk.SaveAsync("buyers", Buyers, Cancelled);

        Assert.Equal((1, 1, 2), (first.Members, first.Known, first.Customers));
        Assert.Equal(first, again);
        Assert.Equal((true, false), (IsIn(shop, "ann"), IsIn(shop, "bob")));

        await shop.Log.AppendAsync([Order("o2", "bob", 10m, 60)], Cancelled);
        await TurnAsync(analyst, shop, Start.AddDays(1));
        Assert.Equal((true, true), (IsIn(shop, "ann"), IsIn(shop, "bob")));

        await TurnAsync(analyst, shop, Start.AddDays(40));
        Assert.Equal((false, false), (IsIn(shop, "ann"), IsIn(shop, "bob")));
        Audience saved = Assert.Single(await desk.ListAsync(Cancelled));
        Assert.Equal([1, 2, 0], saved.Sizes.Select(size => size.Members));
        Assert.Equal(Buyers, saved.Rule);

        Assert.True(await desk.RemoveAsync("buyers", Cancelled));
        Assert.False(await desk.RemoveAsync("buyers", Cancelled));
        Assert.Empty(await desk.ListAsync(Cancelled));
    }

    [Fact]
    public async Task A_count_before_the_first_turn_follows_the_log_and_who_signs_in_late()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        (Analyst analyst, AudienceDesk desk) = Room(shop);
        using Analyst owned = analyst;
        await shop.Log.AppendAsync([Order("o1", "ann", 10m, 1), View("v1", browser: "b", minute: 2)], Cancelled);

        AudienceCount first = await desk.CountAsync(Buyers, Cancelled);
        AudienceCount again = await desk.CountAsync(Buyers, Cancelled);
        await shop.Log.AppendAsync([Order("o2", "bob", 10m, 5), View("v2", "ann", "b", minute: 6)], Cancelled);
        AudienceCount later = await desk.CountAsync(Buyers, Cancelled);
        analyst.Reread([]);
        AudienceCount anew = await desk.CountAsync(Buyers, Cancelled);

        Assert.Equal((1, 2), (first.Members, first.Customers));
        Assert.Equal(first, again);
        Assert.Equal((2, 2), (later.Members, later.Customers)); // the browser is ann's now
        Assert.Equal(later, anew);
    }

    [Fact]
    public async Task Exports_hide_small_groups_and_are_put_on_record()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        (Analyst analyst, AudienceDesk desk) = Room(shop);
        using Analyst owned = analyst;
        await shop.Log.AppendAsync([.. Enumerable.Range(0, 9).Select(i => Order($"o{i}", $"c{i}", 10m, i)), View("v", "looker")], Cancelled);

        AudienceTable table = await desk.GroupAsync("everybody", new FeatureRule("activeDays", Comparison.AtLeast, 1), AudienceGrouping.Orders, "owner", Cancelled);
        IReadOnlyList<AudienceMember> members = await desk.ListMembersAsync("buyers", Buyers, "owner", Cancelled);

        Assert.All(table.Cells, cell => Assert.Null(cell.Customers)); // one looker beside nine buyers: the nine would give the one away
        Assert.Equal(10, table.Members);
        Assert.Equal(9, members.Count);
        Assert.Equal([("buyers", "members", 9), ("everybody", "Orders", 2)], (await desk.ListExportsAsync(10, Cancelled)).Select(note => (note.Audience, note.What, note.Rows)));
    }

    [Fact]
    public async Task A_rule_with_faults_and_an_odd_name_are_refused()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        (Analyst analyst, AudienceDesk desk) = Room(shop);
        using Analyst owned = analyst;

        await Assert.ThrowsAsync<ArgumentException>(() => desk.SaveAsync("../x", Buyers, Cancelled));
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => desk.CountAsync(new AllOf([]), Cancelled));
        Assert.Contains("rule.rules: at least one rule", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await desk.CountAsync(Buyers, Cancelled)).Customers);
    }

    [Fact]
    public async Task An_erased_customer_is_in_no_audience()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        AudienceMembers members = shop.Audiences.Members;
        members.Publish("a", new HashSet<CustomerId> { CustomerId.Known("ann"), CustomerId.Known("bob") });

        members.Forget([CustomerId.Known("ann")]);

        Assert.Equal((false, true), (members.Contains("a", CustomerId.Known("ann")), members.Contains("a", CustomerId.Known("bob"))));
        Assert.False(members.Contains("never saved", CustomerId.Known("bob")));
    }

    [Fact]
    public async Task Columns_of_the_embedded_log_give_the_same_tallies_as_its_records()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction[] history = [.. FeatureBookTests.History(seed: 12, days: 60), Order("by-lines", "c1", 0m, 5, new LineItem(new ProductId("p1"), 3, 2.345m)) with { Revenue = null }];
        await shop.Log.AppendAsync(history, Cancelled);
        FeatureBook book = new(TimeZoneInfo.Utc);
        DateTimeOffset asOf = Start.AddYears(1);
        await foreach (Interaction interaction in shop.Log.ReadInteractionsAsync(LogRange.Before(asOf), Cancelled))
        {
            book.Add(interaction);
        }

        book.AdvanceTo(asOf);
        IReadOnlyList<(CustomerId Customer, BehaviourTally Tally)> tallies = await ActivityScan.TallyAsync(shop.Log, TimeZoneInfo.Utc, asOf, Cancelled);

        Assert.Equal(book.Customers, tallies.Select(t => t.Customer).OrderBy(c => c.ToString(), StringComparer.Ordinal));
        Assert.All(tallies, t => Assert.Equal(book.FindState(t.Customer)?.Tally.ToString(), t.Tally.ToString()));
        Assert.True(tallies.Sum(t => t.Tally.GrossUnits) > 70_350);
    }

    private static bool IsIn(EmbeddedShop shop, string user) => shop.Audiences.Members.Contains("buyers", CustomerId.Known(user));

    private static async Task TurnAsync(Analyst analyst, EmbeddedShop shop, DateTimeOffset asOf)
    {
        long position = await shop.Store.ReadTurnPositionAsync(Cancelled);
        long head = shop.Log.Head;
        IReadOnlyList<CustomerInsight> insights = await analyst.InterpretAsync(
            shop.Log.ReadInteractionsAsync(new LogRange(position, head, TimeWindow.Everything), Cancelled), head, asOf, Cancelled);
        await shop.Store.AddTurnAsync(
            new TurnReport { Turn = 1, AsOf = asOf, Mode = LoopMode.Observe, Interactions = 0, NewInteractions = 0, Insights = insights.Count, Considered = 0, Contactable = 0, Treatments = 0, Outcomes = 0 },
            head,
            Cancelled);
    }

    private (Analyst Analyst, AudienceDesk Desk) Room(EmbeddedShop shop)
    {
        IOptions<AnalysisOptions> options = Options.Create(new AnalysisOptions());
        Analyst analyst = new(shop.Log, shop.Store, shop.Catalog, new CurrentModels(), options, NullLogger<Analyst>.Instance);
        AudienceDesk desk = new(analyst, shop.Audiences, shop.Profiles, new ContactRules(Options.Create(new ConsentOptions())), options, folder.Clock);
        analyst.TellOfTurns(desk.RefreshAsync);
        return (analyst, desk);
    }
}
