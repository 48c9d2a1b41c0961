using System.Security.Cryptography;
using Dapper;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Erasure;

/// <summary>Which number stands in the log for which customer, and the key that opens what the log says of them. Thread-safe.</summary>
/// <remarks>Both lie in the shop database, where they can be overwritten: once they are gone, nobody can tell whose the numbered records are.
/// The keys are also in memory; ids are looked up, with the recent ones at hand.</remarks>
internal sealed class PersonDirectory
{
    /// <summary>Number of records of which nobody may know any more whose they were.</summary>
    public const long Nobody = 0;
    private const int RecentKept = 100_000;

    private readonly ShopDatabase shop;
    private readonly Lock gate = new();
    private Dictionary<CustomerId, long> recent = [];
    private Dictionary<CustomerId, long> older = [];

    public PersonDirectory(ShopDatabase shop, KeyHash keyHash)
    {
        this.shop = shop;
        Tombstones = new Tombstones(keyHash);
        shop.Read(connection =>
        {
            Tombstones.Fill(connection);
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT number, key FROM people";
            using SqliteDataReader reader = command.ExecuteReader();
            byte[] key = new byte[PersonKeys.KeyBytes];
            while (reader.Read())
            {
                reader.GetBytes(1, 0, key, 0, key.Length);
                Keys.Set(reader.GetInt64(0), key);
            }

            return 0;
        });
    }

    /// <summary>The keys.</summary>
    public PersonKeys Keys { get; } = new();

    /// <summary>Who must not come back.</summary>
    public Tombstones Tombstones { get; }

    /// <summary>Gives each record its person's number, and new people a number and a key, inside the caller's transaction. Hand the result to <see cref="Publish"/> once it is committed.</summary>
    public Enrolment Enrol(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<LoadedRecord> records)
    {
        Enrolment enrolment = new(new long[records.Count]);
        using SqliteCommand find = connection.CreateCommand();
        find.Transaction = transaction;
        find.CommandText = "SELECT number FROM people WHERE customer = $customer";
        SqliteParameter wanted = find.Parameters.Add("$customer", SqliteType.Text);
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Record is Heartbeat || Tombstones.Refuses(records[i].Record))
            {
                continue; // nobody's; or acknowledged in the moment of the erasure, which counts, and is nobody's either
            }

            CustomerId customer = RecordCodec.CustomerOf(records[i].Record);
            if (!enrolment.Numbers.TryGetValue(customer, out long number) && !TryRecall(customer, out number))
            {
                wanted.Value = customer.ToString();
                number = find.ExecuteScalar() is long known ? known : Add(connection, transaction, customer, enrolment);
            }

            enrolment.Numbers[customer] = number;
            enrolment.ByRecord[i] = number;
        }

        return enrolment;
    }

    /// <summary>Gives each record its person's number, in a transaction of its own.</summary>
    public Task<Enrolment> EnrolAsync(IReadOnlyList<LoadedRecord> records) =>
        shop.WriteAsync((connection, transaction) => Enrol(connection, transaction, records), Publish, CancellationToken.None);

    /// <summary>Makes committed numbers and keys known.</summary>
    public void Publish(Enrolment enrolment)
    {
        foreach ((long number, byte[] key) in enrolment.NewKeys)
        {
            Keys.Set(number, key);
        }

        lock (gate)
        {
            if (recent.Count > RecentKept)
            {
                (older, recent) = (recent, []);
            }

            foreach ((CustomerId customer, long number) in enrolment.Numbers)
            {
                recent[customer] = number;
            }
        }
    }

    /// <summary>Numbers of those customers that have one.</summary>
    public IReadOnlyList<long> Find(IReadOnlyCollection<CustomerId> customers) => shop.Read(connection =>
        customers.Select(customer => connection.QuerySingleOrDefault<long>("SELECT number FROM people WHERE customer = @customer", new { customer = customer.ToString() }))
            .Where(number => number != Nobody).ToList());

    /// <summary>Deletes mapping and keys of customers inside the caller's transaction. Returns the numbers, for <see cref="Forget"/> after the commit.</summary>
    public static List<long> Remove(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<CustomerId> customers) =>
        [.. customers.SelectMany(customer => connection.Query<long>("DELETE FROM people WHERE customer = @customer RETURNING number", new { customer = customer.ToString() }, transaction))];

    /// <summary>Destroys what memory still holds of erased customers.</summary>
    public void Forget(IEnumerable<CustomerId> customers, IEnumerable<long> numbers)
    {
        lock (gate)
        {
            foreach (CustomerId customer in customers)
            {
                recent.Remove(customer);
                older.Remove(customer);
            }
        }

        foreach (long number in numbers)
        {
            Keys.Destroy(number);
        }
    }

    private bool TryRecall(CustomerId customer, out long number)
    {
        lock (gate)
        {
            return recent.TryGetValue(customer, out number) || older.TryGetValue(customer, out number);
        }
    }

    private long Add(SqliteConnection connection, SqliteTransaction transaction, CustomerId customer, Enrolment enrolment)
    {
        byte[] key = RandomNumberGenerator.GetBytes(PersonKeys.KeyBytes);
        long number = connection.QuerySingle<long>("INSERT INTO people (customer, key) VALUES (@customer, @key) RETURNING number", new { customer = customer.ToString(), key }, transaction);
        Tombstones.Revive(connection, transaction, customer);
        enrolment.NewKeys.Add((number, key));
        return number;
    }
}

/// <summary>The number of each record's person, and what is new.</summary>
internal sealed record Enrolment(long[] ByRecord)
{
    public Dictionary<CustomerId, long> Numbers { get; } = [];

    public List<(long Number, byte[] Key)> NewKeys { get; } = [];
}
