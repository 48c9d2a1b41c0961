using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MarketLoop.Cli.Analysis;
using MarketLoop.Cli.Corridor;
using MarketLoop.Cli.Data;
using MarketLoop.Cli.Machine;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli;

/// <summary>The one command. Verbs stand in a folder per room; this file only lists them and turns usage errors into exit code 2.</summary>
internal static class MarketLoopCommand
{
    /// <summary>Reads the arguments and runs the verb they name.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = Build().Parse(args);
        if (FindUnknownOption(parsed) is { } unknown && parsed.Action is not HelpWithExamples)
        {
            return TellUsage(parsed, [$"There is no option '{unknown}'."]);
        }

        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null)
        {
            return TellUsage(parsed, [.. MessagesOf(parsed)]);
        }

        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
        return await parsed.InvokeAsync(configuration, CancellationToken.None);
    }

    private static Command Build()
    {
        Command root = new("marketloop", "MarketLoop runs a shop's marketing loop: it collects, understands, decides, acts, measures, and starts again.");
        root.Options.Add(Verb.Json);
        root.Options.Add(new VersionOption());
        HelpOption help = new("--help", "-h", "-?");
        help.Action = new HelpWithExamples((HelpAction)help.Action!); // the option always brings its action
        root.Options.Add(help);
        foreach (Command verb in Verbs())
        {
            root.Subcommands.Add(verb);
        }

        return root;
    }

    private static IEnumerable<Command> Verbs() =>
    [
        DemoVerb.Create(),
        ServeVerb.Create(),
        ImportVerb.Create(),
        RunVerb.Create(),
        TrainVerb.Create(),
        DataVerb.Create(),
        AnalyzeVerb.Create(),
        UpkeepVerbs.CreateBackup(),
        UpkeepVerbs.CreateRestore(),
        EvaluateVerb.Create(),
        ConfigVerb.Create(),
        DoctorVerb.Create(),
        BenchVerb.Create(),
        TestVerb.Create(),
    ];

    // The parser takes a misspelt option for an argument where the verb has one: "keys add --secrte" would make a key of that name.
    private static string? FindUnknownOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static IEnumerable<string> MessagesOf(ParseResult parsed)
    {
        string[] messages = [.. parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal)];
        string? unknown = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        return messages.Where(message => unknown is null || messages.Length == 1 || message.Contains(unknown, StringComparison.Ordinal))
            .Select(message => message.Replace("as expected type 'System.Int32'", ": a whole number is needed", StringComparison.Ordinal));
    }

    private static int TellUsage(ParseResult parsed, IEnumerable<string> messages)
    {
        foreach (string message in messages)
        {
            Console.Error.WriteLine($"error: {message}");
        }

        Console.Error.WriteLine($"See './{Verb.PathOf(parsed.CommandResult)} --help'.");
        return ExitCode.Usage;
    }
}
