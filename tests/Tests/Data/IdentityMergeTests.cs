using System.Text.Json;
using CsCheck;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.IdentityGraphTests;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>The owner merges and splits; nothing of it stays in what is read.</summary>
public sealed class IdentityMergeTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_merge_is_seen_everywhere_and_a_split_leaves_no_trace()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync(
            [View("1", null, "b1", 1), Identify("2", "ann", """{"name":"Ann","email":"ann@shop.test","marketing_email":true}""", 2, "b1"), Identify("3", "ann2", """{"email":"ann@work.test","marketing_email":false}""", 3, "b2")],
            Cancelled);
        string[] before = await LookAsync(shop, ["u:ann", "u:ann2", "a:b1", "a:b2"]);

        DecisionVerdict merged = await shop.Identity.MergeAsync(CustomerId.Known("ann"), CustomerId.Anonymous("b2"), " two accounts ", "olga", Cancelled);

        IdentityDecision decision = Assert.IsType<IdentityDecision>(merged.Decision);
        Assert.Equal((CustomerId.Known("ann"), CustomerId.Known("ann2"), "two accounts", "olga", Start), (decision.Customer, decision.Into, decision.Reason, decision.By, decision.At));
        Assert.All(await ReadAllAsync(shop.Log, LogRange.Everything), act => Assert.Equal(CustomerId.Known("ann2"), act.Customer));
        Assert.Equal(["3", "2", "1"], (await shop.Log.ReadTimelineAsync(CustomerId.Anonymous("b1"), 9, null, Cancelled)).Select(i => i.MessageId));
        CustomerProfile? whole = await shop.Profiles.FindAsync(CustomerId.Known("ann2"), Cancelled);
        Assert.Equal(("Ann", "ann@work.test", false), (whole?.Name, whole?.Email, whole?.ConsentsToEmail));
        Assert.Equal([CustomerId.Known("ann2")], (await shop.Profiles.FindManyAsync([CustomerId.Known("ann"), CustomerId.Known("ann2")], Cancelled)).Keys);
        Assert.Equal([CustomerId.Known("ann2")], (await shop.Profiles.SearchAsync("ann@shop", 9, Cancelled)).Concat(await shop.Profiles.SearchAsync("work", 9, Cancelled)).Select(p => p.Customer).Distinct());
        Assert.Equal(4, (await shop.Rights.ExportAsync(CustomerId.Known("ann"), Cancelled)).Ids.Count);

        DecisionVerdict split = await shop.Identity.UndoAsync(decision.Id, "brothers", "olga", Cancelled);

        Assert.Equal("brothers", split.Decision?.UndoneReason);
        Assert.Equal(before, await LookAsync(shop, ["u:ann", "u:ann2", "a:b1", "a:b2"]));
        Assert.Equal(split.Decision, Assert.Single(shop.Identity.ListDecisions()));
    }

    [Fact]
    public async Task Asking_twice_answers_with_the_first_decision()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("1", "a"), View("2", "b"), View("3", null, "x", 3)], Cancelled);

        DecisionVerdict first = await shop.Identity.MergeAsync(CustomerId.Known("a"), CustomerId.Known("b"), "r", "o", Cancelled);
        DecisionVerdict again = await shop.Identity.MergeAsync(CustomerId.Known("a"), CustomerId.Known("b"), "r", "o", Cancelled);
        DecisionVerdict split = await shop.Identity.UndoAsync(1, "r", "o", Cancelled);
        DecisionVerdict splitAgain = await shop.Identity.UndoAsync(1, "other", "o", Cancelled);

        Assert.Equal((true, false), (first.IsNew, again.IsNew));
        Assert.Equal(first.Decision, again.Decision);
        Assert.Equal(split.Decision, splitAgain.Decision);
        Assert.Equal(DecisionRefusal.UnknownDecision, (await shop.Identity.UndoAsync(99, "r", "o", Cancelled)).Refusal);
        Assert.Equal(DecisionRefusal.UnknownCustomer, (await shop.Identity.MergeAsync(CustomerId.Known("a"), CustomerId.Known("who"), "r", "o", Cancelled)).Refusal);
        Assert.Equal(DecisionRefusal.IntoBrowser, (await shop.Identity.MergeAsync(CustomerId.Known("a"), CustomerId.Anonymous("x"), "r", "o", Cancelled)).Refusal);
        Assert.Equal(DecisionRefusal.AlreadyOne, (await shop.Identity.MergeAsync(CustomerId.Known("a"), CustomerId.Known("a"), "r", "o", Cancelled)).Refusal);
        await Assert.ThrowsAsync<ArgumentException>(() => shop.Identity.MergeAsync(CustomerId.Known("a"), CustomerId.Known("b"), " ", "o", Cancelled));
    }

    [Fact]
    public async Task Mail_needs_the_consent_of_all_who_were_merged_and_one_no_to_personalisation_counts()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync(
            [Identify("1", "yes", """{"marketing_email":true,"personalisation":true}"""), Identify("2", "asked-nothing", """{"name":"N"}"""), Identify("3", "yes2", """{"marketing_email":true,"personalisation":false}""")],
            Cancelled);

        await shop.Identity.MergeAsync(CustomerId.Known("yes2"), CustomerId.Known("yes"), "r", "o", Cancelled);
        CustomerProfile? both = await shop.Profiles.FindAsync(CustomerId.Known("yes"), Cancelled);
        Assert.Equal((true, false), (both?.ConsentsToEmail, both?.ConsentsToPersonalisation));

        await shop.Identity.MergeAsync(CustomerId.Known("yes"), CustomerId.Known("asked-nothing"), "r", "o", Cancelled);
        Assert.Null((await shop.Profiles.FindAsync(CustomerId.Known("asked-nothing"), Cancelled))?.ConsentsToEmail);
    }

    [Fact]
    public async Task Erasing_a_merged_customer_erases_both_and_says_so()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync(
                [Identify("1", "ann", """{"email":"ann@shop.test"}""", 1), InStore("2", shop, """{"email":"ann@shop.test"}""", 2), View("3", "bob", "b", 3), View("4", "eve", null, 4), Alias("5", "bob", "gone", 5)],
                Cancelled);
            await shop.Identity.MergeAsync(CustomerId.Known("ann"), CustomerId.Known("bob"), "r", "o", Cancelled);
            Assert.Equal(4, shop.Parts.Shop.Read(c => CountRows(c, "links") + CountRows(c, "key_claims") + CountRows(c, "aliases") + CountRows(c, "identity_decisions")));

            ErasureReceipt receipt = await shop.Rights.EraseAsync(CustomerId.Known("ann"), Cancelled);

            Assert.Equal((2, 4L), (receipt.Customers, receipt.Records));
            Assert.Equal(0, shop.Parts.Shop.Read(c => CountRows(c, "links") + CountRows(c, "key_claims") + CountRows(c, "aliases") + CountRows(c, "identity_decisions")));
            Assert.Equal(["4 u:eve"], await WhoDidWhatAsync(shop));
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        Assert.Equal(["4 u:eve"], await WhoDidWhatAsync(again));
        Assert.Empty(again.Identity.ListDecisions());
    }

    [Fact]
    public async Task Every_hash_alias_and_decision_of_an_erased_person_is_gone_from_the_folder()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction bought = InStore("2", shop, """{"card":"C 4711-0815"}""", 2) with { Coupon = "for-erika-only", GroupId = "erikas-club" };
        await shop.Log.AppendAsync(
            [Identify("1", "erika-7731", """{"memberCard":"c47110815"}""", 1), bought, Alias("3", "erika-7731", "erika-before", 3), View("4", "erika-second", null, 4), View("5", "bob", "b", 5)], Cancelled);
        await shop.Identity.MergeAsync(CustomerId.Known("erika-second"), CustomerId.Known("erika-7731"), "erika told us", "o", Cancelled);
        await shop.CheckpointAsync(Cancelled);
        PersonFinder finder = new(bought.Customer.Value, "erika-7731", "erika-before", "erika-second", "for-erika-only", "erikas-club", "erika told us");
        IReadOnlyList<string> before = finder.Search(folder.Path);
        foreach (string table in (string[])["people", "key_claims", "aliases", "identity_decisions"])
        {
            Assert.Contains(before, place => place.Contains("shop.sqlite: table " + table, StringComparison.Ordinal)); // the positive control
        }

        Assert.Contains(before, place => place.Contains("table interactions, sealed", StringComparison.Ordinal));

        await shop.Rights.EraseAsync(CustomerId.Known("erika-second"), Cancelled);

        Assert.Empty(finder.Search(folder.Path));
        Assert.Equal(["5 u:bob"], await WhoDidWhatAsync(shop));
    }

    /// <summary>split(merge(x)) = x for random merges of random pairs, chains included, split in any order, across a restart.</summary>
    [Fact]
    public async Task Split_of_merge_restores_everything_that_is_read()
    {
        string[] ids = ["u:u0", "u:u1", "u:u2", "u:u3", "a:b0", "a:b1", "a:b2", "a:b3", "a:lone"];
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([.. Enumerable.Range(0, 4).SelectMany(i => (Interaction[])[
                View($"v{i}", null, $"b{i}", i),
                Identify($"i{i}", $"u{i}", $$"""{"name":"N{{i}}","marketing_email":{{(i % 2 == 0 ? "true" : "false")}}}""", i + 5, $"b{i}"),
                View($"w{i}", $"u{i}", null, i + 10)]), View("lone", null, "lone", 30)], Cancelled);
        }

        EmbeddedShop open = await folder.OpenAsync();
        string[] before = await LookAsync(open, ids);
        Gen<(int From, int Into)[]> pairs = Gen.Select(Gen.Int[0, ids.Length - 1], Gen.Int[0, ids.Length - 1]).Array[1, 6];
        await Gen.Select(pairs, Gen.Int[0, 1000], Gen.Bool).SampleAsync(
            async sample =>
            {
                ((int From, int Into)[] merges, int shift, bool restarts) = sample;
                List<long> made = [];
                foreach ((int from, int into) in merges)
                {
                    DecisionVerdict verdict = await open.Identity.MergeAsync(CustomerId.Parse(ids[from]), CustomerId.Parse(ids[into]), "r", "o", CancellationToken.None);
                    if (verdict.IsNew)
                    {
                        made.Add(Assert.IsType<IdentityDecision>(verdict.Decision).Id);
                        Assert.Equal(await open.Log.ResolveAsync(CustomerId.Parse(ids[from]), CancellationToken.None), await open.Log.ResolveAsync(CustomerId.Parse(ids[into]), CancellationToken.None));
                    }
                }

                if (made.Count > 0)
                {
                    Assert.NotEqual(before, await LookAsync(open, ids));
                }

                if (restarts)
                {
                    await open.DisposeAsync();
                    open = await folder.OpenAsync();
                }

                foreach (long id in made.OrderBy(id => (id * 7 + shift) % 11))
                {
                    await open.Identity.UndoAsync(id, "r", "o", CancellationToken.None);
                }

                Assert.Equal(before, await LookAsync(open, ids));
            },
            iter: 30,
            threads: 1);
        await open.DisposeAsync();
    }

    private static long CountRows(Microsoft.Data.Sqlite.SqliteConnection connection, string table)
    {
        using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM " + table;
        return Assert.IsType<long>(command.ExecuteScalar());
    }

    private static async Task<string[]> LookAsync(EmbeddedShop shop, string[] ids)
    {
        List<string> seen = [.. await WhoDidWhatAsync(shop)];
        foreach (CustomerId id in ids.Select(CustomerId.Parse))
        {
            seen.Add(string.Join(',', (await shop.Log.ReadTimelineAsync(id, 100, null, CancellationToken.None)).Select(act => act.ToString())));
            seen.Add(JsonSerializer.Serialize(await shop.Profiles.FindAsync(id, CancellationToken.None)));
            seen.Add(string.Join(',', await shop.Identity.ListIdsAsync(id, CancellationToken.None)));
            seen.Add((await shop.Profiles.FindManyAsync([id], CancellationToken.None)).ContainsKey(id) ? "mailed" : "not mailed");
        }

        return [.. seen];
    }
}
