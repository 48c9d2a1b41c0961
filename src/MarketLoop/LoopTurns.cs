using MarketLoop.Data.EventLog;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop;

/// <summary>Runs turns one after another, trains first when the data asks for it, and keeps each turn's report. Thread-safe: a second caller waits its turn.</summary>
public sealed class LoopTurns : IDisposable
{
    private readonly LoopCycle cycle;
    private readonly LoopMemory memory;
    private readonly ModelRenewal renewal;
    private readonly IReadOnlyList<ITurnRenewal> renewedByTurns;
    private readonly LoopOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<LoopTurns> logger;
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <summary>Made by the container.</summary>
    public LoopTurns(LoopCycle cycle, LoopMemory memory, ModelRenewal renewal, IEnumerable<ITurnRenewal> others, IOptions<LoopOptions> options, TimeProvider clock, ILogger<LoopTurns> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.cycle = cycle;
        this.memory = memory;
        this.renewal = renewal;
        renewedByTurns = clock is ManualClock ? [.. others] : [];
        this.options = options.Value;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>True while a turn is under way.</summary>
    public bool IsTurning => gate.CurrentCount == 0;

    /// <summary>True when enough is new, or anything is new and enough time has passed, or a closing attribution window has to be looked at.</summary>
    public async Task<bool> IsDueAsync(CancellationToken cancellationToken)
    {
        long news = memory.Head - await memory.ReadPositionAsync(cancellationToken);
        if (news >= options.TurnAfterInteractions)
        {
            return true;
        }

        TurnReport? last = await memory.FindLastTurnAsync(cancellationToken);
        return last is null ? news > 0 : clock.GetUtcNow() - last.AsOf >= options.TurnEvery;
    }

    /// <summary>One turn.</summary>
    /// <param name="asOf">The moment to stand at, for imported history; nothing later is looked at. Null: now, with everything that arrived.</param>
    /// <param name="cancellationToken">Stops between two rooms.</param>
    /// <param name="progress">Told what is under way, in words; null when nobody listens.</param>
    /// <param name="most">Most records of the log to look at, so that a flood is taken in parts; null for all.</param>
    /// <exception cref="MarketLoopException">Storage or training trouble; the next turn looks at the same interactions again.</exception>
    public async Task<TurnReport> RunAsync(DateTimeOffset? asOf, CancellationToken cancellationToken, IProgress<string>? progress = null, long? most = null)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await TurnAsync(asOf, most, progress, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();

    private async Task<TurnReport> TurnAsync(DateTimeOffset? asOf, long? most, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        DateTimeOffset moment = asOf ?? clock.GetUtcNow();
        LogRange news = await memory.ReadNewsAsync(asOf, most, cancellationToken);
        LoopMode mode = await memory.ReadModeAsync(cancellationToken);
        TurnReport? last = await memory.FindLastTurnAsync(cancellationToken);
        int turn = (last?.Turn ?? 0) + 1;
        Log.TurnBegan(logger, turn, moment, mode);

        bool isRetrained = await renewal.RenewIfDueAsync(moment, progress, cancellationToken);
        progress?.Report("walking through the rooms");
        LoopSteps steps = await cycle.RunAsync(news, moment, memory.ReadModeAsync, cancellationToken);

        long interactions = await memory.CountInteractionsAsync(cancellationToken);
        TurnReport report = steps.Summarise(turn, moment, mode) with
        {
            Interactions = interactions,
            NewInteractions = interactions - (last?.Interactions ?? 0),
            Models = renewal.Version,
            Retrained = isRetrained,
        };
        await memory.KeepAsync(report, news, asOf, cancellationToken);
        foreach (ITurnRenewal other in renewedByTurns)
        {
            await other.RenewAsync(cancellationToken);
        }

        Log.TurnEnded(logger, turn, report.Insights, report.Treatments, report.Outcomes);
        return report;
    }
}
