using CsCheck;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>Aliases, keys, frozen ids, and that the order of arrival changes nothing.</summary>
public sealed class IdentityGraphTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    internal static Interaction Alias(string messageId, string? user, string previous, int minute = 0, string? browser = null) => View(messageId, user, browser, minute) with
    {
        Kind = InteractionKind.Custom,
        Name = "alias",
        Lines = [],
        PreviousId = previous,
    };

    /// <summary>A purchase in the store: nothing but keys.</summary>
    internal static Interaction InStore(string messageId, EmbeddedShop shop, string told, int minute = 0) => View(messageId, null, null, minute) with
    {
        Kind = InteractionKind.OrderCompleted,
        Name = "Order Completed",
        Customer = CustomerId.Anonymous(shop.Identity.Keys.Read(told)[0]),
        Revenue = 10,
        PropertiesJson = told,
    };

    internal static async Task<string[]> WhoDidWhatAsync(EmbeddedShop shop) =>
        [.. (await ReadAllAsync(shop.Log, LogRange.Everything)).Select(i => $"{i.MessageId} {i.Customer}").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_chain_of_aliases_brings_all_history_to_the_user()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", null, "a1", 1), View("2", null, "a2", 2)], Cancelled);

        await shop.Log.AppendAsync([Alias("3", "a2", "a1", 3)], Cancelled);
        Assert.Equal(CustomerId.Known("a2"), await shop.Log.ResolveAsync(CustomerId.Anonymous("a1"), Cancelled));
        await shop.Log.AppendAsync([Alias("4", "u", "a2", 4), View("5", "u", null, 5)], Cancelled);

        Assert.Equal(["1 u:u", "2 u:u", "3 u:u", "4 u:u", "5 u:u"], await WhoDidWhatAsync(shop));
        Assert.Equal(["5", "4", "3", "2", "1"], (await shop.Log.ReadTimelineAsync(CustomerId.Known("u"), 10, null, Cancelled)).Select(i => i.MessageId));
        Assert.Equal(["u:u", "a:a1", "a:a2", "u:a2"], (await shop.Identity.ListIdsAsync(CustomerId.Known("a2"), Cancelled)).Select(id => id.ToString()));
    }

    [Fact]
    public async Task A_chain_may_go_through_browsers_and_survives_a_restart()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([View("1", null, "a1", 1), Alias("2", null, "a1", 2, browser: "a2"), View("3", "u", "a2", 3)], Cancelled);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        Assert.Equal(["1 u:u", "2 u:u", "3 u:u"], await WhoDidWhatAsync(again));
    }

    [Fact]
    public async Task An_alias_of_somebody_who_signed_in_joins_nobody_and_waits_for_the_owner()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", "ann", "b1", 1), View("2", "bob", "b2", 2), Alias("3", "bob", "ann", 3), View("4", null, "b1", 4)], Cancelled);

        IdentityConflicts conflicts = await shop.Identity.ListConflictsAsync(Cancelled);

        Assert.Equal(["1 u:ann", "2 u:bob", "3 u:bob", "4 u:ann"], await WhoDidWhatAsync(shop));
        AliasProposal proposal = Assert.Single(conflicts.Proposals);
        Assert.Equal((CustomerId.Known("ann"), CustomerId.Known("bob")), (proposal.Customer, proposal.Other));

        await shop.Identity.MergeAsync(proposal.Customer, proposal.Other, "same person, asked on the phone", "owner", Cancelled);
        Assert.Equal(["1 u:bob", "2 u:bob", "3 u:bob", "4 u:bob"], await WhoDidWhatAsync(shop));
        Assert.Empty((await shop.Identity.ListConflictsAsync(Cancelled)).Proposals);
    }

    [Fact]
    public async Task A_proposal_that_the_owner_leaves_alone_waits_no_more_until_that_is_taken_back()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", "ann", "b1", 1), View("2", "bob", "b2", 2), Alias("3", "bob", "ann", 3)], Cancelled);
        (CustomerId ann, CustomerId bob) = (CustomerId.Known("ann"), CustomerId.Known("bob"));

        DecisionVerdict unproposed = await shop.Identity.DismissAsync(bob, ann, "no", "owner", Cancelled);
        DecisionVerdict first = await shop.Identity.DismissAsync(ann, bob, "father and son", "owner", Cancelled);
        DecisionVerdict again = await shop.Identity.DismissAsync(ann, bob, "once more", "owner", Cancelled);
        IReadOnlyList<AliasProposal> waiting = (await shop.Identity.ListConflictsAsync(Cancelled)).Proposals;
        IReadOnlyList<string> apart = await WhoDidWhatAsync(shop);
        await shop.Identity.UndoAsync(first.Decision!.Id, "they are one", "owner", Cancelled); // made above

        Assert.Equal(DecisionRefusal.NoProposal, unproposed.Refusal);
        Assert.Equal((true, false, "father and son"), (first.IsNew, again.IsNew, again.Decision!.Reason));
        Assert.Empty(waiting);
        Assert.Equal(["1 u:ann", "2 u:bob", "3 u:bob"], apart);
        Assert.Single((await shop.Identity.ListConflictsAsync(Cancelled)).Proposals);
    }

    [Fact]
    public async Task A_sign_in_that_comes_after_the_alias_takes_the_join_back()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", null, "ann", 1), Alias("2", "bob", "ann", 2)], Cancelled);
        Assert.Equal(["1 u:bob", "2 u:bob"], await WhoDidWhatAsync(shop));

        await shop.Log.AppendAsync([View("3", "ann", null, 0)], Cancelled);

        Assert.Equal(CustomerId.Anonymous("ann"), await shop.Log.ResolveAsync(CustomerId.Anonymous("ann"), Cancelled));
        Assert.Equal(["1 a:ann", "2 u:bob", "3 u:ann"], await WhoDidWhatAsync(shop));
    }

    [Fact]
    public async Task A_circle_of_aliases_ends_where_its_latest_would_start_and_a_self_alias_does_nothing()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", null, "x", 0), Alias("2", "y", "x", 1), Alias("3", "x", "y", 2), Alias("4", "z", "z", 3), View("5", null, "z", 4)], Cancelled);

        Assert.Equal(["1 u:y", "2 u:y", "3 u:y", "4 u:z", "5 a:z"], await WhoDidWhatAsync(shop));
        Assert.Equal(1, (await shop.Identity.ListConflictsAsync(Cancelled)).IgnoredAliases);
    }

    [Fact]
    public async Task A_purchase_with_a_key_meets_the_customer_who_told_it_before_or_after()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([InStore("till", shop, """{"email":" Ann@Shop.test "}""", 1)], Cancelled);
        CustomerId key = Assert.Single(await ReadAllAsync(shop.Log, LogRange.Everything)).Customer;
        Assert.StartsWith("a:key-email-", key.ToString(), StringComparison.Ordinal);

        await shop.Log.AppendAsync([Identify("id", "ann", """{"email":"ann@shop.test","phone":"+49 (0)170 1234568"}""", 5)], Cancelled);
        await shop.Log.AppendAsync([InStore("till2", shop, """{"phone":"0049 170/123-4568"}""", 9), InStore("till3", shop, """{"card":"C-100 200","phone":"+491701234568"}""", 10)], Cancelled);

        Assert.Equal(["id u:ann", "till u:ann", "till2 u:ann", "till3 u:ann"], await WhoDidWhatAsync(shop));
        Assert.Equal(4, (await shop.Log.ReadTimelineAsync(key, 10, null, Cancelled)).Count);
    }

    [Fact]
    public async Task A_key_that_two_people_told_belongs_to_neither_until_the_owner_decides()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync(
                [Identify("1", "ann", """{"phone":"+49 170 1234568"}""", 1), InStore("till", shop, """{"phone":"+491701234568"}""", 2), Identify("3", "bob", """{"phone":"+491701234568"}""", 3)],
                Cancelled);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        ContestedKey contested = Assert.Single((await again.Identity.ListConflictsAsync(Cancelled)).Keys);
        Assert.Equal(("phone", true), (contested.Kind, contested.HasActs));
        Assert.Equal([CustomerId.Known("ann"), CustomerId.Known("bob")], contested.Claimants);
        Assert.Equal($"till {contested.Key}", (await WhoDidWhatAsync(again))[2]);

        await again.Identity.MergeAsync(contested.Key, CustomerId.Known("ann"), "her number since January", "owner", Cancelled);

        Assert.Equal("till u:ann", (await WhoDidWhatAsync(again))[2]);
        Assert.Empty((await again.Identity.ListConflictsAsync(Cancelled)).Keys);
    }

    [Fact]
    public async Task An_id_that_gains_too_many_browsers_in_a_day_is_frozen_until_the_owner_lifts_it()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        shop.Identity.Apply(new IdentityOptions { MaxBrowsersPerDay = 3 });
        await shop.Log.AppendAsync([View("old", "till", "b0", -60 * 24), .. Enumerable.Range(1, 3).Select(i => View($"s{i}", "till", $"b{i}", i))], Cancelled);
        Assert.Equal(CustomerId.Known("till"), await shop.Log.ResolveAsync(CustomerId.Anonymous("b3"), Cancelled));

        await shop.Log.AppendAsync([View("s4", "till", "b4", 4), View("5", null, "b1", 5), View("6", null, "b0", 6)], Cancelled);

        Assert.Equal(["5 a:b1", "6 u:till"], (await WhoDidWhatAsync(shop))[..2]);
        FrozenId frozen = Assert.Single((await shop.Identity.ListConflictsAsync(Cancelled)).Frozen);
        Assert.Equal((CustomerId.Known("till"), DateOnly.FromDateTime(Start.UtcDateTime), 5), (frozen.Customer, frozen.From, frozen.Browsers));

        DecisionVerdict lifted = await shop.Identity.LiftAsync(frozen.Customer, "a family tablet", "owner", Cancelled);
        Assert.Equal("5 u:till", (await WhoDidWhatAsync(shop))[0]);
        Assert.Equal(lifted.Decision, (await shop.Identity.LiftAsync(frozen.Customer, "again", "owner", Cancelled)).Decision);
        Assert.Empty((await shop.Identity.ListConflictsAsync(Cancelled)).Frozen);

        await shop.Identity.UndoAsync(Assert.IsType<IdentityDecision>(lifted.Decision).Id, "no family tablet", "owner", Cancelled);
        Assert.Equal("5 a:b1", (await WhoDidWhatAsync(shop))[0]);
        Assert.Equal(DecisionRefusal.NotFrozen, (await shop.Identity.LiftAsync(CustomerId.Known("ann"), "why not", "owner", Cancelled)).Refusal);
    }

    [Fact]
    public async Task Who_stands_before_an_alias_or_a_key_does_not_learn_of_it()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync(
            [View("1", null, "a", 1), InStore("2", shop, """{"card":"4711-4712"}""", 2), Alias("3", "u", "a", 60), Identify("4", "u", """{"memberCard":"4711 4712"}""", 61)], Cancelled);

        List<Interaction> before = await ReadAllAsync(shop.Log, LogRange.Before(Start.AddMinutes(30)));
        Assert.All(before, interaction => Assert.True(interaction.Customer.IsAnonymous));
        Assert.All(await ReadAllAsync(shop.Log, LogRange.Everything), interaction => Assert.Equal(CustomerId.Known("u"), interaction.Customer));
    }

    /// <summary>People, browsers, aliases, keys and a busy id, told in any order and in any blocks, give the same customers, and the same again after a restart.</summary>
    [Fact]
    public async Task Any_order_of_arrival_gives_the_same_customers()
    {
        using StorageFolder reference = new();
        string[] expected;
        Interaction[] told;
        await using (EmbeddedShop shop = await reference.OpenAsync())
        {
            told = Tell(shop);
            await shop.Log.AppendAsync(told, Cancelled);
            shop.Identity.Apply(new IdentityOptions { MaxBrowsersPerDay = 3 });
            expected = await WhoDidWhatAsync(shop);
        }

        Assert.True(expected.Select(line => line.Split(' ')[1]).Distinct().Count() is > 8 and < 25, string.Join('\n', expected));
        byte[] secrets = await File.ReadAllBytesAsync(Path.Combine(reference.Path, "marketloop.json"), Cancelled);

        await Gen.Shuffle(told).SampleAsync(
            async order =>
            {
                using StorageFolder fresh = new();
                await File.WriteAllBytesAsync(Path.Combine(fresh.Path, "marketloop.json"), secrets, CancellationToken.None);
                await using (EmbeddedShop shop = await fresh.OpenAsync())
                {
                    shop.Identity.Apply(new IdentityOptions { MaxBrowsersPerDay = 3 });
                    foreach (Interaction[] block in order.Chunk(1 + (order[0].MessageId.Length + order[1].MinuteOf()) % 9))
                    {
                        await shop.Log.AppendAsync(block, CancellationToken.None);
                        await shop.Log.ReadTimelineAsync(CustomerId.Known("u1"), 1, null, CancellationToken.None); // loads this block by itself
                    }

                    Assert.Equal(expected, await WhoDidWhatAsync(shop));
                }

                await using EmbeddedShop again = await fresh.OpenAsync();
                again.Identity.Apply(new IdentityOptions { MaxBrowsersPerDay = 3 });
                Assert.Equal(expected, await WhoDidWhatAsync(again));
            },
            iter: 15,
            threads: 1);
    }

    private static Interaction[] Tell(EmbeddedShop shop)
    {
        List<Interaction> told = [];
        for (int person = 0; person < 4; person++)
        {
            int at = person * 7;
            told.Add(View($"p{person}-1", null, $"b{person}", at));
            told.Add(View($"p{person}-2", null, $"c{person}", at + 1));
            told.Add(View($"p{person}-3", $"u{person}", $"b{person}", at + 2));
            told.Add(Alias($"p{person}-4", $"u{person}", $"c{person}", at + 3));
            told.Add(Identify($"p{person}-5", $"u{person}", $$"""{"email":"p{{person}}@shop.test","phone":"+49170123456{{person / 2}}"}""", at + 4, $"d{person}"));
            told.Add(InStore($"p{person}-6", shop, $$"""{"email":"P{{person}}@shop.test"}""", at + 5));
            told.Add(InStore($"p{person}-7", shop, $$"""{"card":"card 100{{person}}","email":"p{{person}}@shop.test"}""", at + 6));
            told.Add(View($"p{person}-8", $"u{person}", $"b{(person + 1) % 4}", at + 4));
        }

        told.Add(InStore("shared", shop, """{"phone":"0049 170 1234560"}""", 40));
        told.AddRange([View("s1", null, "s1", 41), Alias("s2", "s2", "s1", 42), Alias("s3", "s3", "s2", 43), Alias("s4", "u1", "s3", 44)]);
        told.AddRange([Alias("k1", "u1", "u0", 45), Alias("k2", "o1", "o2", 46), Alias("k3", "o2", "o1", 47), View("k4", null, "o1", 48), View("k5", null, "u0", 49)]);
        told.AddRange(Enumerable.Range(0, 5).SelectMany(i => (Interaction[])[View($"t{i}", "till", $"t{i}", 50 + i), View($"v{i}", null, $"t{i}", 60)]));
        told.Add(View("t9", "till", "b0", -3000));
        return [.. told];
    }
}

internal static class MinuteExtension
{
    public static int MinuteOf(this Interaction interaction) => Math.Abs((int)(interaction.OccurredAt - Start).TotalMinutes);
}
