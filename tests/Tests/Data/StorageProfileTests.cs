using MarketLoop.Data.Embedded;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

public sealed class StorageProfileTests : IDisposable
{
    private static readonly CustomerId Ann = CustomerId.Known("ann");
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Traits_and_consent_are_seen_by_the_next_read()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        await shop.Log.AppendAsync([Identify("1", "ann", """{"email":"ann@example.org","name":"安","locale":"zh-CN","marketing_email":true,"personalisation":false}""")], Cancelled);
        CustomerProfile? profile = await shop.Profiles.FindAsync(Ann, Cancelled);

        Assert.Equal(
            new CustomerProfile { Customer = Ann, Email = "ann@example.org", Name = "安", Language = "zh-CN", ConsentsToEmail = true, ConsentsToPersonalisation = false, ConsentsToPersonalisationElsewhere = false },
            profile);
        Assert.Null(await shop.Profiles.FindAsync(CustomerId.Known("bob"), Cancelled));
        Assert.Equal([Ann], (await shop.Profiles.FindManyAsync([Ann, CustomerId.Known("bob"), Ann], Cancelled)).Keys);
    }

    [Theory]
    [InlineData("\"true\"")]
    [InlineData("1")]
    [InlineData("\"yes\"")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task Only_an_explicit_boolean_is_consent(string told)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        await shop.Log.AppendAsync([Identify("1", "ann", "{\"email\":\"a@example.org\",\"marketing_email\":" + told + "}")], Cancelled);

        Assert.Null((await shop.Profiles.FindAsync(Ann, Cancelled))?.ConsentsToEmail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_latest_by_event_time_counts_whatever_arrives_first(bool isReversed)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction[] told =
        [
            Identify("1", "ann", """{"email":"old@example.org","marketing_email":true}""", minute: 1),
            Identify("2", "ann", """{"email":"new@example.org"}""", minute: 2),
            Identify("3", "ann", """{"marketing_email":false}""", minute: 3),
            Identify("4", "ann", """{"marketing_email":true,"language":"en"}""", minute: 3),
        ];
        foreach (Interaction interaction in isReversed ? told.Reverse() : told)
        {
            await shop.Log.AppendAsync([interaction], Cancelled);
            await shop.Log.GetStatusAsync(Cancelled);
        }

        CustomerProfile? profile = await shop.Profiles.FindAsync(Ann, Cancelled);

        Assert.Equal("new@example.org", profile?.Email);
        Assert.False(profile?.ConsentsToEmail); // "yes" and "no" at one moment: no
        Assert.Equal("en", profile?.Language);
    }

    [Fact]
    public async Task A_trait_that_is_no_text_stops_nobody_else()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        await shop.Log.AppendAsync([Identify("1", "bob", """{"email":"\ud83d"}"""), Identify("2", "ann", """{"email":"ann@example.org"}""")], Cancelled);

        Assert.Equal("ann@example.org", (await shop.Profiles.FindAsync(Ann, Cancelled))?.Email);
        Assert.Equal(2, (await shop.Log.GetStatusAsync(Cancelled)).Events);
    }

    [Fact]
    public async Task Profiles_survive_a_restart_and_broken_traits_hurt_nobody()
    {
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync(
                [Identify("1", "ann", """{"first_name":"Ann","lastName":"Lee"}"""), Identify("2", "ann", "[1,2]", 1), Identify("3", "ann", "{not json", 2), Identify("4", "ann", """{"email":7}""", 3)],
                Cancelled);
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        Assert.Equal(new CustomerProfile { Customer = Ann, Name = "Ann Lee" }, await again.Profiles.FindAsync(Ann, Cancelled));
    }
}
