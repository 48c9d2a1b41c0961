using System.Globalization;
using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>A clickstream, <c>unix_time,user_id,item_id,event</c>, and the item that each user then bought, <c>user_id,item_id</c>: what a view, a cart and a buy count is learned.</summary>
/// <remarks>
/// A held-out buy is one of an item that the user's history does not name, so what is in the history is not recommended. Validation is made the same way: of each user
/// the last buy of train with everything that happened then or later, and every earlier event with that item, is taken out. Items nobody met count as missed.
/// </remarks>
internal static class EventFiles
{
    public const string FormatName = "events";

    private static readonly LineColumn[] TrainColumns = [new("unix_time", "time", "timestamp", "ts"), new("user_id", "user", "visitorid"), new("item_id", "item"), new("event", "type", "behavior")];
    private static readonly LineColumn[] TestColumns = [new("user_id", "user", "visitorid"), new("item_id", "item")];

    private static readonly string[] EventKinds = ["view", "cart", "buy"];

    private static readonly Dictionary<string, ActKind> KindOf = new(StringComparer.OrdinalIgnoreCase)
    {
        ["view"] = ActKind.View,
        ["click"] = ActKind.View,
        ["pv"] = ActKind.View,
        ["cart"] = ActKind.Cart,
        ["addtocart"] = ActKind.Cart,
        ["add_to_cart"] = ActKind.Cart,
        ["buy"] = ActKind.Buy,
        ["transaction"] = ActKind.Buy,
        ["purchase"] = ActKind.Buy,
        ["order"] = ActKind.Buy,
    };

    public static async Task<RankingTask> ReadAsync(string train, string test, int at, string weights, CancellationToken cancellationToken)
    {
        HistoryWeights? pinned = Parse(weights);
        NameTable users = new(), items = new();
        List<TimedRow> known = await ReadTrainAsync(train, users, items, cancellationToken);
        Dictionary<int, List<int>> bought = [];
        int strangers = 0;
        await foreach (ColumnLine line in ColumnLines.ReadAsync(test, TestColumns, cancellationToken))
        {
            int user = users.Find(line.Fields[0]);
            user = user < 0 ? --strangers : user;
            bought.TryAdd(user, []);
            bought[user].Add(items.Find(line.Fields[1]));
        }

        TimedRow nothing = new([], [], []);
        RankingSplit validation = CutValidation(known, items.Count);
        RankingTable? tried = null;
        return new RankingTask
        {
            Format = FormatName,
            At = at,
            Validation = validation,
            Test = new RankingSplit(TimedRow.Sequences(known, items.Count), [.. bought.OrderBy(pair => pair.Key)
                .Select(pair => Ask(pair.Key < 0 ? nothing : known[pair.Key], [.. pair.Value.Select((item, i) => item < 0 ? -1 - i : item).Distinct()]))]),
            Wrap = recipe => new EventRecipe(recipe, pinned ?? HistoryWeights.Equal),
            Search = table =>
            {
                tried = table;
                return EventSearch.Propose(table, pinned);
            },
            Baselines = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal)
            {
                ["popularity"] = EventSearch.Popularity,
                ["equalWeights"] = new BestTried(() => EventSearch.BestOfEqualWeights(tried)),
            },
        };
    }

    private static async Task<List<TimedRow>> ReadTrainAsync(string path, NameTable users, NameTable items, CancellationToken cancellationToken)
    {
        List<List<(double Seconds, int Item, float Kind)>> rows = [];
        await foreach (ColumnLine line in ColumnLines.ReadAsync(path, TrainColumns, cancellationToken))
        {
            int user = users.IndexOf(line.Fields[1]);
            if (user == rows.Count)
            {
                rows.Add([]);
            }

            ActKind kind = KindOf.TryGetValue(line.Fields[3], out ActKind found) ? found : throw line.Refuse($"'{line.Fields[3]}' is no event; there are {string.Join(", ", EventKinds)}. Remove the line or name it as one of these");
            rows[user].Add((line.Seconds(0), items.IndexOf(line.Fields[2]), (float)kind));
        }

        return rows.Count > 0 ? [.. rows.Select(TimedRow.Of)] : throw new MarketLoopException($"{path}: there is no event. Each line is unix_time,user_id,item_id,event.");
    }

    private static RankingSplit CutValidation(List<TimedRow> rows, int items)
    {
        List<TimedRow> rest = [];
        List<RankingCase> cases = [];
        foreach (TimedRow row in rows)
        {
            int last = Array.LastIndexOf(row.Kinds, (float)ActKind.Buy);
            TimedRow before = last < 0 ? row : row.At([.. Enumerable.Range(0, last).Where(i => row.Items[i] != row.Items[last])]);
            bool isAsked = last >= 0 && before.Items.Length > 0;
            rest.Add(isAsked ? before : row);
            if (isAsked)
            {
                cases.Add(Ask(before, [row.Items[last]]));
            }
        }

        return new RankingSplit(TimedRow.Sequences(rest, items), cases);
    }

    private static RankingCase Ask(TimedRow history, int[] relevant) => new(history.Items, history.Kinds, relevant) { Days = history.Days, Excluded = history.Items };

    /// <summary>Reads <c>view=1,cart=2,buy=5</c>; what is not named counts 0. Null for <c>auto</c>.</summary>
    private static HistoryWeights? Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || text is "auto")
        {
            return null;
        }

        Dictionary<string, double> named = new(StringComparer.Ordinal);
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            bool isWeight = pair.Length == 2 && EventKinds.Contains(pair[0], StringComparer.Ordinal) && double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && value is >= 0 and <= 1_000 && named.TryAdd(pair[0], value);
            if (!isWeight)
            {
                throw new MarketLoopException($"--weights: '{part}' is no weight; write auto, or view=1,cart=2,buy=5 with numbers of 0 to 1000.");
            }
        }

        HistoryWeights weights = new(named.GetValueOrDefault("view"), named.GetValueOrDefault("cart"), named.GetValueOrDefault("buy"));
        return weights is { View: 0, Cart: 0, Buy: 0 } ? throw new MarketLoopException("--weights: nothing counts; write auto, or view=1,cart=2,buy=5.") : weights;
    }
}
