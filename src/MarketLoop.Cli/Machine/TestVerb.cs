using System.CommandLine;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Machine;

/// <summary>Everything that must hold before a change may land, in one command.</summary>
internal static class TestVerb
{
    public static Command Create()
    {
        Option<bool> deep = new("--deep") { Description = "Also the slow tests: the same faults with the full number of trials." };
        Option<string?> only = new("--only") { Description = "Only test classes whose name matches, such as *Journal*; skips the checks of the house.", HelpName = "CLASS" };
        Verb verb = new("test", "Installs what tests need, runs them all, and ends with 'N passed, N failed[, N skipped]'.")
        {
            Examples = ["marketloop test", "marketloop test --only \"*Journal*\"", "marketloop test --deep"],
        };
        verb.Options.Add(deep);
        verb.Options.Add(only);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            TestRun run = new(Clone.Root, screen.IsJson ? screen.Note : screen.Line);
            TestTally tally = await run.RunAsync(parsed.GetValue(deep), parsed.GetValue(only), cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(tally);
            }
            else
            {
                screen.Line(tally.ToString());
            }

            return tally.Failed == 0 && tally.Passed > 0 ? ExitCode.Ok : ExitCode.Failure;
        });
    }
}

/// <summary>Counts over all test projects and checks.</summary>
internal sealed record TestTally(int Passed, int Failed, int Skipped)
{
    public static TestTally operator +(TestTally left, TestTally right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    /// <summary>The closing line that machines read.</summary>
    public override string ToString() => Skipped == 0 ? $"{Passed} passed, {Failed} failed" : $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}
