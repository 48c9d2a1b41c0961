using MarketLoop.Analysis.Models;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Feedback.Retraining;
using Microsoft.Extensions.Logging;

namespace MarketLoop;

/// <summary>Joins room 5's wish for new models with room 2's training: asked at the start of each turn. Not for two turns at once.</summary>
public sealed class ModelRenewal(
    RetrainingTrigger trigger, TrainingProcess training, CurrentModels models, IEventLog eventLog, ILogger<ModelRenewal> logger)
{
    /// <summary>Version in force; null before the first training.</summary>
    public ModelVersion? Version => models.Value.Version;

    /// <summary>Trains when the data asks for it. A failing training costs nothing but its time: the models in force go on serving.</summary>
    /// <returns>True when new models came into force.</returns>
    public async Task<bool> RenewIfDueAsync(DateTimeOffset asOf, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (!await trigger.IsDueAsync(cancellationToken))
        {
            return false;
        }

        trigger.NoteStarted();
        try
        {
            ProgressInWords? words = progress is null ? null : new ProgressInWords(progress);
            await training.RunAsync(await EndOfDataAsync(asOf, cancellationToken), words, cancellationToken);
            return true;
        }
        catch (MarketLoopException trouble)
        {
            Log.TrainingFailed(logger, trouble);
            return false;
        }
    }

    // Imported history may end long before the clock: a horizon that reaches past its end would teach that nobody ever buys.
    private async Task<DateTimeOffset> EndOfDataAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        LogStatus status = await eventLog.GetStatusAsync(cancellationToken);
        return status.Last is { } last && last < asOf ? last.AddTicks(1) : asOf;
    }

    private sealed class ProgressInWords(IProgress<string> words) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => words.Report(value.ToString());
    }
}
