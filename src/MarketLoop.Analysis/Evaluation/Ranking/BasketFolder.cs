using System.Text.Json;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>A folder with <c>..._history.json</c> and <c>..._future.json</c> (plain or gzipped): users with their baskets in time order, and the one that came next.</summary>
/// <remarks>
/// <c>{"user": [[-1], [item, item], [item], [-1]]}</c>: -1 marks the ends and counts for nothing. Validation is each user's last known basket. What was bought
/// before may be bought again, so nothing is masked. Items that nobody bought before count as missed.
/// </remarks>
internal static class BasketFolder
{
    public const string FormatName = "basket";

    private const string Shape = "It is a JSON object of users, each with a list of baskets, each a list of items: {\"7\": [[12, 30], [12]]}";

    public static async Task<RankingTask> ReadAsync(string folder, int at, CancellationToken cancellationToken)
    {
        string history = Find(folder, "_history"), future = Find(folder, "_future");
        NameTable users = new(), items = new();
        List<(string User, List<string[]> Baskets)> known = await ReadAsync(history, cancellationToken);
        List<int[]>[] rows = [.. known.Select(line => line.Baskets.ConvertAll(basket => (int[])[.. basket.Select(items.IndexOf).Distinct()]))];
        foreach ((string user, _) in known)
        {
            users.IndexOf(user);
        }

        if (rows.All(row => row.Count == 0))
        {
            throw new MarketLoopException($"{history}: nobody has a basket. {Shape}.");
        }

        List<(List<int[]> Baskets, int[] Next)> asked = [];
        foreach ((string user, List<string[]> baskets) in await ReadAsync(future, cancellationToken))
        {
            int index = users.Find(user);
            asked.Add((index < 0 ? [] : rows[index], Numbered(baskets.SelectMany(basket => basket), items)));
        }

        RankingSplit validation = Split(rows.Select(row => row.Count > 1 ? row[..^1] : row), rows.Where(row => row.Count > 1).Select(row => (row[..^1], row[^1])), items.Count);
        return new RankingTask
        {
            Format = FormatName,
            At = at,
            Validation = validation,
            Test = Split(rows, asked, items.Count),
            Search = table => SequenceSearch.OfBaskets(table, validation),
            Baselines = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal)
            {
                ["popularity"] = Recipe.Of("popularity"),
                ["personalTopFrequency"] = Recipe.Of("personal-frequency"),
                ["personalTopFrequencyThenPopular"] = Recipe.Of("personal-then-popular"),
            },
        };
    }

    private static RankingSplit Split(IEnumerable<List<int[]>> known, IEnumerable<(List<int[]> Baskets, int[] Next)> asked, int items)
    {
        ItemSequencesBuilder builder = new(0, items);
        int user = 0;
        foreach (List<int[]> baskets in known)
        {
            for (int day = 0; day < baskets.Count; day++)
            {
                foreach (int item in baskets[day])
                {
                    builder.Add(user, item, 1, day);
                }
            }

            user++;
        }

        return new RankingSplit(builder.Build(), [.. asked.Where(question => question.Next.Length > 0).Select(question => new RankingCase([.. question.Baskets.SelectMany(basket => basket.Order())], [], question.Next)
        {
            Days = [.. question.Baskets.SelectMany((basket, day) => basket.Select(_ => (double)day))],
        })]);
    }

    /// <summary>Indices of distinct items; those that nobody knows get negative numbers, each its own, so that each counts as missed.</summary>
    private static int[] Numbered(IEnumerable<string> names, NameTable items)
    {
        int unknown = 0;
        return [.. names.Distinct(StringComparer.Ordinal).Select(name => items.Find(name) is >= 0 and int known ? known : --unknown)];
    }

    private static string Find(string folder, string ending)
    {
        if (!Directory.Exists(folder))
        {
            throw new MarketLoopException($"{folder} is no folder. Name one with a file ..._history.json and a file ..._future.json in it.");
        }

        string[] found = [.. Directory.EnumerateFiles(folder).Where(file => NameOf(file).EndsWith(ending, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new MarketLoopException($"{folder}: there is no file ...{ending}.json (or .json.gz)."),
            _ => throw new MarketLoopException($"{folder}: {string.Join(" and ", found.Select(Path.GetFileName))} both end in {ending}; leave one."),
        };
    }

    private static string NameOf(string path)
    {
        string name = Path.GetFileName(path);
        name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return Path.GetFileNameWithoutExtension(name);
    }

    private static async Task<List<(string User, List<string[]> Baskets)>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream file = File.OpenRead(path);
            await using Stream plain = await PlainContent.OpenAsync(file, cancellationToken);
            using JsonDocument document = await JsonDocument.ParseAsync(plain, cancellationToken: cancellationToken);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Select(user => (user.Name, BasketsOf(path, user)))]
                : throw new MarketLoopException($"{path}: the file holds no object of users. {Shape}.");
        }
        catch (JsonException exception)
        {
            throw new MarketLoopException($"{path}: line {exception.LineNumber + 1} is no JSON: {exception.Message} {Shape}.", isTransient: false, exception);
        }
        catch (InvalidDataException exception)
        {
            throw new MarketLoopException($"{path}: the gzip file is damaged: {exception.Message} Copy it anew.", isTransient: false, exception);
        }
    }

    private static List<string[]> BasketsOf(string path, JsonProperty user)
    {
        if (user.Value.ValueKind != JsonValueKind.Array)
        {
            throw new MarketLoopException($"{path}: user '{user.Name}' has no list of baskets. {Shape}.");
        }

        // A user with one basket may have it without the outer list.
        JsonElement[] entries = [.. user.Value.EnumerateArray()];
        IEnumerable<JsonElement[]> baskets = entries.Any(entry => entry.ValueKind == JsonValueKind.Array)
            ? entries.Select(entry => entry.ValueKind == JsonValueKind.Array ? [.. entry.EnumerateArray()] : new[] { entry })
            : [entries];
        return [.. baskets.Select(basket => basket.Select(item => ItemOf(path, user.Name, item)).Where(item => item is not "-1").ToArray()).Where(basket => basket.Length > 0)];
    }

    private static string ItemOf(string path, string user, JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.Number => item.GetRawText(),
        JsonValueKind.String => item.GetString()!, // a string's value is not null
        _ => throw new MarketLoopException($"{path}: user '{user}' has {item.GetRawText()} in a basket, which is no item. Items are numbers or texts."),
    };
}
