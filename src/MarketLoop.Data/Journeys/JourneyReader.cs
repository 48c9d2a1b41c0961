using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Data.Journeys;

/// <summary>Everybody's acts in order of time, person by person: what funnels, retention and paths are made of. Thread-safe.</summary>
/// <remarks>DuckDB picks the acts; putting them in order by person is counted out here, which takes a third of the time of its sort and no more memory than one batch.
/// Browsers, keys and merged customers are resolved by all that is known today. Records that are nobody's any more are left out; an erased person's
/// acts without a name stay one journey.</remarks>
public sealed class JourneyReader
{
    private const int MostActsInBatch = 6_000_000;

    private readonly EventDatabase database;
    private readonly EventLoader loader;
    private readonly IdentityGraph links;
    private readonly ShopDatabase shop;
    private readonly int mostActsInBatch;

    internal JourneyReader(EventDatabase database, EventLoader loader, IdentityGraph links, ShopDatabase shop, int mostActsInBatch = MostActsInBatch)
    {
        this.database = database;
        this.loader = loader;
        this.links = links;
        this.shop = shop;
        this.mostActsInBatch = mostActsInBatch;
    }

    /// <summary>Reads the journeys in batches of about six million acts. O(events) and 20 bytes an act of a batch.</summary>
    /// <exception cref="ArgumentException">There are no kinds of act, or more than 16.</exception>
    /// <exception cref="MarketLoopException">The event database failed.</exception>
    public async IAsyncEnumerable<JourneyBatch> ReadAsync(JourneyQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ActSelection selection = new(query);
        await loader.LoadAsync(cancellationToken);
        PeopleMap people = PeopleMap.Read(shop, links, query.GroupOf, cancellationToken);
        int parts = (int)Math.Max(1, (database.Position + mostActsInBatch - 1) / mostActsInBatch);
        for (int part = 0; part < parts; part++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return ReadPart(selection, people, part, parts, cancellationToken);
        }
    }

    /// <summary>Hands over every act, in no order, together with the number of whom it belongs to: once for each visitor, all at one moment of the log. O(events x visitors), no memory.</summary>
    /// <param name="query">Which acts; groups are of no concern here.</param>
    /// <param name="visitors">Told of the acts one after the other; numbers of people are small and positive.</param>
    /// <param name="cancellationToken">Gives up at the next 2,048 rows.</param>
    /// <exception cref="ArgumentException">There are no kinds of act, or more than 16.</exception>
    /// <exception cref="MarketLoopException">The event database failed.</exception>
    public async Task VisitAsync(JourneyQuery query, IReadOnlyList<Action<int, JourneyAct>> visitors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(visitors);
        ActSelection selection = new(query);
        await loader.LoadAsync(cancellationToken);
        PeopleMap people = PeopleMap.Read(shop, links, groupOf: null, cancellationToken);
        try
        {
            using DuckDBConnection connection = database.Connect();
            using DuckDBTransaction moment = connection.BeginTransaction();
            foreach (Action<int, JourneyAct> visitor in visitors)
            {
                Scan(connection, selection, people, "", visitor, cancellationToken);
            }

            moment.Commit();
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }
    }

    /// <summary>Names of events in a window, most frequent first.</summary>
    public async Task<IReadOnlyList<NamedCount>> CountNamesAsync(TimeWindow window, CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        try
        {
            using DuckDBConnection connection = database.Connect();
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = """
                SELECT name, CAST(min(kind) AS INTEGER), count(*) FROM all_interactions
                WHERE occurred_at >= $from AND occurred_at < $until AND person > 0
                GROUP BY name ORDER BY 3 DESC, 1
                """;
            Bind(command, window);
            using DuckDBDataReader reader = command.ExecuteReader();
            List<NamedCount> counts = [];
            while (reader.Read())
            {
                counts.Add(new NamedCount(reader.GetString(0), (InteractionKind)reader.GetInt32(1), reader.GetInt64(2)));
            }

            return counts;
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }
    }

