using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MarketLoop.Cli.Terminal;

/// <summary>The library's help, and under it the verb's examples.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly HelpAction inner;

    public HelpWithExamples(HelpAction inner)
    {
        this.inner = inner;
        inner.MaxWidth = 110; // the same on every terminal, so that an approved text can be held against it
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = inner.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(verb.Examples.Count == 1 ? "Example:" : "Examples:");
            foreach (string example in verb.Examples)
            {
                output.WriteLine($"  ./{example}");
            }

            output.WriteLine();
        }

        return code;
    }
}
