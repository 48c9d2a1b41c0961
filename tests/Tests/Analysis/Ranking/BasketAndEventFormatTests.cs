using System.Text.Json;
using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;
using Xunit;

namespace MarketLoop.Tests.Analysis.Ranking;

/// <summary>Baskets with planted habits, and clickstreams in which views are noise and carts are not.</summary>
public sealed class BasketAndEventFormatTests
{
    [Fact]
    public async Task Habits_are_found_and_the_next_basket_is_measured_against_all_of_it()
    {
        using FormatFolder folder = new();
        (Dictionary<string, string[][]> history, Dictionary<string, string[][]> future) = Baskets();
        folder.Write("corner_history.json.gz", JsonSerializer.Serialize(history));
        folder.Write("corner_future.json", JsonSerializer.Serialize(future));

        RankingReport report = await FormatFolder.Evaluate("basket", folder.Path, models: ["next-basket"]);

        Assert.Equal(50, report.Users);
        Assert.True(report.Recall > 2 * report.Models["popularity"].Recall, $"{report.Recall} against {report.Models["popularity"].Recall}");

        // A third of each next basket was never seen before, so nobody can find it.
        Assert.InRange(report.Recall, 0.4, 2.0 / 3 + 1e-9);
        Assert.Contains("personalTopFrequency", report.Models.Keys);
    }

    [Fact]
    public async Task Other_answers_do_not_change_what_is_chosen_for_baskets()
    {
        using FormatFolder folder = new(), mixed = new();
        (Dictionary<string, string[][]> history, Dictionary<string, string[][]> future) = Baskets();
        string[][][] answers = [.. future.Values];
        new SeededRandom(9).Shuffle<string[][]>(answers);
        foreach (FormatFolder each in (FormatFolder[])[folder, mixed])
        {
            each.Write("a_history.json", JsonSerializer.Serialize(history));
        }

        folder.Write("a_future.json", JsonSerializer.Serialize(future));
        mixed.Write("a_future.json", JsonSerializer.Serialize(future.Keys.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second)));

        RankingReport before = await FormatFolder.Evaluate("basket", folder.Path);
        RankingReport after = await FormatFolder.Evaluate("basket", mixed.Path);

