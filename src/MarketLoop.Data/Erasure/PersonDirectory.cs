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
    private const int RecentKept = 300_000; // about 30 MB in each of two generations when full

    private readonly ShopDatabase shop;
    private readonly Lock gate = new();
    private Dictionary<string, long> recent = new(StringComparer.Ordinal);
    private Dictionary<string, long> older = new(StringComparer.Ordinal);
    private char[] scratch = new char[1024];

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
        using PeopleTable table = new(connection, transaction);
        lock (gate)
        {
            for (int i = 0; i < records.Count; i++)
            {
                bool isSomebodys = records[i].Kind != RecordKind.Heartbeat && (Tombstones.IsEmpty || !Tombstones.Refuses(records[i].Record));
                if (isSomebodys) // else nobody's; or acknowledged in the moment of the erasure, which counts, and is nobody's either
                {
                    enrolment.ByRecord[i] = NumberOf(records[i].CopyCustomer(ref scratch), table, enrolment);
                }
            }
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
                (older, recent) = (recent, new Dictionary<string, long>(StringComparer.Ordinal));
            }

            foreach ((string customer, long number) in enrolment.Numbers)
            {
                recent[customer] = number;
            }
        }
    }

    /// <summary>Numbers of those customers that have one.</summary>
    public IReadOnlyList<long> Find(IReadOnlyCollection<CustomerId> customers) => shop.Read(connection =>
        customers.Select(customer => connection.QuerySingleOrDefault<long>("SELECT number FROM people WHERE customer = @customer", new { customer = customer.ToString() }))
            .Where(number => number != Nobody).ToList());

    /// <summary>Everybody's number, in order, and whom it belongs to by a rule.</summary>
    public IReadOnlyList<KeyValuePair<long, CustomerId>> List(Func<CustomerId, CustomerId> ownerOf) => shop.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, customer FROM people ORDER BY number";
        using SqliteDataReader reader = command.ExecuteReader();
        List<KeyValuePair<long, CustomerId>> people = [];
        while (reader.Read())
        {
            people.Add(new KeyValuePair<long, CustomerId>(reader.GetInt64(0), ownerOf(CustomerId.Parse(reader.GetString(1)))));
        }

        return people;
    });

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
                recent.Remove(customer.ToString());
                older.Remove(customer.ToString());
            }
        }

        foreach (long number in numbers)
        {
            Keys.Destroy(number);
        }
    }

    private long NumberOf(ReadOnlySpan<char> customer, PeopleTable table, Enrolment enrolment)
    {
        if (recent.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(customer, out long number) || enrolment.ByText.TryGetValue(customer, out number))
        {
            return number;
        }

        string id = new(customer);
        number = older.TryGetValue(id, out long known) ? known : table.Find(id);
        if (number == Nobody)
        {
            byte[] key = RandomNumberGenerator.GetBytes(PersonKeys.KeyBytes);
            number = table.Add(id, key);
            enrolment.NewKeys.Add((number, key));
            if (!Tombstones.IsEmpty)
            {
                Tombstones.Revive(table.Connection, table.Transaction, CustomerId.Parse(id));
            }
        }

        enrolment.Numbers[id] = number;
        return number;
    }
}

/// <summary>The number of each record's person, and what the directory did not have at hand.</summary>
internal sealed class Enrolment
{
    public Enrolment(long[] byRecord)
    {
        ByRecord = byRecord;
        ByText = Numbers.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public long[] ByRecord { get; }

    public Dictionary<string, long> Numbers { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> ByText { get; }

    public List<(long Number, byte[] Key)> NewKeys { get; } = [];
}

/// <summary>The table of people, with its two statements prepared for one block of records.</summary>
internal sealed class PeopleTable : IDisposable
{
    private readonly SqliteCommand find;
    private readonly SqliteCommand add;
    private readonly SqliteParameter wanted;
    private readonly SqliteParameter customer;
    private readonly SqliteParameter key;

    public PeopleTable(SqliteConnection connection, SqliteTransaction transaction)
    {
        (Connection, Transaction) = (connection, transaction);
        find = connection.CreateCommand();
        find.Transaction = transaction;
        find.CommandText = "SELECT number FROM people WHERE customer = $customer";
        wanted = find.Parameters.Add("$customer", SqliteType.Text);
        add = connection.CreateCommand();
        add.Transaction = transaction;
        add.CommandText = "INSERT INTO people (customer, key) VALUES ($customer, $key) RETURNING number";
        customer = add.Parameters.Add("$customer", SqliteType.Text);
        key = add.Parameters.Add("$key", SqliteType.Blob);
    }

    public SqliteConnection Connection { get; }

    public SqliteTransaction Transaction { get; }

    /// <summary>Number of a customer; <see cref="PersonDirectory.Nobody"/> when there is none.</summary>
    public long Find(string id)
    {
        wanted.Value = id;
        return find.ExecuteScalar() is long known ? known : PersonDirectory.Nobody;
    }

    /// <summary>Gives a customer a number.</summary>
    public long Add(string id, byte[] secret)
    {
        (customer.Value, key.Value) = (id, secret);
        return (long)add.ExecuteScalar()!; // the statement returns what it inserted
    }

    /// <inheritdoc />
    public void Dispose()
    {
        find.Dispose();
        add.Dispose();
    }
}
