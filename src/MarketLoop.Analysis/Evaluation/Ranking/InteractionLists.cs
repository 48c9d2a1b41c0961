using MarketLoop.Domain;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>The LightGCN protocol: two files with a line per user, <c>user item item ...</c>, in no order of time; the second is what each user took later.</summary>
internal static class InteractionLists
{
    public const string FormatName = "lists";

    // A fifth of each user's items becomes validation questions, as the published splits cut off a fifth for test.
    private const double ValidationShare = 0.2;
    private const ulong Seed = 11;

    public static async Task<RankingTask> ReadAsync(string train, string test, int at, CancellationToken cancellationToken)
    {
        NameTable users = new(), items = new();
        List<(int User, int[] Items)> known = await ReadAsync(train, users, items, cancellationToken);
        List<(int User, int[] Items)> later = await ReadAsync(test, users, items, cancellationToken);
        int[][] rows = Rows(known, users.Count);
        if (rows.All(row => row.Length == 0))
        {
            throw new MarketLoopException($"{train}: no user has an item. Each line is 'user item item ...', split by blanks.", isTransient: false);
        }

        RankingSplit validation = CutValidation(rows, items.Count);
        return new RankingTask
        {
            Format = FormatName,
            At = at,
            Validation = validation,
            Test = new RankingSplit(Sequences(rows, items.Count), [.. later.GroupBy(line => line.User).OrderBy(group => group.Key)
                .Select(group => new RankingCase(rows[group.Key], [], [.. group.SelectMany(line => line.Items).Except(rows[group.Key]).Distinct()]) { Excluded = rows[group.Key] })
                .Where(question => question.Relevant.Length > 0)]),
            Recall = RecallDivisor.Relevant,
            Search = table => MatrixSearch.Propose(table, validation),
            Baselines = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal) { ["popularity"] = Recipe.Of("popularity") },
        };
    }

    private static int[][] Rows(List<(int User, int[] Items)> lines, int users)
    {
        int[][] rows = [.. Enumerable.Repeat(Array.Empty<int>(), users)];
        foreach (IGrouping<int, (int User, int[] Items)> user in lines.GroupBy(line => line.User))
        {
            rows[user.Key] = [.. user.SelectMany(line => line.Items).Distinct()];
        }

        return rows;
    }

    private static ItemSequences Sequences(int[][] rows, int items)
    {
        ItemSequencesBuilder builder = new(rows.Length, items);
        for (int user = 0; user < rows.Length; user++)
        {
            foreach (int item in rows[user])
            {
                builder.Add(user, item);
            }
        }

        return builder.Build();
    }

    private static RankingSplit CutValidation(int[][] rows, int items)
    {
        List<RankingCase> cases = [];
        int[][] rest = new int[rows.Length][];
        for (int user = 0; user < rows.Length; user++)
        {
            int[] shuffled = [.. rows[user]];
            SeededRandom.Fork(Seed, (ulong)user).Shuffle<int>(shuffled);
            int held = shuffled.Length < 2 ? 0 : Math.Max(1, (int)Math.Round(shuffled.Length * ValidationShare));
            rest[user] = shuffled[held..];
            if (held > 0)
            {
                cases.Add(new RankingCase(rest[user], [], shuffled[..held]) { Excluded = rest[user] });
            }
        }

        return new RankingSplit(Sequences(rest, items), cases);
    }

    private static async Task<List<(int User, int[] Items)>> ReadAsync(string path, NameTable users, NameTable items, CancellationToken cancellationToken)
    {
        List<(int, int[])> lines = [];
        await foreach ((string user, string[] taken) in TextLines.ReadUsersAsync(path, cancellationToken))
        {
            lines.Add((users.IndexOf(user), Array.ConvertAll(taken, items.IndexOf)));
        }

        return lines;
    }
}

/// <summary>Numbers names in order of first sight.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, int> indices = new(StringComparer.Ordinal);

    public int Count => indices.Count;

    public int IndexOf(string name)
    {
        if (!indices.TryGetValue(name, out int index))
        {
            indices.Add(name, index = indices.Count);
        }

        return index;
    }

    /// <summary>-1 for a name that has no number.</summary>
    public int Find(string name) => indices.GetValueOrDefault(name, -1);
}
