using System.Collections.Immutable;
using MarketLoop.Domain;

namespace MarketLoop.Data.Models;

/// <summary>The model registry: manifests in the keyed store, files in <c>models/{version}/</c> of the data folder. Thread-safe.</summary>
public interface IModelStore
{
    /// <summary>All trainings, newest first.</summary>
    Task<IReadOnlyList<ModelManifest>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The one that serves; null before any.</summary>
    Task<ModelManifest?> FindActiveAsync(CancellationToken cancellationToken);

    /// <summary>An empty folder for a training to write into.</summary>
    string CreateStagingFolder();

    /// <summary>Verifies the files of a staging folder against the manifest's hashes, moves them in, gives the next version, and makes it the active one.</summary>
    /// <exception cref="MarketLoopException">A file is missing or its hash differs; nothing changed.</exception>
    Task<ModelManifest> RegisterAsync(ModelManifest manifest, string stagingFolder, CancellationToken cancellationToken);

    /// <summary>Folder of one version's files.</summary>
    string FolderOf(ModelVersion version);
}

/// <summary>One training: what was fitted, on what, how well.</summary>
public sealed record ModelManifest
{
    /// <summary>Version; 0 until registered.</summary>
    public ModelVersion Version { get; init; }

    /// <summary>First event used.</summary>
    public required DateTimeOffset DataFrom { get; init; }

    /// <summary>End of the data used (exclusive).</summary>
    public required DateTimeOffset DataUntil { get; init; }

    /// <summary>Interactions used.</summary>
    public required long Interactions { get; init; }

    /// <summary>Seed of all randomness.</summary>
    public required int Seed { get; init; }

    /// <summary>The models inside.</summary>
    public required IReadOnlyList<ModelCard> Models { get; init; }

    /// <summary>SHA-256 (hex) of each file in the folder, by file name.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }
}

/// <summary>One fitted model.</summary>
/// <param name="Name">What it is for: <c>segments</c>, <c>preference</c>, <c>response</c>, <c>value</c>, <c>buys</c>, <c>churn</c>.</param>
/// <param name="Algorithm">What it is, such as <c>k-means</c>.</param>
/// <param name="Parameters">What was chosen.</param>
/// <param name="Metrics">How well it did on the held-out time split: <c>recall</c>, <c>ndcg</c>, <c>precision</c>, <c>f1</c>, <c>auc</c>, <c>silhouette</c> ...</param>
/// <param name="Choice">Why this one was chosen, in words.</param>
public sealed record ModelCard(
    string Name,
    string Algorithm,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyDictionary<string, double> Metrics,
    string Choice)
{
    /// <summary>Curves behind the metrics of a classifier; null for other models, and in files of before they were kept.</summary>
    public ModelCurves? Curves { get; init; }

    /// <summary>What rankers were compared, and what their lists are like; null for other models, and in files of before it was kept.</summary>
    public RankerComparison? Rankers { get; init; }

    /// <summary>The card of a model that could not be fitted.</summary>
    /// <param name="name">What it would have been for.</param>
    /// <param name="reason">What is missing, in words.</param>
    public static ModelCard None(string name, string reason) => new(name, "none", ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, double>.Empty, $"no model: {reason}");
}

/// <summary>A contest of rankers.</summary>
/// <param name="HeldOut">On the held-out part of the history: the chosen one first, then its parts alone and simple ones.</param>
/// <param name="Candidates">On the validation part: the best of each family of models, best first.</param>
public sealed record RankerComparison(IReadOnlyList<RankerFigures> HeldOut, IReadOnlyList<CandidateFigures> Candidates);

/// <summary>Lists of one ranker, measured.</summary>
/// <param name="Name">The ranker; <c>chosen</c> for the chosen one.</param>
/// <param name="Recall">Share found of what was taken then.</param>
/// <param name="Ndcg">The same, weighed by place.</param>
/// <param name="Coverage">Share of all products shown to anybody.</param>
/// <param name="Gini">How unevenly products are shown, 0 (alike) to 1 (few get everything).</param>
/// <param name="Novelty">Mean self-information of what is shown, in bits: the lower, the more popular it is anyway.</param>
public sealed record RankerFigures(string Name, double Recall, double Ndcg, double Coverage, double Gini, double Novelty);

/// <summary>The best settings of one family.</summary>
/// <param name="Model">The family.</param>
/// <param name="Tried">Settings tried.</param>
/// <param name="Ndcg">NDCG of the best on the validation part.</param>
public sealed record CandidateFigures(string Model, int Tried, double Ndcg);

/// <summary>How a classifier did on held-out rows, threshold by threshold.</summary>
/// <param name="Thresholds">What each threshold gives, highest first, at most a few dozen.</param>
/// <param name="Calibration">Predicted against observed rates; bins without rows are left out.</param>
/// <param name="Importance">Features by what the predictions owe them, most first.</param>
public sealed record ModelCurves(IReadOnlyList<ThresholdPoint> Thresholds, IReadOnlyList<CalibrationPoint> Calibration, IReadOnlyList<FeatureImportance> Importance);

/// <summary>What a threshold gives, shares 0..1.</summary>
/// <param name="Recall">Share of the positives found.</param>
/// <param name="FalsePositiveRate">Share of the negatives called positive.</param>
/// <param name="Precision">Positives among those called positive.</param>
public sealed record ThresholdPoint(double Recall, double FalsePositiveRate, double Precision);

/// <summary>Rows of about one probability.</summary>
/// <param name="Predicted">Their mean probability, 0..1.</param>
/// <param name="Observed">Their share of positives, 0..1.</param>
/// <param name="Rows">How many they are.</param>
public sealed record CalibrationPoint(double Predicted, double Observed, int Rows);

/// <summary>How much worse predictions get when a feature is shuffled over the held-out rows.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="LogLossIncrease">About 0, or below by chance, for one that says nothing.</param>
public sealed record FeatureImportance(string Feature, double LogLossIncrease);
