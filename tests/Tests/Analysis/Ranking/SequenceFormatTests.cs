using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;
using Xunit;

namespace MarketLoop.Tests.Analysis.Ranking;

/// <summary>Sequences and sessions: what follows what is planted, popularity says nothing.</summary>
public sealed class SequenceFormatTests
{
    private const int Items = 40;

    [Fact]
    public async Task What_follows_what_is_found_in_sequences()
    {
        using FormatFolder folder = new();
        string file = folder.Write("walks.txt.gz", Walks());

        RankingReport report = await FormatFolder.Evaluate("sequence", file, models: ["sequential-neighbours", "popularity"]);

        Assert.Equal((80, Items), (report.Users, report.Items));
        Assert.True(report.HitRate > 0.7, $"{report.HitRate}");
        Assert.True(report.Models["popularity"].HitRate < 0.4, $"{report.Models["popularity"].HitRate}");
    }

    [Fact]
    public async Task Other_answers_do_not_change_what_is_chosen_for_sequences()
    {
        using FormatFolder folder = new();
        string[][] walks = [.. Walks().Select(line => line.Split(' '))];
        string[] answers = [.. walks.Select(walk => walk[^1])];
        new SeededRandom(8).Shuffle<string>(answers);
        string honest = folder.Write("honest.txt", walks.Select(walk => string.Join(' ', walk)));
        string mixed = folder.Write("mixed.txt", walks.Select((walk, i) => string.Join(' ', walk[..^1].Append(answers[i]))));

        RankingReport before = await FormatFolder.Evaluate("sequence", honest);
        RankingReport after = await FormatFolder.Evaluate("sequence", mixed);

        Assert.Equal(FormatFolder.ChoiceOf(before), FormatFolder.ChoiceOf(after));
        Assert.True(before.HitRate > after.HitRate + 0.2, $"{before.HitRate} should fall when the answers are mixed up, not {after.HitRate}");
    }

    [Fact]
    public async Task Blank_lines_short_users_and_ids_of_letters_are_met()
    {
        using FormatFolder folder = new();
        string file = folder.Write("odd.txt", ["", "anna apple pear plum fig", "  ", "ben", "carl apple", "dora apple pear", "emil\tapple\tpear\tplum"]);

        RankingReport report = await FormatFolder.Evaluate("sequence", file, models: ["sequential-neighbours"]);

        Assert.Equal((3, 4), (report.Users, report.Items));
        string lonely = folder.Write("lonely.txt", ["anna apple", "ben"]);
        MarketLoopException refusal = await Assert.ThrowsAsync<MarketLoopException>(() => FormatFolder.Evaluate("sequence", lonely));
        Assert.Contains("lonely.txt: no user has two items", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_position_of_every_test_session_is_a_question_and_the_unknown_is_missed()
    {
        using FormatFolder folder = new();
        string train = folder.Write("train.txt", Clicks(60, seed: 1).Prepend("SessionId\tItemId\tTime"));
        string test = folder.Write("test.csv.gz", ["time;item;session", "10;i1;x", "20;i2;x", "30;never-seen;x", "", "15;i5;y", "16;i6;y", "17;i7;z"]);

        RankingReport report = await FormatFolder.Evaluate("session", train, test, models: ["transitions"]);

        Assert.Equal(3, report.Users);
        Assert.Equal(2.0 / 3, report.HitRate, 1e-9);
    }

    [Fact]
    public async Task Other_answers_do_not_change_what_is_chosen_for_sessions()
    {
        using FormatFolder folder = new();
        string train = folder.Write("train.txt", Clicks(60, seed: 1));
        string[] clicks = [.. Clicks(30, seed: 2)];
        string[] items = [.. clicks.Select(click => click.Split('\t')[1])];
        new SeededRandom(9).Shuffle<string>(items);

        RankingReport before = await FormatFolder.Evaluate("session", train, folder.Write("honest.txt", clicks));
        RankingReport after = await FormatFolder.Evaluate("session", train, folder.Write("mixed.txt", clicks.Select((click, i) => $"{click.Split('\t')[0]}\t{items[i]}\t{click.Split('\t')[2]}")));

        Assert.Equal(FormatFolder.ChoiceOf(before), FormatFolder.ChoiceOf(after));
        Assert.True(before.Mrr > 2 * after.Mrr, $"{before.Mrr} should fall when the answers are mixed up, not {after.Mrr}");
    }

    [Theory]
    [InlineData("SessionId\tItemId\tTime\n1\ti1\tnoon", "line 2: 'noon' is no time")]
    [InlineData("1\ti1\t5\n\n2\ti2", "line 3 lacks a field")]
    [InlineData("SessionId\tItemId\tWhen\n1\ti1\t5", "line 1: the header has no column 'Time'")]
    [InlineData("\n", "there is no click")]
    public async Task Trouble_is_named_by_file_and_line(string content, string expected)
    {
        using FormatFolder folder = new();
        string train = folder.Write("train.txt", content);

        MarketLoopException refusal = await Assert.ThrowsAsync<MarketLoopException>(() => FormatFolder.Evaluate("session", train, train));

        Assert.StartsWith(train, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_test_file_is_refused_with_its_name()
    {
        using FormatFolder folder = new();
        string train = folder.Write("train.txt", Clicks(20, seed: 1));

        MarketLoopException refusal = await Assert.ThrowsAsync<MarketLoopException>(() => FormatFolder.Evaluate("session", train, folder.Write("empty.txt", "")));

        Assert.Contains("empty.txt", refusal.Message, StringComparison.Ordinal);
    }

    // Each user walks on from a random place: a step of one, seldom a jump.
    private static IEnumerable<string> Walks()
    {
        SeededRandom random = new(3);
        for (int user = 0; user < 80; user++)
        {
            int place = random.NextInt32(Items);
            yield return $"u{user} " + string.Join(' ', Enumerable.Range(0, 8).Select(step => $"i{(place + step) % Items}"));
        }
    }

    private static IEnumerable<string> Clicks(int sessions, ulong seed)
    {
        SeededRandom random = new(seed);
        for (int session = 0; session < sessions; session++)
        {
            int place = random.NextInt32(Items);
            for (int click = 0; click < 3 + random.NextInt32(4); click++)
            {
                yield return $"s{session}\ti{(place + click) % Items}\t{(1000 * session) + click}.5";
            }
        }
    }
}
