using System.Text.Json;
using MarketLoop.Analysis.Segmentation;

namespace MarketLoop.Analysis.Models;

/// <summary>What a training is told. It travels to the child process as <c>options.json</c> beside the snapshot.</summary>
public sealed record TrainingOptions
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "options.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Seed of all randomness: same snapshot and seed, same bytes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The shop's time zone (IANA name).</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Days in which the response model expects a purchase.</summary>
    public int HorizonDays { get; init; } = 7;

    /// <summary>Days in which the outlook (buys, churn) expects an order.</summary>
    public int OutlookDays { get; init; } = 30;

    /// <summary>As in <see cref="AnalysisOptions.Rankers"/>.</summary>
    public RankerOptions Rankers { get; init; } = new();

    /// <summary>Segments of the models in force, whose keys and names the new ones continue; null before any.</summary>
    public SegmentModel? PreviousSegments { get; init; }

    /// <summary>Writes the options beside a snapshot.</summary>
    public Task WriteAsync(string snapshotFolder, CancellationToken cancellationToken) =>
        File.WriteAllBytesAsync(Path.Combine(snapshotFolder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Json), cancellationToken);

    /// <summary>Reads the options beside a snapshot; the defaults when there are none.</summary>
    public static async Task<TrainingOptions> ReadAsync(string snapshotFolder, CancellationToken cancellationToken)
    {
        string path = Path.Combine(snapshotFolder, FileName);
        return File.Exists(path)
            ? JsonSerializer.Deserialize<TrainingOptions>(await File.ReadAllBytesAsync(path, cancellationToken), Json) ?? new TrainingOptions()
            : new TrainingOptions();
    }
}

/// <summary>How far a training is.</summary>
/// <param name="Fraction">Share done, 0..1.</param>
/// <param name="Step">What it does, in words.</param>
public sealed record TrainingProgress(double Fraction, string Step)
{
    private const string Prefix = "progress ";

    /// <summary>The line a child writes to its output.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Prefix}{Fraction:0.000} {Step}");

    /// <summary>Reads such a line; null when it is another.</summary>
    public static TrainingProgress? Parse(string line)
    {
        string[] parts = line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..].Split(' ', 2) : [];
        return parts.Length == 2 && double.TryParse(parts[0], System.Globalization.CultureInfo.InvariantCulture, out double fraction)
            ? new TrainingProgress(fraction, parts[1])
            : null;
    }
}
