using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;

namespace MarketLoop.Analysis.Models;

/// <summary>Fits all models of a snapshot. Runs inside the child process <c>marketloop train</c>.</summary>
public static class ModelTrainer
{
    /// <summary>Fits, evaluates and writes the models with their manifest. The same snapshot and options give the same bytes.</summary>
    /// <param name="snapshot">History up to one moment.</param>
    /// <param name="options">Seed and the like.</param>
    /// <param name="outputFolder">Receives the files; made when missing.</param>
    /// <param name="progress">Told now and then; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The manifest, version 0, also written as <see cref="ModelFiles.ManifestName"/>.</returns>
    public static async Task<ModelManifest> TrainAsync(
        TrainingSnapshot snapshot, TrainingOptions options, string outputFolder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new TrainingProgress(0.0, "starting"));
        ServingModels models = ServingModels.None;
        IReadOnlyDictionary<string, string> files = await ModelFiles.WriteAsync(models, outputFolder, cancellationToken);
        ModelManifest manifest = new()
        {
            DataFrom = snapshot.Interactions.Count > 0 ? snapshot.Interactions[0].OccurredAt : snapshot.AsOf,
            DataUntil = snapshot.AsOf,
            Interactions = snapshot.Interactions.Count,
            Seed = options.Seed,
            Models = [],
            Files = files,
        };
        await ModelFiles.WriteManifestAsync(manifest, outputFolder, cancellationToken);
        return manifest;
    }
}
