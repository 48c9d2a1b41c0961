using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>The ledger: every word with its proof, the latest by event time in force, in any order of arrival.</summary>
public sealed class StorageConsentTests : IDisposable
{
    private static readonly CustomerId Ann = CustomerId.Known("ann");
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_word_is_kept_with_its_proof()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        await shop.Log.AppendAsync(
            [
                Identify("m1", "ann", """{"marketing_email":true,"consent_text_version":"2026-01"}""", 1),
                Say("m2", """{"purpose":"advertising","channel":"ads","granted":false,"textVersion":"2026-02"}""", 2),
                Say("m3", """{"purpose":"marketing","channel":"email","granted":false,"via":"unsubscribe"}""", 3),
            ],
            Cancelled);
        await shop.Consents.RecordAsync(new ConsentWord(Ann, ConsentPurpose.Personalisation, ConsentChannel.Any, false, Start.AddMinutes(4), "v3", ConsentOrigin.Owner), Start.AddMinutes(5), Cancelled);

        IReadOnlyList<ConsentEntry> entries = await shop.Consents.ListAsync(Ann, Cancelled);

        Assert.Equal(
            [
                (ConsentPurpose.Personalisation, ConsentChannel.Any, false, "v3", ConsentOrigin.Owner, Start.AddMinutes(4)),
                (ConsentPurpose.Marketing, ConsentChannel.Email, false, null, ConsentOrigin.UnsubscribeLink, Start.AddMinutes(3)),
                (ConsentPurpose.Advertising, ConsentChannel.Ads, false, "2026-02", ConsentOrigin.ConsentEvent, Start.AddMinutes(2)),
                (ConsentPurpose.Marketing, ConsentChannel.Email, true, "2026-01", ConsentOrigin.IdentifyTrait, Start.AddMinutes(1)),
            ],
            entries.Select(e => (e.Purpose, e.Channel, e.IsGranted, e.TextVersion, e.Origin, e.At)));
        Assert.Equal(["m3", "m2", "m1"], entries.Skip(1).Select(e => e.Evidence));
        Assert.Equal((false, false), await ReadAsync(shop));
    }

    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(2, 0, 3, 1)]
    public async Task The_latest_word_on_a_channel_or_on_all_counts_whatever_arrives_first(params int[] order)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction[] told =
        [
            Say("1", """{"purpose":"marketing","granted":true}""", 1),
            Say("2", """{"purpose":"marketing","channel":"email","granted":false}""", 2),
            Say("3", """{"purpose":"marketing","channel":"sms","granted":true}""", 3),
            Identify("4", "ann", """{"marketing_email":false}""", 1),
        ];

        foreach (int which in order)
        {
            await shop.Log.AppendAsync([told[which]], Cancelled);
            await shop.Log.GetStatusAsync(Cancelled);
        }

        IReadOnlyList<ConsentEntry> entries = await shop.Consents.ListAsync(Ann, Cancelled);
        Assert.False((await shop.Profiles.FindAsync(Ann, Cancelled))?.ConsentsToEmail);
        Assert.True(ConsentState.Decide(entries, ConsentPurpose.Marketing, ConsentChannel.Sms));
        Assert.True(ConsentState.Decide(entries, ConsentPurpose.Marketing, ConsentChannel.Push)); // nobody spoke of it alone
        Assert.Null(ConsentState.Decide(entries, ConsentPurpose.Advertising, ConsentChannel.Any));
    }

    [Fact]
    public async Task What_a_browser_said_counts_for_the_person_who_signs_in_on_it()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([Identify("1", "ann", """{"personalisation":true}""", 1), SayOn("b1", "2", """{"purpose":"personalisation","granted":false}""", 2)], Cancelled);
        Assert.True((await shop.Profiles.FindAsync(Ann, Cancelled))?.ConsentsToPersonalisation); // two strangers so far

        await shop.Log.AppendAsync([View("3", "ann", "b1", 3)], Cancelled);

        Assert.False((await shop.Profiles.FindAsync(Ann, Cancelled))?.ConsentsToPersonalisation);
        Assert.Equal(2, (await shop.Consents.ListAsync(CustomerId.Anonymous("b1"), Cancelled)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_yes_stands_against_privacy_control_only_when_it_was_said_after_its_first_signal(bool isReversed)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction[] told =
        [
            Say("1", """{"purpose":"advertising","granted":true}""", 1),
            Signal("2", 10), Signal("3", 11), Signal("4", 50),
        ];
        foreach (Interaction interaction in isReversed ? told.Reverse() : told)
        {
            await shop.Log.AppendAsync([interaction], Cancelled);
            await shop.Log.GetStatusAsync(Cancelled);
        }

        CustomerProfile? signalled = await shop.Profiles.FindAsync(Ann, Cancelled);
        await shop.Log.AppendAsync([Say("5", """{"purpose":"advertising","granted":true}""", 20)], Cancelled);
        CustomerProfile? granted = await shop.Profiles.FindAsync(Ann, Cancelled);

        Assert.Equal((false, false, null), (signalled?.ConsentsToAdvertising, signalled?.ConsentsToPersonalisationElsewhere, signalled?.ConsentsToPersonalisation));
        Assert.Equal((true, Start.AddMinutes(10)), (granted?.ConsentsToAdvertising, granted?.PrivacyControlSince));
        Assert.Equal(1, (await shop.Consents.CountAsync(Cancelled)).WithPrivacyControl);
        Assert.Equal([(ConsentPurpose.Personalisation, ConsentChannel.Ads, 0, 1), (ConsentPurpose.Advertising, ConsentChannel.Any, 1, 0)], (await shop.Consents.CountAsync(Cancelled)).Standings
            .Select(count => (count.Purpose, count.Channel, (int)count.Granted, (int)count.Withdrawn)));
    }

    [Fact]
    public async Task A_word_said_now_comes_after_a_word_of_a_browser_whose_clock_ran_ahead()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([Say("1", """{"purpose":"personalisation","granted":true}""", 3)], Cancelled);
        ConsentWord no = new(Ann, ConsentPurpose.Personalisation, ConsentChannel.Any, false, null, null, ConsentOrigin.ShopPage);

        await shop.Consents.RecordAsync(no, Start, Cancelled);
        bool? off = (await shop.Profiles.FindAsync(Ann, Cancelled))?.ConsentsToPersonalisation;
        await shop.Consents.RecordAsync(no with { IsGranted = true }, Start, Cancelled);

        Assert.False(off);
        Assert.True((await shop.Profiles.FindAsync(Ann, Cancelled))?.ConsentsToPersonalisation);
    }

    [Fact]
    public async Task The_ledger_cannot_be_changed_and_comes_back_whole_after_a_crash()
    {
        StorageFolder crashed;
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            await shop.Log.AppendAsync([Say("1", """{"purpose":"marketing","granted":true}""", 1)], Cancelled);
            await shop.Log.GetStatusAsync(Cancelled);
            await shop.Log.AppendAsync([Say("2", """{"purpose":"marketing","granted":false}""", 2)], Cancelled);
            crashed = folder.CopyAsCrashed();
            using SqliteConnection keyed = new($"Data Source={shop.Folder.ShopDatabase};Pooling=False");
            keyed.Open();
            using SqliteCommand command = keyed.CreateCommand();
            command.CommandText = "UPDATE consents SET is_granted = 1";
            Assert.Contains("only added to", Assert.Throws<SqliteException>(() => command.ExecuteNonQuery()).Message, StringComparison.Ordinal);
        }

        using (crashed)
        {
            await using EmbeddedShop again = await crashed.OpenAsync(crashed.Path);
            Assert.Equal([false, true], (await again.Consents.ListAsync(Ann, Cancelled)).Select(entry => entry.IsGranted));
        }
    }

    [Fact]
    public async Task Consent_that_an_older_version_kept_in_profiles_becomes_the_ledgers_first_line()
    {
        string path;
        await using (EmbeddedShop shop = await folder.OpenAsync())
        {
            path = shop.Folder.ShopDatabase;
        }

        using (SqliteConnection keyed = new($"Data Source={path};Pooling=False"))
        {
            keyed.Open();
            using SqliteCommand command = keyed.CreateCommand();
            command.CommandText = $"""
                DROP TABLE profiles;
                CREATE TABLE profiles (
                    customer TEXT PRIMARY KEY, email TEXT, email_at INTEGER NOT NULL, name TEXT, name_at INTEGER NOT NULL, language TEXT, language_at INTEGER NOT NULL,
                    mail_consent INTEGER, mail_consent_at INTEGER NOT NULL, personal_consent INTEGER, personal_consent_at INTEGER NOT NULL) WITHOUT ROWID;
                INSERT INTO profiles VALUES ('u:ann', 'ann@example.org', 5, NULL, 0, NULL, 0, 1, {Start.UtcTicks}, NULL, 0);
                """;
            command.ExecuteNonQuery();
        }

        await using EmbeddedShop again = await folder.OpenAsync();
        Assert.Equal(new CustomerProfile { Customer = Ann, Email = "ann@example.org", ConsentsToEmail = true }, await again.Profiles.FindAsync(Ann, Cancelled));
        Assert.Equal(Start, Assert.Single(await again.Consents.ListAsync(Ann, Cancelled)).At);
        await again.Log.AppendAsync([Identify("1", "ann", """{"marketing_email":false,"birthday":"2015-04-01"}""", 1)], Cancelled);
        Assert.Equal((false, new DateOnly(2015, 4, 1)), ((await again.Profiles.FindAsync(Ann, Cancelled))?.ConsentsToEmail, (await again.Profiles.FindAsync(Ann, Cancelled))?.Born));
    }

    [Theory]
    [InlineData("""{"birthday":"2012-03-01"}""", "2012-03-01")]
    [InlineData("""{"dateOfBirth":"2012-03-01T00:00:00Z"}""", "2012-03-01")]
    [InlineData("""{"birthdate":"2012/03/01","age":50}""", "2012-03-01")]
    [InlineData("""{"age":13}""", "2013-03-01")] // the youngest that thirteen can be
    [InlineData("""{"age":"13"}""", "2013-03-01")]
    [InlineData("""{"age":-1,"birthday":"soon"}""", null)]
    [InlineData("""{"birthday":"2031-01-01"}""", null)]
    [InlineData("""{"birthday":null,"age":[]}""", null)]
    public async Task A_day_of_birth_or_an_age_is_read(string traits, string? born)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();

        await shop.Log.AppendAsync([Identify("1", "ann", traits)], Cancelled);

        Assert.Equal(born, (await shop.Profiles.FindAsync(Ann, Cancelled))?.Born?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_day_of_birth_outranks_an_age_and_a_later_day_an_earlier_one(bool isReversed)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        Interaction[] told =
        [
            Identify("1", "ann", """{"birthday":"1990-01-01"}""", 1),
            Identify("2", "ann", """{"birthday":"2014-01-01"}""", 2),
            Identify("3", "ann", """{"age":40}""", 3),
        ];
        foreach (Interaction interaction in isReversed ? told.Reverse() : told)
        {
            await shop.Log.AppendAsync([interaction], Cancelled);
            await shop.Log.GetStatusAsync(Cancelled);
        }

        Assert.Equal(new DateOnly(2014, 1, 1), (await shop.Profiles.FindAsync(Ann, Cancelled))?.Born);
    }

    private static Interaction Say(string messageId, string told, int minute) => View(messageId, "ann", null, minute) with
    {
        Kind = InteractionKind.ConsentUpdated,
        Name = "Consent Updated",
        Lines = [],
        PropertiesJson = told,
    };

    private static Interaction SayOn(string browser, string messageId, string told, int minute) =>
        Say(messageId, told, minute) with { UserId = null, AnonymousId = browser, Customer = CustomerId.Anonymous(browser) };

    private static Interaction Signal(string messageId, int minute) => View(messageId, "ann", null, minute) with { PropertiesJson = """{"product_id":"p1","$gpc":true}""" };

    private static async Task<(bool?, bool?)> ReadAsync(EmbeddedShop shop)
    {
        CustomerProfile? profile = await shop.Profiles.FindAsync(Ann, Cancelled);
        return (profile?.ConsentsToEmail, profile?.ConsentsToPersonalisation);
    }
}
