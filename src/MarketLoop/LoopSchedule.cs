using MarketLoop.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop;

/// <summary>Turns the loop by itself while a server lives: when enough is new, or when enough time has passed. Off under a manual clock, where the simulation turns it.</summary>
public sealed class LoopSchedule(LoopTurns turns, IOptions<LoopOptions> options, TimeProvider clock, ILogger<LoopSchedule> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (clock is ManualClock)
        {
            return;
        }

        using PeriodicTimer timer = new(options.Value.CheckEvery, clock);
        do
        {
            await TurnIfDueAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TurnIfDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await turns.IsDueAsync(cancellationToken)) // a flood is taken in parts
            {
                await turns.RunAsync(asOf: null, cancellationToken, most: options.Value.MostPerTurn);
            }
        }
        catch (MarketLoopException trouble)
        {
            Log.TurnFailed(logger, trouble);   // the next tick tries again: the log still holds everything
        }
    }
}
