using System.Globalization;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Journeys;

/// <summary>A question for acts as the event database and the reader behind it answer it. Thread-safe.</summary>
/// <remarks>Kinds are looked up in a table here: DuckDB makes a join of a list of more than five values, which takes longer than handing over all rows.</remarks>
internal sealed class ActSelection
{
    private const int MostKindsAsked = 5;
    private const int Kinds = 1 << 8; // a kind is a byte

    private readonly IReadOnlyList<ActFilter> acts;
    private readonly int[] unnamed = new int[Kinds]; // by kind: acts that it is whatever its name
    private readonly int[] allowed = new int[Kinds]; // by kind: acts that it may be, given the name

    /// <summary>Takes a query apart.</summary>
    /// <exception cref="ArgumentException">There are no kinds of act, or more than 16.</exception>
    public ActSelection(JourneyQuery query)
    {
        if (query.Acts.Count is 0 or > JourneyQuery.MostActs)
        {
            throw new ArgumentException($"1 to {JourneyQuery.MostActs} kinds of act can be looked at, not {query.Acts.Count}.", nameof(query));
        }

        acts = query.Acts;
        Names = [.. acts.Select(act => act.Name).OfType<string>().Distinct(StringComparer.Ordinal)];
        for (int i = 0; i < acts.Count; i++)
        {
            MatchesToCheck |= acts[i].Products is null ? 0 : 1 << i;
            for (int kind = 0; kind < Kinds; kind++)
            {
                int bit = acts[i].Kinds is { } kinds && !kinds.Contains((InteractionKind)kind) ? 0 : 1 << i;
                allowed[kind] |= bit;
                unnamed[kind] |= acts[i].Name is null ? bit : 0;
            }
        }

        LinesColumn = Names.Length > 0 ? 4 : 3;
        Sql = $"""
            SELECT person, occurred_at, kind{(Names.Length > 0 ? ", " + NamedMatches() : "")}{(MatchesToCheck == 0 ? "" : ", lines")}
            FROM all_interactions WHERE person > 0{Within(query.Window)}{Wanted()}
            """;
    }

    /// <summary>Columns person, ticks, kind, matches of the name (when there are names) and lines (when they are to be checked); further conditions may follow with AND.</summary>
    public string Sql { get; }

    /// <summary>Texts that stand in it as <c>$1</c>, <c>$2</c> ...</summary>
    public string[] Names { get; }

    /// <summary>Acts whose products are still to be looked at.</summary>
    public int MatchesToCheck { get; }

    /// <summary>Where the lines are.</summary>
    public int LinesColumn { get; }

    /// <summary>What an act is, products aside: bit i for the query's act i.</summary>
    public int MatchesOf(byte kind, int named) => unnamed[kind] | (named & allowed[kind]);

    /// <summary>Takes away the acts of other products.</summary>
    public int Check(int matches, string? lines)
    {
        IReadOnlyList<LineItem> read = RecordCodec.ReadLines(lines);
        for (int i = 0; i < acts.Count; i++)
        {
            int bit = 1 << i;
            if ((matches & MatchesToCheck & bit) != 0 && !read.Any(line => acts[i].Products!.Contains(line.Product))) // only those with products are to be checked
            {
                matches &= ~bit;
            }
        }

        return matches;
    }

    private static string Within(TimeWindow window) =>
        (window.From > DateTimeOffset.MinValue ? string.Create(CultureInfo.InvariantCulture, $" AND occurred_at >= {window.From.UtcTicks}") : "")
        + (window.Until < DateTimeOffset.MaxValue ? string.Create(CultureInfo.InvariantCulture, $" AND occurred_at < {window.Until.UtcTicks}") : "");

    private string NamedMatches()
    {
        IEnumerable<string> cases = Names.Select((name, i) => string.Create(
            CultureInfo.InvariantCulture, $"WHEN ${i + 1} THEN {acts.Select((act, bit) => string.Equals(act.Name, name, StringComparison.Ordinal) ? 1 << bit : 0).Sum()}"));
        return $"CAST(CASE name {string.Join(' ', cases)} ELSE 0 END AS INTEGER)";
    }

    // Only what spares more than it costs; the rest is seen when the rows are here.
    private string Wanted()
    {
        int[] kinds = [.. Enumerable.Range(0, Kinds).Where(kind => allowed[kind] != 0)];
        return kinds.Length == 0 ? " AND false"
            : kinds.Length <= MostKindsAsked ? $" AND ({string.Join(" OR ", kinds.Select(kind => "kind = " + kind.ToString(CultureInfo.InvariantCulture)))})"
            : acts.All(act => act.Name is not null) && Names.Length <= MostKindsAsked ? $" AND ({string.Join(" OR ", Names.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"name = ${i + 1}")))})"
            : "";
    }
}
