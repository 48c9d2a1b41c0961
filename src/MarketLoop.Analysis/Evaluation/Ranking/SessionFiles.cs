using MarketLoop.Domain;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Clicks of sessions in two files, <c>SessionId ItemId Time</c>: at every position of every test session, what is the next click?</summary>
/// <remarks>Questions whose answer is not in train count as missed. Validation sessions are the last ones of train.</remarks>
internal static class SessionFiles
{
    public const string FormatName = "session";

    private const double ValidationShare = 0.2;
    private static readonly LineColumn[] Columns = [new("SessionId", "session", "sid"), new("ItemId", "item", "iid"), new("Time", "timestamp", "unixtime", "ts")];

    public static async Task<RankingTask> ReadAsync(string train, string test, int at, CancellationToken cancellationToken)
    {
        NameTable items = new();
        List<TimedRow> known = await ReadAsync(train, items.IndexOf, cancellationToken);
        if (known.Count == 0)
        {
            throw new MarketLoopException($"{train}: there is no click. Each line is a session, an item and a time, split by tabs.");
        }

        List<TimedRow> asked = await ReadAsync(test, items.Find, cancellationToken);
        int fit = known.Count - (int)(known.Count * ValidationShare);
        RankingSplit validation = Split(known[..fit], known[fit..], items.Count);
        return new RankingTask
        {
            Format = FormatName,
            At = at,
            Validation = validation,
            Test = Split(known, asked, items.Count),
            Search = table => SequenceSearch.OfSessions(table, validation),
            Baselines = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal)
            {
                ["popularity"] = Recipe.Of("popularity"),
                ["transitions"] = Recipe.Of("transitions"),
                ["v-sknn"] = Recipe.Of("v-sknn"),
            },
        };
    }

    /// <summary>Sessions by their last moment; of equals the one that comes first in the file.</summary>
    private static async Task<List<TimedRow>> ReadAsync(string path, Func<string, int> indexOf, CancellationToken cancellationToken)
    {
        NameTable names = new();
        List<List<(double Seconds, int Item, float Kind)>> sessions = [];
        await foreach (ColumnLine line in ColumnLines.ReadAsync(path, Columns, cancellationToken))
        {
            int session = names.IndexOf(line.Fields[0]);
            if (session == sessions.Count)
            {
                sessions.Add([]);
            }

            sessions[session].Add((line.Seconds(2), indexOf(line.Fields[1]), 1));
        }

        return [.. sessions.Select(clicks => TimedRow.Of(clicks)).OrderBy(session => session.Days[^1])];
    }

    private static RankingSplit Split(List<TimedRow> known, List<TimedRow> asked, int items) =>
        new(TimedRow.Sequences(known, items), [.. asked.SelectMany(session => Enumerable.Range(1, session.Items.Length - 1)
            .Select(next => new RankingCase(session.Items[..next], [], [session.Items[next]]) { Days = session.Days[..next] }))]);
}
