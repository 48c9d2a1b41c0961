using MarketLoop.Data.Embedded;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Journeys;

/// <summary>Whose acts the log's numbers are, as everything known today tells, and in which group each person is.</summary>
/// <remarks>Two scans of the directory, and none when nobody signed in on a browser, nobody was merged and no group is asked for.</remarks>
internal sealed class PeopleMap
{
    private readonly Dictionary<int, int> owners;
    private readonly Dictionary<int, int> groups;

    private PeopleMap(Dictionary<int, int> owners, Dictionary<int, int> groups)
    {
        this.owners = owners;
        this.groups = groups;
    }

    /// <summary>True when every number is a person of its own.</summary>
    public bool IsPlain => owners.Count == 0;

    public static PeopleMap Read(ShopDatabase shop, IdentityGraph links, Func<CustomerId, int>? groupOf, CancellationToken cancellationToken)
    {
        Dictionary<int, int> ownerOf = [];
        Dictionary<int, int> groupByOwner = [];
        if (!links.JoinsAnybody && groupOf is null)
        {
            return new PeopleMap(ownerOf, groupByOwner);
        }

        Dictionary<CustomerId, int> numbers = [];
        List<(int Number, CustomerId Owner)> moved = [];
        foreach ((int number, CustomerId customer) in List(shop, cancellationToken))
        {
            CustomerId owner = links.Resolve(customer);
            if (owner != customer)
            {
                moved.Add((number, owner));
                numbers[owner] = 0;
            }
            else if (groupOf?.Invoke(customer) is { } group and not 0)
            {
                groupByOwner[number] = group;
            }
        }

        if (moved.Count > 0)
        {
            foreach ((int number, CustomerId customer) in List(shop, cancellationToken).Where(person => numbers.ContainsKey(person.Customer)))
            {
                numbers[customer] = number;
            }
        }

        foreach ((int number, CustomerId owner) in moved)
        {
            // An owner who never acted in their own name is stood for by the first number that is theirs.
            int known = numbers[owner] == 0 ? numbers[owner] = number : numbers[owner];
            ownerOf[number] = known;
            if (known == number && groupOf?.Invoke(owner) is { } group and not 0)
            {
                groupByOwner[number] = group;
            }
        }

        return new PeopleMap(ownerOf, groupByOwner);
    }

    public int OwnerOf(int number) => owners.Count > 0 && owners.TryGetValue(number, out int owner) ? owner : number;

    public int GroupOf(int owner) => groups.Count > 0 ? groups.GetValueOrDefault(owner) : 0;

    private static List<(int Number, CustomerId Customer)> List(ShopDatabase shop, CancellationToken cancellationToken) => shop.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, customer FROM people ORDER BY number";
        using SqliteDataReader reader = command.ExecuteReader();
        List<(int, CustomerId)> people = [];
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            people.Add((reader.GetInt32(0), CustomerId.Parse(reader.GetString(1))));
        }

        return people;
    });
}
