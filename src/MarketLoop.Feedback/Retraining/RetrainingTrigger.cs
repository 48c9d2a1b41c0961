using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop.Feedback.Retraining;

/// <summary>Says when new data calls for a training; nobody has to. Thread-safe.</summary>
/// <remarks>Age is the age of the data, not of the file: history that was imported once and never grows is not trained on for ever.</remarks>
public sealed class RetrainingTrigger(IEventLog log, IModelStore models, IOptions<RetrainingOptions> options, TimeProvider clock, ILogger<RetrainingTrigger> logger)
{
    private readonly Lock gate = new();
    private long headSeen = -1;
    private ModelVersion? versionSeen;
    private DateTimeOffset? startedAt;

    /// <summary>True when a training is due. Costs a count of the log, and nothing while the log stands still.</summary>
    public async Task<bool> IsDueAsync(CancellationToken cancellationToken)
    {
        ModelManifest? active = await models.FindActiveAsync(cancellationToken);
        long head = log.Head;
        lock (gate)
        {
            if ((head == headSeen && active?.Version == versionSeen) || IsResting())
            {
                return false;
            }
        }

        LogStatus status = await log.GetStatusAsync(cancellationToken);
        long newOnes = status.Events - (active?.Interactions ?? 0);
        string? reason = ReasonFor(active, status, newOnes);
        lock (gate)
        {
            if (reason is null)
            {
                (headSeen, versionSeen) = (head, active?.Version);
                return false;
            }
        }

        logger.RetrainingDue(reason, newOnes);
        return true;
    }

    /// <summary>Notes that a training begins, whatever comes of it: a failing one must not be tried without pause.</summary>
    public void NoteStarted()
    {
        lock (gate)
        {
            startedAt = clock.GetUtcNow();
        }
    }

    private bool IsResting() => startedAt is { } started && clock.GetUtcNow() < started.AddHours(options.Value.RestHours);

    private string? ReasonFor(ModelManifest? active, LogStatus status, long newOnes)
    {
        RetrainingOptions rule = options.Value;
        if (active is null)
        {
            return status.Events >= rule.FirstAt ? "first training" : null;
        }

        if (newOnes <= 0)
        {
            return null;
        }

        if (newOnes >= rule.NewAtLeast && newOnes >= rule.NewShare * active.Interactions)
        {
            return "new data";
        }

        return status.Last is { } last && last >= active.DataUntil.AddDays(rule.AfterDays) ? "age" : null;
    }
}
