using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;
using Xunit;

namespace MarketLoop.Tests.Analysis.Ranking;

/// <summary>A line per user without order: circles of taste are planted, popularity says nothing.</summary>
public sealed class ListFormatTests
{
    private const int Circles = 4;
    private const int OfCircle = 12;

    [Fact]
    public async Task Circles_of_taste_are_found_in_lists()
    {
        using FormatFolder folder = new();
        (string[] train, string[] test) = Tastes();

        RankingReport report = await FormatFolder.Evaluate("lists", folder.Write("train.txt.gz", train), folder.Write("test.txt", test), models: ["rp3beta", "ease", "popularity"]);

        Assert.Equal((120, Circles * OfCircle), (report.Users, report.Items));
        Assert.True(report.Recall > 0.6, $"{report.Recall}");
        Assert.True(report.Models["popularity"].Recall < 0.3, $"{report.Models["popularity"].Recall}");
    }

    [Fact]
    public async Task Other_answers_do_not_change_what_is_chosen_for_lists()
    {
        using FormatFolder folder = new();
        (string[] train, string[] test) = Tastes();
        string[] answers = [.. test.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
        new SeededRandom(8).Shuffle<string>(answers);
        string learned = folder.Write("train.txt", train);

        RankingReport before = await FormatFolder.Evaluate("lists", learned, folder.Write("honest.txt", test));
        RankingReport after = await FormatFolder.Evaluate("lists", learned, folder.Write("mixed.txt", answers.Select((answer, user) => $"{user} {answer}")));

        Assert.Equal(FormatFolder.ChoiceOf(before), FormatFolder.ChoiceOf(after));
        Assert.True(before.Recall > after.Recall + 0.2, $"{before.Recall} should fall when the answers are mixed up, not {after.Recall}");
    }

    [Fact]
    public async Task A_setting_can_be_pinned_and_one_that_is_none_is_named()
    {
        using FormatFolder folder = new();
        (string[] train, string[] test) = Tastes();
        string learned = folder.Write("train.txt", train), asked = folder.Write("test.txt", test);

        RankingReport report = await FormatFolder.Evaluate("lists", learned, asked, models: ["ease:lambda=7"]);

        Assert.Equal("7", Assert.Single(report.Chosen.Parts).Parameters["lambda"]);
        MarketLoopException refusal = await Assert.ThrowsAsync<MarketLoopException>(() => FormatFolder.Evaluate("lists", learned, asked, models: ["ease:lamda=7"]));
        Assert.Contains("no setting 'lamda'; it has", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Each user takes seven of the twelve items of a circle: five are known, two are asked for.</summary>
    private static (string[] Train, string[] Test) Tastes()
    {
        List<string> train = [], test = [];
        for (int user = 0; user < 120; user++)
        {
            SeededRandom random = SeededRandom.Fork(5, (ulong)user);
            int[] own = [.. Enumerable.Range(user % Circles * OfCircle, OfCircle)];
            random.Shuffle<int>(own);
            train.Add($"{user} {string.Join(' ', own[..5])}");
            test.Add($"{user} {string.Join(' ', own[5..7])}");
        }

        return ([.. train], [.. test]);
    }
}
