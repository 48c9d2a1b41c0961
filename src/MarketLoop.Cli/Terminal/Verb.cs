using System.CommandLine;
using System.CommandLine.Parsing;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Terminal;

/// <summary>A command with examples, which turns trouble into one line on stderr and an exit code.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Every verb has it.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Answer as JSON on stdout.", Recursive = true };

    /// <summary>Command lines shown under the help, without the leading "./".</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>The words that lead to a command, such as <c>marketloop data keys add</c>.</summary>
    public static string PathOf(CommandResult result)
    {
        Stack<string> words = new();
        for (SymbolResult? at = result; at is CommandResult inner; at = inner.Parent)
        {
            words.Push(inner.Command.Name);
        }

        return string.Join(' ', words);
    }

    /// <summary>Sets what the verb does.</summary>
    public Verb Does(Func<ParseResult, Screen, CancellationToken, Task<int>> run)
    {
        SetAction((parsed, cancellationToken) => GuardAsync(parsed, run, cancellationToken));
        return this;
    }

    private static async Task<int> GuardAsync(ParseResult parsed, Func<ParseResult, Screen, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        Screen screen = new(Console.Out, Console.Error, parsed.GetValue(Json));
        try
        {
            return await run(parsed, screen, cancellationToken);
        }
        catch (UsageException e)
        {
            screen.Error(e.Message);
            screen.Note($"See './{PathOf(parsed.CommandResult)} --help'.");
            return ExitCode.Usage;
        }
        catch (MarketLoopException e)
        {
            screen.Error(e.IsTransient ? $"{e.Message} Trying again may help." : e.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            screen.Error("stopped before it was done.");
            return ExitCode.Failure;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("MARKETLOOP_TRACE") is null) // host border
        {
            screen.Error($"{e.GetType().Name}: {e.Message}");
            screen.Note("MARKETLOOP_TRACE=1 shows where.");
            return ExitCode.Failure;
        }
    }
}

/// <summary>The command line was understood by the parser but makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
