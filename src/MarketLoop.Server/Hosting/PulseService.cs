using MarketLoop.Data.Pulse;
using Microsoft.Extensions.Hosting;

namespace MarketLoop.Server.Hosting;

/// <summary>Keeps the log's pulse going and looks at it. A beat that hangs does not keep the look from noticing.</summary>
internal sealed class PulseService(LogPulse pulse, PulseWatch watch) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(PulseWatch.Cadence, TimeProvider.System); // a simulation's clock must not stop the watch
        Task beat = Task.CompletedTask;
        int ticksPerBeat = (int)(LogPulse.Period / PulseWatch.Cadence);
        try
        {
            for (int tick = 0; ; tick++)
            {
                if (tick % ticksPerBeat == 0 && beat.IsCompleted)
                {
                    beat = pulse.BeatAsync(stoppingToken);
                }

                await watch.LookAsync(stoppingToken);
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
        finally
        {
            await beat.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
