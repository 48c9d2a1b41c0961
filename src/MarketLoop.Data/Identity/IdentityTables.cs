using Dapper;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Identity;

/// <summary>What the shop database keeps of the <see cref="IdentityGraph"/>: there it can be overwritten when a customer is erased.</summary>
internal static class IdentityTables
{
    /// <summary>The tables of this folder.</summary>
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS links (browser TEXT PRIMARY KEY, user_id TEXT NOT NULL, occurred_at INTEGER NOT NULL, message_id TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS aliases (previous_id TEXT PRIMARY KEY, customer TEXT NOT NULL, occurred_at INTEGER NOT NULL, message_id TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS alias_steps (user_id TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS key_claims (
            browser TEXT NOT NULL, user_id TEXT NOT NULL, occurred_at INTEGER NOT NULL, message_id TEXT NOT NULL, PRIMARY KEY (browser, user_id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS identity_decisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, customer TEXT NOT NULL, other_customer TEXT, through_day INTEGER,
            decided_at INTEGER NOT NULL, decided_by TEXT NOT NULL, reason TEXT NOT NULL, undone_at INTEGER, undone_by TEXT, undone_reason TEXT);
        """;

    /// <summary>Reads everything.</summary>
    public static void Fill(SqliteConnection connection, IdentityGraph graph)
    {
        foreach ((string browser, string user, long ticks, string messageId) in connection.Query<(string, string, long, string)>("SELECT browser, user_id, occurred_at, message_id FROM links", buffered: false))
        {
            graph.Observe(new BrowserLink(browser, user, ticks, messageId));
        }

        FillDecided(connection, graph);
    }

    /// <summary>Forgets erased customers, whose rows are deleted.</summary>
    public static int Forget(SqliteConnection connection, IdentityGraph graph, IReadOnlyList<CustomerId> erased)
    {
        graph.Forget(erased);
        graph.ClearDecided();
        FillDecided(connection, graph);
        return erased.Count;
    }

    /// <summary>Writes what interactions tell and what counts of it, inside the caller's transaction.</summary>
    /// <param name="connection">The shop database.</param>
    /// <param name="transaction">The caller's.</param>
    /// <param name="interactions">Interactions new to the shop database, in order of the log.</param>
    /// <param name="enrolment">Who of them is new.</param>
    /// <param name="graph">Takes it in, too.</param>
    /// <param name="keys">Reads keys.</param>
    /// <returns>Customers whose older acts belong to somebody else from now on, for whoever holds them in memory. Browsers that signed in are not among them.</returns>
    public static IReadOnlyList<CustomerId> Project(
        SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<Interaction> interactions, Enrolment enrolment, IdentityGraph graph, CustomerKeys keys)
    {
        IdentityProjection projection = new(connection, transaction, graph, keys);
        projection.NoteSteps(interactions, enrolment);
        foreach (Interaction interaction in interactions)
        {
            if (BrowserLinks.From(interaction) is BrowserLink link && graph.Observe(link))
            {
                connection.Execute("INSERT OR REPLACE INTO links VALUES (@Browser, @User, @Ticks, @MessageId)", link, transaction);
            }

            projection.Take(interaction);
        }

        return projection.Moved;
    }

    /// <summary>Claims on one key.</summary>
    public static IEnumerable<KeyClaim> ReadClaims(SqliteConnection connection, SqliteTransaction? transaction, string key) => connection
        .Query<(string, string, long, string)>("SELECT browser, user_id, occurred_at, message_id FROM key_claims WHERE browser = @key", new { key }, transaction)
        .Select(row => new KeyClaim(row.Item1, row.Item2, row.Item3, row.Item4));

    /// <summary>True when acts of a customer are in the log.</summary>
    public static bool IsEnrolled(SqliteConnection connection, SqliteTransaction? transaction, CustomerId customer) =>
        connection.QuerySingleOrDefault<long>("SELECT 1 FROM people WHERE customer = @customer", new { customer = customer.ToString() }, transaction) == 1;

    private static void FillDecided(SqliteConnection connection, IdentityGraph graph)
    {
        foreach (string user in connection.Query<string>("SELECT user_id FROM alias_steps"))
        {
            graph.AddStep(user);
        }

        List<string> used = [.. connection.Query<string>("SELECT customer FROM people WHERE customer >= 'a:key-' AND customer < 'a:key.'").Select(customer => customer[2..])];
        foreach ((string previous, string customer, long ticks, string messageId) in connection.Query<(string, string, long, string)>("SELECT previous_id, customer, occurred_at, message_id FROM aliases"))
        {
            var target = CustomerId.Parse(customer);
            graph.Observe(new AliasLink(previous, target, ticks, messageId), !graph.IsStep(previous) && IsEnrolled(connection, null, CustomerId.Known(previous)));
            if (CustomerKeys.IsKey(target))
            {
                used.Add(target.Value);
            }
        }

        foreach (string key in used)
        {
            graph.Use(key, ReadClaims(connection, null, key));
        }

        foreach (IdentityDecision decision in DecisionTable.Read(connection).Where(decision => decision.UndoneAt is null))
        {
            DecisionTable.Apply(graph, decision);
        }
    }
}
