using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

public sealed class StorageIdentityTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_browser_belongs_to_the_first_user_by_event_time_whatever_the_order_of_arrival()
    {
        Interaction[] session =
        [
            View("1", null, "b", minute: 0),
            View("2", "ann", "b", minute: 10),
            View("3", "bob", "b", minute: 20),
            View("4", null, "b", minute: 30),
            View("5", "ann", "c", minute: 5),
        ];
        string[] expected = ["1 u:ann", "5 u:ann", "2 u:ann", "3 u:bob", "4 u:ann"];

        foreach (Interaction[] order in Permutations(session).Where((_, i) => i % 7 == 0))
        {
            using StorageFolder fresh = new();
            await using EmbeddedShop shop = await fresh.OpenAsync();
            foreach (Interaction interaction in order)
            {
                await shop.Log.AppendAsync([interaction], Cancelled);
            }

            IEnumerable<string> resolved = (await ReadAllAsync(shop.Log, LogRange.Everything)).Select(i => $"{i.MessageId} {i.Customer}");

            Assert.Equal(expected, resolved);
            Assert.Equal(CustomerId.Known("ann"), await shop.Log.ResolveAsync(CustomerId.Anonymous("b"), Cancelled));
        }
    }

    [Fact]
    public async Task At_the_same_moment_the_smaller_message_id_keeps_the_browser()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        await shop.Log.AppendAsync([View("z", "zoe", "b"), View("y", "yan", "b")], Cancelled);

        Assert.Equal(CustomerId.Known("yan"), await shop.Log.ResolveAsync(CustomerId.Anonymous("b"), Cancelled));
    }

    [Fact]
    public async Task A_duplicate_with_other_content_links_nothing()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("m", "ann", "b", minute: 9)], Cancelled);

        await shop.Log.AppendAsync([View("m", "eve", "b", minute: 1)], Cancelled);

        Assert.Equal(CustomerId.Known("ann"), await shop.Log.ResolveAsync(CustomerId.Anonymous("b"), Cancelled));
    }

    [Fact]
    public async Task Links_survive_a_restart_and_an_earlier_sign_in_that_arrives_late_replaces_them()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([View("1", "bob", "b", minute: 50)], Cancelled);
        }

        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            Assert.Equal(CustomerId.Known("bob"), await shop.Log.ResolveAsync(CustomerId.Anonymous("b"), Cancelled));
            await shop.Log.AppendAsync([View("2", "ann", "b", minute: 1)], Cancelled);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        Assert.Equal(CustomerId.Known("ann"), await again.Log.ResolveAsync(CustomerId.Anonymous("b"), Cancelled));
        Assert.Equal(CustomerId.Anonymous("other"), await again.Log.ResolveAsync(CustomerId.Anonymous("other"), Cancelled));
    }

    [Fact]
    public async Task Who_stands_before_the_sign_in_does_not_learn_of_it()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", null, "b"), View("2", "ann", "b", minute: 60)], Cancelled);

        Interaction before = Assert.Single(await ReadAllAsync(shop.Log, LogRange.Before(Start.AddMinutes(30))));

        Assert.Equal(CustomerId.Anonymous("b"), before.Customer);
    }

    [Fact]
    public async Task A_timeline_holds_all_linked_browsers_newest_first_and_pages_backwards()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync(
            [View("1", null, "b", 1), View("2", "ann", "b", 2), View("3", null, "c", 3), View("4", "ann", "c", 4), View("5", "bob", "b", 5), View("6", "bob", null, 6)],
            Cancelled);

        IReadOnlyList<Interaction> ofAnn = await shop.Log.ReadTimelineAsync(CustomerId.Known("ann"), 10, null, Cancelled);
        IReadOnlyList<Interaction> ofHerBrowser = await shop.Log.ReadTimelineAsync(CustomerId.Anonymous("c"), 2, null, Cancelled);
        IReadOnlyList<Interaction> next = await shop.Log.ReadTimelineAsync(CustomerId.Known("ann"), 10, ofHerBrowser[^1].OccurredAt, Cancelled);

        Assert.Equal(["4", "3", "2", "1"], ofAnn.Select(i => i.MessageId));
        Assert.All(ofAnn, i => Assert.Equal(CustomerId.Known("ann"), i.Customer));
        Assert.Equal(["4", "3"], ofHerBrowser.Select(i => i.MessageId));
        Assert.Equal(["2", "1"], next.Select(i => i.MessageId));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => shop.Log.ReadTimelineAsync(CustomerId.Known("ann"), 0, null, Cancelled));
    }

    private static IEnumerable<Interaction[]> Permutations(Interaction[] items)
    {
        if (items.Length == 1)
        {
            yield return items;
            yield break;
        }

        for (int i = 0; i < items.Length; i++)
        {
            foreach (Interaction[] rest in Permutations([.. items[..i], .. items[(i + 1)..]]))
            {
                yield return [items[i], .. rest];
            }
        }
    }
}
