using System.Text.Encodings.Web;
using System.Text.Json;
using MarketLoop.Server.Hosting;

namespace MarketLoop.Cli.Terminal;

/// <summary>Where a verb writes: answers on stdout, everything else (progress, notes, errors) on stderr.</summary>
internal sealed class Screen(TextWriter output, TextWriter error, bool isJson)
{
    /// <summary>How records are written as JSON: the same names as the HTTP API.</summary>
    public static JsonSerializerOptions JsonOptions => Formats.Indented;

    /// <summary>True when a program reads us.</summary>
    public bool IsJson => isJson;

    /// <summary>True when a person sits at a terminal that can redraw a line.</summary>
    public bool IsInteractive { get; } = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb") && !isJson;

    /// <summary>One line of the answer.</summary>
    public void Line(string text = "") => output.WriteLine(text);

    /// <summary>The answer as JSON.</summary>
    public void Json<T>(T value) => output.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    /// <summary>The answer as JSON on one line, for answers that others may follow.</summary>
    public void JsonLine<T>(T value) => output.WriteLine(JsonSerializer.Serialize(value, JsonFormat.Options));

    /// <summary>Something worth knowing that is not the answer.</summary>
    public void Note(string text) => error.WriteLine(text);

    /// <summary>What went wrong, and its cure.</summary>
    public void Error(string text) => error.WriteLine($"error: {text}");

    // The relaxed encoder is for terminals and files: nobody puts this text into a page.
    // Apart, so that a verb without JSON does not load the server's assembly.
    private static class Formats
    {
        public static JsonSerializerOptions Indented { get; } = new(JsonFormat.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    }
}
