using System.Collections.Concurrent;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Execution.Channels.Email;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Execution.Dispatch;

/// <summary>The room's door: carries treatments out, each exactly once, whatever dies in between. Thread-safe.</summary>
/// <remarks>
/// Steps of one message: treatment into the log, claim, last check, mail into the outbox (its rename is the sending), delivery into the log, claim closed.
/// A claim without a delivery is looked at before anything else is sent: when the mail is in the outbox it is noted, when it is not it is written.
/// A treatment that was recorded but never claimed is not picked up again: the next turn decides anew, on the same day under the same id.
/// </remarks>
public sealed class Dispatcher(
    IEventLog log,
    IShopStore store,
    HandOverCheck check,
    EmailChannel email,
    TimeProvider clock,
    ILogger<Dispatcher> logger) : IDisposable
{
    private const int BatchSize = 64;

    private readonly SemaphoreSlim reconciling = new(1, 1);
    private readonly ConcurrentDictionary<TreatmentId, bool> inFlight = new();
    private bool isReconciled;

    /// <summary>Carries treatments out in one mode, as of now.</summary>
    public Task<IReadOnlyList<Delivery>> DeliverAsync(IReadOnlyList<Treatment> treatments, LoopMode mode, CancellationToken cancellationToken) =>
        DeliverAsync(treatments, _ => ValueTask.FromResult(mode), clock.GetUtcNow(), cancellationToken);

    /// <summary>Carries treatments out. Observing: written down as drafts. Stopped: nothing. Running: messages are sent to the treated arm and withheld from the control arm, after the same checks.</summary>
    /// <param name="treatments">What was decided; slots are not carried out here but by those who wait for them.</param>
    /// <param name="readMode">Asked again before each message, so that a stop takes effect at once.</param>
    /// <param name="at">The moment the turn stands at.</param>
    /// <param name="cancellationToken">Stops between two messages.</param>
    /// <returns>Deliveries of this call, in order; a treatment handled by an earlier call has none.</returns>
    public async Task<IReadOnlyList<Delivery>> DeliverAsync(
        IReadOnlyList<Treatment> treatments, Func<CancellationToken, ValueTask<LoopMode>> readMode, DateTimeOffset at, CancellationToken cancellationToken)
    {
        List<Delivery> deliveries = [.. await ReconcileAsync(readMode, at, cancellationToken)];
        foreach (Treatment[] batch in treatments.Where(t => t.Channel != Channel.OnSite).Chunk(BatchSize))
        {
            if (await readMode(cancellationToken) == LoopMode.Stopped)
            {
                break;
            }

            await log.AppendAsync(batch, cancellationToken);
            deliveries.AddRange(await DeliverBatchAsync(batch, readMode, at, cancellationToken));
        }

        return deliveries;
    }

    /// <summary>Finishes what a crash or a full disk left open. Called by each delivery; a call of its own at start makes it happen at once. Without open claims it costs one look.</summary>
    public async Task<IReadOnlyList<Delivery>> ReconcileAsync(Func<CancellationToken, ValueTask<LoopMode>> readMode, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await reconciling.WaitAsync(cancellationToken);
        try
        {
            if (isReconciled)
            {
                return [];
            }

            HashSet<TreatmentId> open = [.. (await store.ListOpenClaimsAsync(cancellationToken)).Where(id => !inFlight.ContainsKey(id))];
            List<Delivery> deliveries = open.Count == 0 ? [] : await FinishAsync(open, readMode, at, cancellationToken);
            isReconciled = open.Count == 0;
            return deliveries;
        }
        finally
        {
            reconciling.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => reconciling.Dispose();

    private async Task<List<Delivery>> DeliverBatchAsync(
        Treatment[] batch, Func<CancellationToken, ValueTask<LoopMode>> readMode, DateTimeOffset at, CancellationToken cancellationToken)
    {
        List<Delivery> deliveries = [];
        List<TreatmentId> claimed = [];
        try
        {
            foreach (Treatment treatment in batch)
            {
                LoopMode mode = await readMode(cancellationToken);
                if (mode == LoopMode.Stopped)
                {
                    break;
                }

                if (mode == LoopMode.Observe)
                {
                    deliveries.Add(DeliveryOf(treatment, DeliveryStatus.Drafted, at));
                    continue;
                }

                inFlight[treatment.Id] = true;
                claimed.Add(treatment.Id);
                if (await store.TryClaimAsync(treatment.Id, treatment.Customer, at, cancellationToken))
                {
                    deliveries.Add(await HandOverAsync(treatment, at, cancellationToken));
                }
            }

            await NoteAsync(deliveries, cancellationToken);
        }
        finally
        {
            claimed.ForEach(id => inFlight.TryRemove(id, out _));
        }

        return deliveries;
    }

    private async Task<Delivery> HandOverAsync(Treatment treatment, DateTimeOffset at, CancellationToken cancellationToken)
    {
        HandOver answer = await check.AskAsync(treatment, at, cancellationToken);
        if (answer is not { Profile: { } profile })
        {
            RefusalReason reason = answer.Refusal?.Reason ?? RefusalReason.NoConsent;
            return DeliveryOf(treatment, reason == RefusalReason.Expired ? DeliveryStatus.Expired : DeliveryStatus.Refused, at, reason.ToString());
        }

        if (treatment.Arm == Arm.Control)
        {
            return DeliveryOf(treatment, DeliveryStatus.Withheld, at);
        }

        try
        {
            await email.SendAsync(treatment, profile, at, cancellationToken);
            return DeliveryOf(treatment, DeliveryStatus.Sent, at);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            check.Release(treatment);
            Volatile.Write(ref isReconciled, false); // the claim stays open and the next turn tries again
            logger.MessageFailed(trouble, treatment.Id.Value);
            return DeliveryOf(treatment, DeliveryStatus.Failed, at, "outbox");
        }
    }

    private async Task<List<Delivery>> FinishAsync(
        HashSet<TreatmentId> open, Func<CancellationToken, ValueTask<LoopMode>> readMode, DateTimeOffset at, CancellationToken cancellationToken)
    {
        int noted = 0, written = 0, refused = 0;
        HashSet<TreatmentId> done = await FindDoneAsync(open, cancellationToken);
        foreach (TreatmentId id in done.OrderBy(i => i.Value, StringComparer.Ordinal))
        {
            await store.CloseClaimAsync(id, cancellationToken);
            open.Remove(id);
        }

        List<Delivery> deliveries = [];
        List<Treatment> left = await FindTreatmentsAsync(open, cancellationToken);

        // First all that had left already: they count under the cap of those that follow.
        foreach (Treatment treatment in left.Where(t => email.HasSent(t.Id)))
        {
            await check.NoteAsync(treatment, at, cancellationToken);
            deliveries.Add(DeliveryOf(treatment, DeliveryStatus.Sent, at));
            noted++;
        }

        foreach (Treatment treatment in left.Where(t => !email.HasSent(t.Id)))
        {
            if (await readMode(cancellationToken) == LoopMode.Running)
            {
                Delivery delivery = await HandOverAsync(treatment, at, cancellationToken);
                deliveries.Add(delivery);
                _ = delivery.Status is DeliveryStatus.Sent or DeliveryStatus.Withheld ? written++ : refused++;
            }
        }

        await NoteAsync(deliveries, cancellationToken);
        logger.Reconciled(done.Count + noted, written, refused, left.Count - noted - written - refused);
        deliveries.Where(IsFinal).ToList().ForEach(d => open.Remove(d.Treatment));
        return deliveries;
    }

    private async Task<HashSet<TreatmentId>> FindDoneAsync(HashSet<TreatmentId> open, CancellationToken cancellationToken)
    {
        HashSet<TreatmentId> done = [];
        await foreach (Delivery delivery in log.ReadAsync<Delivery>(LogRange.Everything, cancellationToken))
        {
            if (IsFinal(delivery) && open.Contains(delivery.Treatment))
            {
                done.Add(delivery.Treatment);
            }
        }

        return done;
    }

    private async Task<List<Treatment>> FindTreatmentsAsync(HashSet<TreatmentId> open, CancellationToken cancellationToken)
    {
        List<Treatment> found = [];
        if (open.Count == 0)
        {
            return found;
        }

        await foreach (Treatment treatment in log.ReadAsync<Treatment>(LogRange.Everything, cancellationToken))
        {
            if (open.Contains(treatment.Id))
            {
                found.Add(treatment);
            }
        }

        return found;
    }

    private async Task NoteAsync(List<Delivery> deliveries, CancellationToken cancellationToken)
    {
        if (deliveries.Count == 0)
        {
            return;
        }

        await log.AppendAsync(deliveries, cancellationToken);
        foreach (Delivery delivery in deliveries.Where(IsFinal))
        {
            await store.CloseClaimAsync(delivery.Treatment, cancellationToken);
        }
    }

    private static bool IsFinal(Delivery delivery) => delivery.Status is not (DeliveryStatus.Drafted or DeliveryStatus.Failed);

    private static Delivery DeliveryOf(Treatment treatment, DeliveryStatus status, DateTimeOffset at, string? detail = null) => new()
    {
        Treatment = treatment.Id,
        Customer = treatment.Customer,
        Channel = treatment.Channel,
        Status = status,
        Detail = detail,
        At = at,
    };
}
