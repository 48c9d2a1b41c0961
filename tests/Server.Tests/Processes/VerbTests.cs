using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>What holds for every verb, whatever it does: help with an example, and 2 for what was not understood.</summary>
public sealed class VerbTests
{
    public static TheoryData<string> Verbs() =>
    [
        "demo", "serve", "import", "run", "train", "data status", "data keys add", "data keys list", "data keys revoke",
        "evaluate recommend", "evaluate segments", "config show", "config check", "doctor", "test",
    ];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_ends_well_and_shows_an_example(string verb)
    {
        ProgramAnswer answer = await MarketLoopProgram.RunAsync([.. verb.Split(' '), "--help"]);

        Assert.Equal((0, ""), (answer.ExitCode, answer.Errors));
        Assert.Contains($"  ./marketloop {verb}", answer.Output[answer.Output.IndexOf("Example", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task An_unknown_option_is_a_usage_mistake_that_is_named_on_stderr(string verb)
    {
        ProgramAnswer answer = await MarketLoopProgram.RunAsync([.. verb.Split(' '), "--no-such-option"]);

        Assert.Equal((2, ""), (answer.ExitCode, answer.Output));
        Assert.Contains("--no-such-option", answer.Errors, StringComparison.Ordinal);
        Assert.Contains($"./marketloop {verb} --help", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dance")]
    [InlineData("data", "keys", "add", "a b")]
    [InlineData("import", "online-retail", "no-such-file.csv")]
    [InlineData("serve", "--clock-start", "2026-01-01")]
    [InlineData("run", "--as-of", "yesterday")]
    [InlineData("analyze", "funnel", "--step", "Order Completed")]
    [InlineData("analyze", "retention", "--periods", "0")]
    [InlineData("evaluate", "value", "no-such-file", "--calibrate-until", "1997-09-30")]
    [InlineData("train", "--snapshot", "no-such-folder", "--out", "models")]
    public async Task What_makes_no_sense_is_a_usage_mistake(params string[] arguments)
    {
        ProgramAnswer answer = await MarketLoopProgram.RunAsync(arguments);

        Assert.Equal((2, ""), (answer.ExitCode, answer.Output));
        Assert.StartsWith("error: ", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("data", "status")]
    [InlineData("evaluate", "segments")]
    [InlineData("analyze", "funnel")]
    public async Task A_folder_that_is_none_is_refused_and_not_made(params string[] verb)
    {
        using ShopFolder folder = new();

        ProgramAnswer answer = await MarketLoopProgram.RunAsync([.. verb, "--data", folder.Data, "--json"]);

        Assert.Equal((1, ""), (answer.ExitCode, answer.Output));
        Assert.Contains("is no data folder", answer.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Data));
    }
}