    /// <summary>The lines of each order in a window, in no particular order. O(events).</summary>
    /// <exception cref="MarketLoopException">The event database failed.</exception>
    public async IAsyncEnumerable<IReadOnlyList<LineItem>> ReadOrderLinesAsync(TimeWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await loader.LoadAsync(cancellationToken);
        using DuckDBConnection connection = database.Connect();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT lines FROM all_interactions
            WHERE kind = {(int)InteractionKind.OrderCompleted} AND lines IS NOT NULL AND occurred_at >= $from AND occurred_at < $until
            """);
        Bind(command, window);
        command.UseStreamingMode = true;
        using DuckDBDataReader reader = EventQueries.Execute(command);
        while (EventQueries.Advance(reader))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return RecordCodec.ReadLines(reader.GetString(0));
        }
    }

    private JourneyBatch ReadPart(ActSelection selection, PeopleMap people, int part, int parts, CancellationToken cancellationToken)
    {
        ActColumns columns = new();
        string partition = people.IsPlain && parts > 1 ? string.Create(CultureInfo.InvariantCulture, $" AND person % {parts} = {part}") : "";
        try
        {
            using DuckDBConnection connection = database.Connect();
            Scan(connection, selection, people, partition, Take, cancellationToken);
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }

        return columns.ToBatch(part, parts, people);

        void Take(int owner, JourneyAct act)
        {
            if (parts == 1 || owner % parts == part)
            {
                columns.Add(owner, act);
            }
        }
    }

    private static void Scan(
        DuckDBConnection connection, ActSelection selection, PeopleMap people, string partition, Action<int, JourneyAct> take, CancellationToken cancellationToken)
    {
        using VectorScan scan = new(connection, selection.Sql + partition, selection.Names);
        while (scan.Next() is { } next)
        {
            using VectorBlock block = next;
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<long> persons = block.Column<long>(0);
            ReadOnlySpan<long> ticks = block.Column<long>(1);
            ReadOnlySpan<byte> kinds = block.Column<byte>(2);
            ReadOnlySpan<int> named = selection.Names.Length > 0 ? block.Column<int>(3) : default;
            for (int row = 0; row < kinds.Length; row++)
            {
                int matches = selection.MatchesOf(kinds[row], named.IsEmpty ? 0 : named[row]);
                if ((matches & selection.MatchesToCheck) != 0)
                {
                    matches = selection.Check(matches, block.Text(selection.LinesColumn, row));
                }

                if (matches != 0)
                {
                    take(people.OwnerOf((int)persons[row]), JourneyAct.Of(ticks[row], matches));
                }
            }
        }
    }

    private static void Bind(DuckDBCommand command, TimeWindow window)
    {
        command.Parameters.Add(new DuckDBParameter("from", window.From.UtcTicks));
        command.Parameters.Add(new DuckDBParameter("until", window.Until.UtcTicks));
    }

    /// <summary>Acts as they come, then counted out by person.</summary>
    private sealed class ActColumns
    {
        private int[] owners = new int[1 << 16];
        private JourneyAct[] acts = new JourneyAct[1 << 16];
        private int count;
        private int highest;

        public void Add(int owner, JourneyAct act)
        {
            if (count == owners.Length)
            {
                Array.Resize(ref owners, count * 2);
                Array.Resize(ref acts, count * 2);
            }

            owners[count] = owner;
            acts[count++] = act;
            highest = Math.Max(highest, owner);
        }

        public JourneyBatch ToBatch(int part, int parts, PeopleMap people)
        {
            int[] places = new int[(highest / parts) + 2];
            foreach (int owner in owners.AsSpan(0, count))
            {
                places[(owner / parts) + 1]++;
            }

            List<int> starts = [0];
            List<int> groups = [];
            for (int i = 1; i < places.Length; i++)
            {
                if (places[i] > 0)
                {
                    starts.Add(starts[^1] + places[i]);
                    groups.Add(people.GroupOf(((i - 1) * parts) + part));
                }

                places[i] += places[i - 1];
            }

            JourneyAct[] sorted = new JourneyAct[count];
            for (int i = 0; i < count; i++)
            {
                sorted[places[owners[i] / parts]++] = acts[i];
            }

            for (int person = 0; person < groups.Count; person++)
            {
                MemoryMarshal.Cast<JourneyAct, long>(sorted.AsSpan(starts[person]..starts[person + 1])).Sort(); // the packed numbers, which are in order of time
            }

            return new JourneyBatch(sorted, [.. starts], [.. groups]);
        }
    }
}
