using MarketLoop.Domain;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>One file with a line per user, <c>user item item ...</c> in time order: the last item is the test, the one before it the validation.</summary>
/// <remarks>A user of two items has no validation question, one of a single item none at all: it is learned from only. Several lines of one user are one sequence.</remarks>
internal static class SequenceFile
{
    public const string FormatName = "sequence";

    public static async Task<RankingTask> ReadAsync(string path, int at, CancellationToken cancellationToken)
    {
        List<List<string>> names = await ReadAsync(path, cancellationToken);
        NameTable items = new();
        // Items are numbered by what may be known, test answers last: ties are broken by number, and the answers must have no say in them.
        foreach (string item in names.SelectMany(row => row.SkipLast(1)).Concat(names.SelectMany(row => row.TakeLast(1))))
        {
            items.IndexOf(item);
        }

        List<int[]> rows = names.ConvertAll(row => row.Select(items.Find).ToArray());
        if (rows.TrueForAll(row => row.Length < 2))
        {
            throw new MarketLoopException($"{path}: no user has two items, so none can be held out. Each line is 'user item item ...' in time order, split by blanks.");
        }

        RankingSplit validation = Split(rows, items.Count, held: 2);
        return new RankingTask
        {
            Format = FormatName,
            At = at,
            Validation = validation,
            Test = Split(rows, items.Count, held: 1),
            Search = table => SequenceSearch.OfSequences(table, validation),
            Baselines = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal) { ["popularity"] = Recipe.Of("popularity"), ["transitions"] = Recipe.Of("transitions") },
        };
    }

    private static async Task<List<List<string>>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        NameTable users = new();
        List<List<string>> rows = [];
        await foreach ((string name, string[] items) in TextLines.ReadUsersAsync(path, cancellationToken))
        {
            int user = users.IndexOf(name);
            if (user == rows.Count)
            {
                rows.Add([]);
            }

            rows[user].AddRange(items);
        }

        return rows;
    }

    /// <summary>All but the last items of each user, and questions for the first of those. Who has too few keeps all that may be known.</summary>
    private static RankingSplit Split(List<int[]> rows, int items, int held)
    {
        ItemSequencesBuilder builder = new(rows.Count, items);
        List<RankingCase> cases = [];
        for (int user = 0; user < rows.Count; user++)
        {
            int[] row = rows[user];
            int known = row.Length > held ? row.Length - held : Math.Min(row.Length, 1);
            for (int i = 0; i < known; i++)
            {
                builder.Add(user, row[i], 1, i);
            }

            if (row.Length > held)
            {
                cases.Add(new RankingCase(row[..known], [], [row[known]]) { Excluded = row[..known] });
            }
        }

        return new RankingSplit(builder.Build(), cases);
    }
}
