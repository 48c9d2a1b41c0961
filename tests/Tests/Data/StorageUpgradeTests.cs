using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;

namespace MarketLoop.Tests.Data;

/// <summary>A folder of format 1 becomes one of format 2, whatever moment a crash picks.</summary>
public sealed class StorageUpgradeTests : IDisposable
{
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("begun")]
    [InlineData("copied")]
    [InlineData("converted")]
    [InlineData("verified")]
    [InlineData("ready")]
    [InlineData("switched shop.sqlite")]
    [InlineData("switched events.duckdb")]
    [InlineData("marked")]
    public async Task An_upgrade_that_stops_at_any_step_ends_with_the_same_records(string? stopAt)
    {
        await MakeFormatOneAsync();
        if (stopAt is not null)
        {
            using DataFolder held = await DataFolder.OpenAsync(folder.Path, folder.Clock, null, Cancelled);
            await Assert.ThrowsAsync<OperationCanceledException>(() => FolderUpgrade.RunAsync(held, NullLogger.Instance, Cancelled, step =>
            {
                if (step == stopAt)
                {
                    throw new OperationCanceledException(step);
                }
            }));
        }

        await using EmbeddedShop shop = await folder.OpenAsync();
        List<Interaction> read = await ReadAllAsync(shop.Log, LogRange.Everything);

        Assert.Equal(DataFolder.CurrentFormat, shop.Folder.Format);
        Assert.Equal(["m1", "m2", "m3"], read.Select(interaction => interaction.MessageId));
        Assert.Equal(["ann", "ann", "bob"], read.Select(interaction => interaction.Customer.Value)); // the browser's act is Ann's, by its link
        Assert.Equal((12.5m, "EUR", "o-1", "tea", """{"x":1}"""), (read[1].Revenue, read[1].Currency, read[1].OrderId, read[1].SearchTerm, read[1].PropertiesJson));
        Assert.Equal("t1", Assert.Single(await ReadAllAsync<Treatment>(shop.Log)).Id.Value);
        Assert.Equal(1, (await shop.Log.AppendAsync([read[0]], Cancelled)).Duplicates);
        Assert.Equal("ann@example.org", (await shop.Profiles.FindAsync(CustomerId.Known("ann"), Cancelled))?.Email);
        Assert.True((await shop.Profiles.FindAsync(CustomerId.Known("ann"), Cancelled))?.ConsentsToEmail);
        Assert.Empty((await shop.Upkeep.VerifyAsync(Cancelled)).Findings);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "upgrade")));
        Assert.DoesNotContain("events.duckdb", string.Join('|', new PersonFinder("ann@example.org", "browser-1").Search(folder.Path).Where(place => !place.EndsWith("sealed", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    private async Task MakeFormatOneAsync()
    {
        KeyHash keys;
        await using (EmbeddedShop fresh = await folder.OpenAsync())
        {
            keys = new KeyHash(fresh.Folder.Secrets.Keys);
        }

        string settings = Path.Combine(folder.Path, "marketloop.json");
        await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(settings, Cancelled)).Replace("\"formatVersion\": 2", "\"formatVersion\": 1", StringComparison.Ordinal), Cancelled);
        foreach (string file in Directory.EnumerateFiles(folder.Path, "events.duckdb*").Concat(Directory.EnumerateFiles(Path.Combine(folder.Path, "journal"))).ToList())
        {
            File.Delete(file);
        }

        using (SqliteConnection keyed = new($"Data Source={Path.Combine(folder.Path, "shop.sqlite")};Pooling=False"))
        {
            keyed.Open();
            using SqliteCommand command = keyed.CreateCommand();
            command.CommandText = """
                DROP TABLE people; DROP TABLE links; DROP TABLE tombstones; DROP TABLE erasing; DROP TABLE erasures;
                INSERT OR REPLACE INTO progress VALUES ('log', 4);
                DROP TABLE consents; DROP TABLE profiles;
                CREATE TABLE profiles (
                    customer TEXT PRIMARY KEY, email TEXT, email_at INTEGER NOT NULL, name TEXT, name_at INTEGER NOT NULL, language TEXT, language_at INTEGER NOT NULL,
                    mail_consent INTEGER, mail_consent_at INTEGER NOT NULL, personal_consent INTEGER, personal_consent_at INTEGER NOT NULL) WITHOUT ROWID;
                INSERT INTO profiles VALUES ('u:ann', 'ann@example.org', 1, NULL, 0, NULL, 0, 1, 1, NULL, 0);
                """;
            command.ExecuteNonQuery();
        }

        using DuckDBConnection events = new("DataSource=" + Path.Combine(folder.Path, "events.duckdb"));
        events.Open();
        using DuckDBCommand make = events.CreateCommand();
        long noon = StorageFolder.Start.UtcTicks;
        ulong Hash(string id) => keys.Of(RecordKind.Interaction, new RecordKey("web", id));
        string treatment = RecordCodec.WriteText(StorageFolder.Treat("t1", "ann"));
        make.CommandText = $"""
            CREATE TABLE interactions (
                position BIGINT NOT NULL, message_hash UBIGINT NOT NULL, customer_key UBIGINT NOT NULL, kind UTINYINT NOT NULL,
                occurred_at BIGINT NOT NULL, received_at BIGINT NOT NULL, source VARCHAR NOT NULL, message_id VARCHAR NOT NULL, name VARCHAR NOT NULL,
                customer VARCHAR NOT NULL, user_id VARCHAR, anonymous_id VARCHAR, session_id VARCHAR, order_id VARCHAR, revenue DECIMAL(18,4), currency VARCHAR,
                search_term VARCHAR, treatment_token VARCHAR, lines VARCHAR, properties VARCHAR);
            CREATE TABLE interactions_sorted AS FROM interactions LIMIT 0;
            CREATE VIEW all_interactions AS SELECT * FROM interactions_sorted UNION ALL SELECT * FROM interactions;
            CREATE TABLE insights (position BIGINT NOT NULL, message_hash UBIGINT NOT NULL, occurred_at BIGINT NOT NULL, customer VARCHAR NOT NULL, treatment VARCHAR, body VARCHAR NOT NULL);
            CREATE TABLE treatments AS FROM insights LIMIT 0;
            CREATE TABLE deliveries AS FROM insights LIMIT 0;
            CREATE TABLE outcomes AS FROM insights LIMIT 0;
            CREATE TABLE links (browser VARCHAR NOT NULL, user_id VARCHAR NOT NULL, occurred_at BIGINT NOT NULL, message_id VARCHAR NOT NULL);
            CREATE TABLE progress (position BIGINT NOT NULL);
            INSERT INTO progress VALUES (4);
            INSERT INTO interactions_sorted VALUES (1, {Hash("m1")}, 1, 3, {noon}, {noon}, 'web', 'm1', 'Product Viewed', 'a:browser-1', NULL, 'browser-1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            INSERT INTO interactions VALUES (2, {Hash("m2")}, 2, 8, {noon + 10}, {noon}, 'web', 'm2', 'Order Completed', 'u:ann', 'ann', 'browser-1', NULL, 'o-1', 12.5, 'EUR', 'tea', NULL, NULL, '{"{"}"x":1{"}"}');
            INSERT INTO interactions VALUES (3, {Hash("m3")}, 3, 3, {noon + 20}, {noon}, 'web', 'm3', 'Product Viewed', 'u:bob', 'bob', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            INSERT INTO treatments VALUES (4, 77, {noon}, 'u:ann', 't1', '{treatment}');
            INSERT INTO links VALUES ('browser-1', 'ann', {noon + 10}, 'm2');
            """;
        make.ExecuteNonQuery();
    }
}