        Assert.Equal(FormatFolder.ChoiceOf(before), FormatFolder.ChoiceOf(after));
        Assert.True(before.Recall > after.Recall + 0.1, $"{before.Recall} should fall when the answers are mixed up, not {after.Recall}");
    }

    [Theory]
    [InlineData("{\"1\": [[1, 2],\n [3 4]]}", "line 2 is no JSON")]
    [InlineData("[1, 2]", "holds no object of users")]
    [InlineData("{\"1\": 5}", "user '1' has no list of baskets")]
    [InlineData("{\"1\": [[{}]]}", "user '1' has {} in a basket")]
    [InlineData("{\"1\": [[-1]]}", "nobody has a basket")]
    public async Task Trouble_in_baskets_is_named(string history, string expected)
    {
        using FormatFolder folder = new();
        folder.Write("a_future.json", "{}");
        MarketLoopException missing = await Assert.ThrowsAsync<MarketLoopException>(() => FormatFolder.Evaluate("basket", folder.Path));
        Assert.Contains("_history", missing.Message, StringComparison.Ordinal);
        string path = folder.Write("a_history.json", history);

        MarketLoopException refusal = await Assert.ThrowsAsync<MarketLoopException>(() => FormatFolder.Evaluate("basket", folder.Path));

        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_events_count_is_learned_and_beats_counting_all_alike()
    {
        using FormatFolder folder = new();
        (string[] train, string[] test) = Stream();
        string events = folder.Write("events.csv", train.Prepend("unix_time,user_id,item_id,event"));
        string answers = folder.Write("buys.csv.gz", test.Prepend("user_id,item_id"));

        RankingReport learned = await FormatFolder.Evaluate("events", events, answers, models: ["sequential-neighbours"]);
        RankingReport pinned = await FormatFolder.Evaluate("events", events, answers, weights: "view=1,cart=1,buy=1", models: ["sequential-neighbours"]);

        RankerPart chosen = Assert.Single(learned.Chosen.Parts);
        double view = double.Parse(chosen.Parameters["view"], System.Globalization.CultureInfo.InvariantCulture);
        double cart = double.Parse(chosen.Parameters["cart"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(view < cart, $"A view counts {view}, a cart {cart}.");
        Assert.True(learned.Ndcg > learned.Models["equalWeights"].Ndcg, $"{learned.Ndcg} against {learned.Models["equalWeights"].Ndcg}");
        Assert.Equal("1", pinned.Chosen.Parts[0].Parameters["cart"]);
    }

    [Fact]
    public async Task Other_answers_do_not_change_what_is_chosen_for_events()
    {
        using FormatFolder folder = new();
        (string[] train, string[] test) = Stream();
        string events = folder.Write("events.csv", train);
        string[] items = [.. test.Select(line => line.Split(',')[1])];
        new SeededRandom(9).Shuffle<string>(items);

        RankingReport before = await FormatFolder.Evaluate("events", events, folder.Write("honest.csv", test));
        RankingReport after = await FormatFolder.Evaluate("events", events, folder.Write("mixed.csv", test.Select((line, i) => $"{line.Split(',')[0]},{items[i]}")));

        Assert.Equal(FormatFolder.ChoiceOf(before), FormatFolder.ChoiceOf(after));
        Assert.True(before.Ndcg > after.Ndcg + 0.1, $"{before.Ndcg} should fall when the answers are mixed up, not {after.Ndcg}");
    }

    [Theory]
    [InlineData("5,a,b,hug", "auto", "line 1: 'hug' is no event")]
    [InlineData("soon,a,b,view", "auto", "line 1: 'soon' is no time")]
    [InlineData("5,a,b,view", "view=-1", "--weights: 'view=-1' is no weight")]
    [InlineData("5,a,b,view", "hug=1", "--weights: 'hug=1' is no weight")]
    [InlineData("5,a,b,view", "view=0", "--weights: nothing counts")]
    public async Task Trouble_in_events_is_named(string line, string weights, string expected)
    {
        using FormatFolder folder = new();
        string path = folder.Write("events.csv", line);

        MarketLoopException refusal = await Assert.ThrowsAsync<MarketLoopException>(() => FormatFolder.Evaluate("events", path, path, weights));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    // Each user has four favourites, of which three baskets hold two or three each; the next holds two of them and something new.
    private static (Dictionary<string, string[][]> History, Dictionary<string, string[][]> Future) Baskets()
    {
        SeededRandom random = new(6);
        Dictionary<string, string[][]> history = [], future = [];
        for (int user = 0; user < 50; user++)
        {
            int[] favourites = random.Sample(60, 4);
            string Favourite() => $"p{favourites[random.NextInt32(4)]}";
            history[$"u{user}"] = [["-1"], .. Enumerable.Range(0, 4).Select(_ => (string[])[Favourite(), Favourite(), $"p{60 + random.NextInt32(30)}"]), ["-1"]];
            future[$"u{user}"] = [["-1"], [$"p{favourites[0]}", $"p{favourites[1]}", $"new{user}"], ["-1"]];
        }

        return (history, future);
    }

    // Ten groups of products. A user puts into the cart and buys within one group, and views at random.
    private static (string[] Train, string[] Test) Stream()
    {
        SeededRandom random = new(12);
        List<string> train = [], test = [];
        for (int user = 0; user < 120; user++)
        {
            int[] group = [.. Enumerable.Range(0, 8)];
            random.Shuffle<int>(group);
            int first = 8 * random.NextInt32(10);
            int time = 0;
            for (int step = 0; step < 6; step++)
            {
                train.Add($"{time++},u{user},i{first + group[step]},cart");
                train.Add($"{time++},u{user},i{first + group[step]},buy");
                train.AddRange(Enumerable.Range(0, 4).Select(_ => $"{time++},u{user},i{80 + random.NextInt32(80)},view"));
                train.Add($"{time++},u{user},i{random.NextInt32(80)},view");
            }

            string answer = $"i{first + group[7]}";
            train.RemoveAll(line => line.Contains($",u{user},{answer},", StringComparison.Ordinal));
            test.Add($"u{user},{answer}");
        }

        return ([.. train], [.. test]);
    }
}
