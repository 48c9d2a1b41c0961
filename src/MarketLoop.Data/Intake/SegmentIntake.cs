using System.Text.Json;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>The door of the loop: takes bodies of the Segment tracking API and stores every good event durably and once. Thread-safe.</summary>
/// <remarks>A bad event never costs its neighbours: it gets a verdict and goes to the <see cref="EventQuarantine"/>.</remarks>
public sealed class SegmentIntake
{
    private readonly IEventLog log;
    private readonly EventQuarantine quarantine;
    private readonly SegmentEventReader reader;
    private readonly MessageContents contents = new();
    private readonly List<Action<IReadOnlyList<Interaction>>> listeners = [];

    /// <summary>Makes the intake of one shop.</summary>
    /// <param name="log">Where good events go.</param>
    /// <param name="quarantine">Where bad ones wait.</param>
    /// <param name="options">Limits.</param>
    /// <param name="identity">Knows which ids stand for nobody, and makes keys; without it an event that shows only a key is refused.</param>
    public SegmentIntake(IEventLog log, EventQuarantine quarantine, IntakeOptions options, CustomerIdentity? identity = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(quarantine);
        ArgumentNullException.ThrowIfNull(options);
        this.log = log;
        this.quarantine = quarantine;
        Activity = new IntakeActivity();
        Options = options;
        reader = new SegmentEventReader(options, identity);
    }

    /// <summary>What came in since the start.</summary>
    public IntakeActivity Activity { get; }

    /// <summary>The limits in force.</summary>
    public IntakeOptions Options { get; }

    /// <summary>The rejected events.</summary>
    public EventQuarantine Quarantine => quarantine;

    /// <summary>Has somebody who keeps customers' newest acts in memory told of them, after they are on disk and before they are acknowledged. Call it before the first body.</summary>
    public void TellOfArrivals(Action<IReadOnlyList<Interaction>> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        listeners.Add(listener);
    }

    /// <summary>Takes a body: see the other overload.</summary>
    /// <exception cref="ArgumentException">The bytes are not JSON.</exception>
    public async Task<IntakeVerdict> AcceptAsync(
        SourceId source, ReadOnlyMemory<byte> utf8Json, IntakeRoute route, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        if (!IntakeBody.TryParse(utf8Json, out IntakeBody? body, out string? reason))
        {
            throw new ArgumentException(reason, nameof(utf8Json));
        }

        using (body)
        {
            return await AcceptAsync(source, body, route, receivedAt, cancellationToken);
        }
    }

    /// <summary>Takes a parsed body: returning means that every event counted as accepted or duplicate is on disk.</summary>
    /// <param name="source">Who sends.</param>
    /// <param name="body">The body.</param>
    /// <param name="route">The call it came with.</param>
    /// <param name="receivedAt">Our clock at arrival.</param>
    /// <param name="cancellationToken">Cancels before storing.</param>
    /// <exception cref="MarketLoopException">The store cannot write; nothing of this body was acknowledged.</exception>
    public async Task<IntakeVerdict> AcceptAsync(
        SourceId source, IntakeBody body, IntakeRoute route, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (route == IntakeRoute.Measurement)
        {
            return await AcceptMeasurementAsync(source, body, receivedAt, cancellationToken);
        }

        BodyEnvelope envelope = new(receivedAt, body.Read("sentAt"), body.Read("timestamp"), IsImport: false, body.HasPrivacyControl);
        List<Interaction> good = [];
        List<EventFault> flagged = [];
        List<QuarantinedEvent> bad = [];
        if (route != IntakeRoute.Batch)
        {
            Judge(body.Root, 0);
        }
        else if ((body.Root.ValueKind == JsonValueKind.Array ? body.Root : body.Read("batch")) is { ValueKind: JsonValueKind.Array } batch)
        {
            int index = 0;
            foreach (JsonElement item in batch.EnumerateArray())
            {
                Judge(item, index++);
            }
        }
        else
        {
            bad.Add(new QuarantinedEvent(new EventFault(0, FaultCodes.MissingBatch, "The body has no batch array."), body.Root));
        }

        AppendReceipt receipt = good.Count == 0 ? new AppendReceipt(0, 0, 0) : await log.AppendAsync(good, cancellationToken);
        listeners.ForEach(listener => listener(good));
        await quarantine.AddAsync(bad, source, receivedAt, CancellationToken.None);
        IntakeVerdict verdict = new(receipt.Stored, receipt.Duplicates, [.. bad.Select(item => item.Fault)], flagged);
        Activity.NoteVerdict(source, verdict, receivedAt);
        return verdict;

        void Judge(JsonElement item, int index)
        {
            (SegmentEvent? understood, Fault? fault) = reader.Read(item, route, source, envelope, index);
            if (understood is null)
            {
                bad.Add(new QuarantinedEvent(new EventFault(index, fault!.Code, fault.Reason), item)); // one of the two is there
                return;
            }

            good.Add(understood.Interaction);
            if (understood.IsClamped)
            {
                flagged.Add(new EventFault(index, FaultCodes.FutureTimestamp, "The event lies in the future; it was dated at its arrival."));
            }
            else if (contents.DiffersFromFirst(understood.Interaction))
            {
                flagged.Add(new EventFault(index, FaultCodes.ConflictingDuplicate, "This message id came before with another content; the first stays."));
                Activity.NoteConflict(source, understood.Interaction.MessageId, receivedAt);
            }

            if (understood.IsSelfAlias)
            {
                flagged.Add(new EventFault(index, FaultCodes.SelfAlias, "The alias names one id twice; it changes nothing."));
            }
        }
    }

    private async Task<IntakeVerdict> AcceptMeasurementAsync(SourceId source, IntakeBody body, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        using IntakeBody? batch = MeasurementProtocol.ToBatch(body);
        (batch ?? body).HasPrivacyControl = body.HasPrivacyControl;
        return await AcceptAsync(source, batch ?? body, IntakeRoute.Batch, receivedAt, cancellationToken);
    }
}
