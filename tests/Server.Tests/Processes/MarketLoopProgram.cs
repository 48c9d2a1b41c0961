using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>The <c>marketloop</c> program as people and scripts start it.</summary>
internal static class MarketLoopProgram
{
    private const string Project = "MarketLoop.Cli";

    /// <summary>Starts it.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? variables = null) =>
        BuiltProgram.Start(Project, Project, arguments, variables);

    /// <summary>Runs it to its end.</summary>
    public static Task<ProgramAnswer> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? variables = null) =>
        BuiltProgram.RunAsync(Project, Project, arguments, TestContext.Current.CancellationToken, variables);

    /// <summary>Runs it with <c>--json</c>; its whole stdout must be one JSON value, whatever it tells on stderr.</summary>
    public static async Task<JsonElement> ReadAsync(int exitCode, params string[] arguments)
    {
        ProgramAnswer answer = await RunAsync([.. arguments, "--json"]);
        Assert.True(answer.ExitCode == exitCode, $"{string.Join(' ', arguments)} ended with {answer.ExitCode}: {answer.Errors}");
        return JsonSerializer.Deserialize<JsonElement>(answer.Output);
    }

    /// <summary>The same for what must succeed.</summary>
    public static Task<JsonElement> ReadAsync(params string[] arguments) => ReadAsync(0, arguments);
}
