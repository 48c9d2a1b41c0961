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
        if (query.Acts.Count is 0 or > JourneyQuery.MostActs)
        {
            throw new ArgumentException($"1 to {JourneyQuery.MostActs} kinds of act can be looked at, not {query.Acts.Count}.", nameof(query));
        }

        await loader.LoadAsync(cancellationToken);
        PeopleMap people = PeopleMap.Read(shop, links, query.GroupOf, cancellationToken);
        int parts = (int)Math.Max(1, (database.Position + mostActsInBatch - 1) / mostActsInBatch);
        for (int part = 0; part < parts; part++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return ReadPart(query, people, part, parts, cancellationToken);
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

    private JourneyBatch ReadPart(JourneyQuery query, PeopleMap people, int part, int parts, CancellationToken cancellationToken)
    {
        ActColumns columns = new();
        int matchesToCheck = 0;
        for (int i = 0; i < query.Acts.Count; i++)
        {
            matchesToCheck |= query.Acts[i].Products is null ? 0 : 1 << i;
        }

        try
        {
            using DuckDBConnection connection = database.Connect();
            string[] names = [.. query.Acts.Select(act => act.Name).OfType<string>().Distinct(StringComparer.Ordinal)];
            using VectorScan scan = new(connection, Describe(query, names, matchesToCheck, people.IsPlain && parts > 1 ? string.Create(CultureInfo.InvariantCulture, $" AND person % {parts} = {part}") : ""), names);
            while (scan.Next() is { } next)
            {
                using VectorBlock block = next;
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<long> persons = block.Column<long>(0);
                ReadOnlySpan<long> ticks = block.Column<long>(1);
                ReadOnlySpan<int> matches = block.Column<int>(2);
                for (int row = 0; row < block.Rows; row++)
                {
                    int owner = people.OwnerOf((int)persons[row]);
                    if (parts > 1 && owner % parts != part)
                    {
                        continue;
                    }

                    JourneyAct act = JourneyAct.Of(ticks[row], matches[row]);
                    if ((act.Matches & matchesToCheck) != 0)
                    {
                        act = Check(act, query.Acts, matchesToCheck, block.Text(3, row));
                    }

                    if (act.Matches != 0)
                    {
                        columns.Add(owner, act);
                    }
                }
            }
        }
        catch (DuckDBException failure)
        {
            throw EventDatabase.Explain(failure);
        }

        return columns.ToBatch(part, parts, people);
    }

    private static string Describe(JourneyQuery query, string[] names, int matchesToCheck, string partition)
    {
        IEnumerable<string> conditions = query.Acts.Select(act => string.Join(" AND ",
        [
            act.Kinds is { } kinds ? kinds.Count == 0 ? "false" : $"kind IN ({string.Join(", ", kinds.Select(kind => ((int)kind).ToString(CultureInfo.InvariantCulture)))})" : "true",
            act.Name is { } name ? string.Create(CultureInfo.InvariantCulture, $"name = ${Array.IndexOf(names, name) + 1}") : "true",
        ]));

        // Kinds of one condition are asked once, and one alone not again for each row.
        (string Condition, int Matches)[] asked = [.. conditions.Select((condition, i) => (condition, i)).GroupBy(pair => pair.condition, StringComparer.Ordinal).Select(same => (same.Key, same.Sum(pair => 1 << pair.i)))];
        string matches = asked.Length == 1
            ? asked[0].Matches.ToString(CultureInfo.InvariantCulture)
            : string.Join(" + ", asked.Select(one => string.Create(CultureInfo.InvariantCulture, $"CASE WHEN {one.Condition} THEN {one.Matches} ELSE 0 END")));
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT person, occurred_at, CAST({matches} AS INTEGER){(matchesToCheck == 0 ? "" : ", lines")}
            FROM all_interactions
            WHERE occurred_at >= {query.Window.From.UtcTicks} AND occurred_at < {query.Window.Until.UtcTicks} AND person > 0 AND ({string.Join(" OR ", asked.Select(one => $"({one.Condition})"))}){partition}
            """);
    }

    private static JourneyAct Check(JourneyAct act, IReadOnlyList<ActFilter> filters, int matchesToCheck, string? lines)
    {
        int open = act.Matches & matchesToCheck;
        IReadOnlyList<LineItem> read = RecordCodec.ReadLines(lines);
        for (int i = 0; i < filters.Count; i++)
        {
            if ((open & (1 << i)) != 0 && !read.Any(line => filters[i].Products!.Contains(line.Product))) // only those with products are to be checked
            {
                act = act.Without(1 << i);
            }
        }

        return act;
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
