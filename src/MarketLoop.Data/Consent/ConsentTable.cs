using Dapper;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Consent;

/// <summary>The ledger as the shop database keeps it: rows are added, and removed only when their person is erased.</summary>
internal static class ConsentTable
{
    /// <summary>The table; a row that was written cannot be changed.</summary>
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS consents (
            customer TEXT NOT NULL, purpose INTEGER NOT NULL, channel INTEGER NOT NULL, at INTEGER NOT NULL, evidence TEXT NOT NULL,
            is_granted INTEGER NOT NULL, text_version TEXT, origin INTEGER NOT NULL,
            PRIMARY KEY (customer, purpose, channel, at, evidence)) WITHOUT ROWID;
        CREATE TRIGGER IF NOT EXISTS consents_stand BEFORE UPDATE ON consents BEGIN SELECT RAISE(ABORT, 'the consent ledger is only added to'); END;
        CREATE TABLE IF NOT EXISTS rights_asked (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, at INTEGER NOT NULL);
        """;

    private const string Columns = "customer AS Customer, purpose AS Purpose, channel AS Channel, at AS At, evidence AS Evidence, is_granted AS IsGranted, text_version AS TextVersion, origin AS Origin";

    // SQLite takes the other columns from the row of the maximum or minimum; of two words of one moment "no" ranks higher.
    private const string Deciding = $"""
        SELECT {Columns}, max(at * 2 + 1 - is_granted) FROM consents WHERE customer = @id AND origin <> @signal GROUP BY purpose, channel
        UNION ALL SELECT {Columns}, min(at) FROM consents WHERE customer = @id AND origin = @signal GROUP BY purpose, channel
        """;

    /// <summary>What a profile of an older version said of consent becomes the ledger's first lines; then its columns go.</summary>
    public static void TakeOverFromProfiles(SqliteConnection connection)
    {
        if (connection.QuerySingle<long>("SELECT count(*) FROM pragma_table_info('profiles') WHERE name = 'mail_consent'") == 0)
        {
            return;
        }

        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach ((string column, ConsentPurpose purpose, ConsentChannel channel) in
            ((string, ConsentPurpose, ConsentChannel)[])[("mail_consent", ConsentPurpose.Marketing, ConsentChannel.Email), ("personal_consent", ConsentPurpose.Personalisation, ConsentChannel.Any)])
        {
            connection.Execute(
                $"INSERT OR IGNORE INTO consents SELECT customer, @purpose, @channel, {column}_at, 'profile', {column}, NULL, @origin FROM profiles WHERE {column} IS NOT NULL",
                new { purpose, channel, origin = ConsentOrigin.IdentifyTrait },
                transaction);
            connection.Execute($"ALTER TABLE profiles DROP COLUMN {column}; ALTER TABLE profiles DROP COLUMN {column}_at;", transaction: transaction);
        }

        connection.Execute(
            """
            ALTER TABLE profiles ADD COLUMN born INTEGER;
            ALTER TABLE profiles ADD COLUMN born_at INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE profiles ADD COLUMN is_born_exactly INTEGER NOT NULL DEFAULT 0;
            """,
            transaction: transaction);
        transaction.Commit();
    }

    /// <summary>Takes what interactions told into the ledger, inside the caller's transaction.</summary>
    public static void Project(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<Interaction> interactions)
    {
        Dictionary<(CustomerId, ConsentChannel), ConsentEntry> signals = [];
        foreach (ConsentEntry entry in interactions.SelectMany(ToldConsents.From))
        {
            if (entry.Origin != ConsentOrigin.PrivacyControl)
            {
                connection.Execute("INSERT OR IGNORE INTO consents VALUES (@Customer, @Purpose, @Channel, @At, @Evidence, @IsGranted, @TextVersion, @Origin)", Row.From(entry), transaction);
            }
            else if (!signals.TryGetValue((entry.Customer, entry.Channel), out ConsentEntry? first) || entry.At < first.At)
            {
                signals[(entry.Customer, entry.Channel)] = entry;
            }
        }

        // The signal comes with every event of a browser, and only the first says something new.
        connection.Execute(
            """
            INSERT OR IGNORE INTO consents SELECT @Customer, @Purpose, @Channel, @At, @Evidence, @IsGranted, @TextVersion, @Origin
            WHERE NOT EXISTS (SELECT 1 FROM consents WHERE customer = @Customer AND purpose = @Purpose AND channel = @Channel AND origin = @Origin AND at <= @At)
            """,
            signals.Values.Select(Row.From).ToList(),
            transaction);
    }

    /// <summary>All entries of one person, newest first.</summary>
    public static List<ConsentEntry> List(SqliteConnection connection, SqliteTransaction? transaction, IReadOnlyList<CustomerId> ids)
    {
        List<ConsentEntry> found = [];
        foreach (CustomerId id in ids)
        {
            found.AddRange(connection.Query<Row>($"SELECT {Columns} FROM consents WHERE customer = @id", new { id = id.ToString() }, transaction).Select(row => row.ToEntry()));
        }

        return [.. found.OrderByDescending(entry => entry.At).ThenBy(entry => entry.Purpose).ThenBy(entry => entry.Channel)];
    }

    /// <summary>Of all entries of one person those that decide: the last word, and the first signal of each browser. Who is identified on every page has thousands of others.</summary>
    public static List<ConsentEntry> ListDeciding(SqliteConnection connection, SqliteTransaction? transaction, IReadOnlyList<CustomerId> ids)
    {
        List<ConsentEntry> found = [];
        foreach (CustomerId id in ids)
        {
            found.AddRange(connection.Query<Row>(Deciding, new { id = id.ToString(), signal = ConsentOrigin.PrivacyControl }, transaction).Select(row => row.ToEntry()));
        }

        return found;
    }

    /// <summary>Rows of one person.</summary>
    public static int Count(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<CustomerId> ids) =>
        ids.Sum(id => connection.QuerySingle<int>("SELECT count(*) FROM consents WHERE customer = @id", new { id = id.ToString() }, transaction));

    /// <summary>How many ids stand where, by purpose and channel.</summary>
    public static List<ConsentCount> CountStandings(SqliteConnection connection) =>
        [.. connection.Query<(long Purpose, long Channel, long Granted, long Withdrawn)>(
            """
            SELECT purpose, channel, sum(is_granted), sum(1 - is_granted) FROM (
                SELECT purpose, channel, is_granted, row_number() OVER (PARTITION BY customer, purpose, channel ORDER BY at DESC, is_granted) AS place FROM consents c
                WHERE origin <> @signal OR NOT EXISTS (
                    SELECT 1 FROM consents e WHERE e.customer = c.customer AND e.purpose = c.purpose AND e.channel = c.channel AND e.origin = @signal AND e.at < c.at))
            WHERE place = 1 GROUP BY purpose, channel ORDER BY purpose, channel
            """,
            new { signal = ConsentOrigin.PrivacyControl }).Select(row => new ConsentCount((ConsentPurpose)row.Purpose, (ConsentChannel)row.Channel, row.Granted, row.Withdrawn))];

    private sealed class Row
    {
        public string Customer { get; set; } = "";

        public long Purpose { get; set; }

        public long Channel { get; set; }

        public long At { get; set; }

        public string Evidence { get; set; } = "";

        public long IsGranted { get; set; }

        public string? TextVersion { get; set; }

        public long Origin { get; set; }

        public static Row From(ConsentEntry entry) => new()
        {
            Customer = entry.Customer.ToString(),
            Purpose = (long)entry.Purpose,
            Channel = (long)entry.Channel,
            At = entry.At.UtcTicks,
            Evidence = entry.Evidence,
            IsGranted = entry.IsGranted ? 1 : 0,
            TextVersion = entry.TextVersion,
            Origin = (long)entry.Origin,
        };

        public ConsentEntry ToEntry() => new()
        {
            Customer = CustomerId.Parse(Customer),
            Purpose = (ConsentPurpose)Purpose,
            Channel = (ConsentChannel)Channel,
            IsGranted = IsGranted != 0,
            At = new DateTimeOffset(At, TimeSpan.Zero),
            TextVersion = TextVersion,
            Origin = (ConsentOrigin)Origin,
            Evidence = Evidence,
        };
    }
}
