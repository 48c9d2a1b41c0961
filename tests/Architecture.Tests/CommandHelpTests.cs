using System.Diagnostics;
using System.Text;

namespace MarketLoop.Architecture.Tests;

/// <summary>The help of the built command is what was approved: nobody renames an option by accident.</summary>
public sealed class CommandHelpTests
{
    [Fact]
    public async Task Help_of_every_verb_is_the_approved_one()
    {
        StringBuilder text = new();
        await AddAsync([], text);

        Approval.Matches("Help", text.ToString());
    }

    [Fact]
    public async Task Every_verb_that_does_something_shows_an_example_and_offers_json()
    {
        StringBuilder text = new();
        await AddAsync([], text);

        string[] pages = text.ToString().Split("=== ", StringSplitOptions.RemoveEmptyEntries);
        Offenders.None(pages.Where(page => !page.Contains("Commands:", StringComparison.Ordinal))
            .Where(page => !page.Contains("Example", StringComparison.Ordinal) || !page.Contains("--json", StringComparison.Ordinal))
            .Select(page => page.Split('\n')[0]));
    }

    private static async Task AddAsync(string[] path, StringBuilder text)
    {
        string help = await HelpAsync(path);
        text.Append("=== marketloop ").AppendJoin(' ', path).Append('\n').Append(help).Append('\n');
        foreach (string verb in VerbsIn(help))
        {
            await AddAsync([.. path, verb], text);
        }
    }

    private static IEnumerable<string> VerbsIn(string help) =>
        help.Split('\n')
            .SkipWhile(line => line != "Commands:")
            .Skip(1)
            .TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Where(line => line[2] != ' ')
            .Select(line => line.Trim().Split(' ')[0]);

    private static async Task<string> HelpAsync(string[] path)
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string program = Repository.PathOf($"artifacts/bin/MarketLoop.Cli/{configuration}/MarketLoop.Cli");
        Assert.True(File.Exists(program), $"{program} is not there: build the solution first.");
        ProcessStartInfo start = new(program, [.. path, "--help"]) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = Repository.Root };
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("the command did not start");
        string help = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return help.ReplaceLineEndings("\n");
    }
}
