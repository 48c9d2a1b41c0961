using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MarketLoop.Analysis.Evaluation.Ranking;
using Xunit;

namespace MarketLoop.Tests.Analysis.Ranking;

/// <summary>A folder for the files of one test, and what is asked of them.</summary>
internal sealed class FormatFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("marketloop-ranking-");

    public string Path => folder.FullName;

    public void Dispose() => folder.Delete(recursive: true);

    public string Write(string name, params IEnumerable<string> lines)
    {
        string path = System.IO.Path.Combine(Path, name);
        byte[] content = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        using Stream file = File.Create(path);
        using Stream packed = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        packed.Write(content);
        return path;
    }

    public static Task<RankingReport> Evaluate(string format, string train, string? test = null, string weights = "auto", params string[] models) => RankingEvaluator.EvaluateAsync(
        new RankingRequest { Format = format, Train = train, Test = test, At = 5, Weights = weights, Models = models }, TimeProvider.System, null, TestContext.Current.CancellationToken);

    /// <summary>Everything that was chosen, to the last digit.</summary>
    public static string ChoiceOf(RankingReport report) => JsonSerializer.Serialize(report.Chosen);
}
