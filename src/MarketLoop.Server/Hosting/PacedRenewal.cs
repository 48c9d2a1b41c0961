using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace MarketLoop.Server.Hosting;

/// <summary>
/// Learns something anew again and again, so seldom that it takes at most a hundredth of the time: after each renewal it rests a hundred times as long, so that what it
/// takes of the cores and the heap stays out of the slowest hundredth of the answers. Under a manual clock it keeps
/// still, and each turn renews.
/// </summary>
internal abstract class PacedRenewal(TimeProvider clock) : BackgroundService, ITurnRenewal
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private const int RestFactor = 100;

    /// <inheritdoc />
    public abstract Task RenewAsync(CancellationToken cancellationToken);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (clock is ManualClock)
        {
            return;
        }

        try
        {
            while (true)
            {
                long start = Stopwatch.GetTimestamp();
                await RenewAsync(stoppingToken);
                TimeSpan rest = Stopwatch.GetElapsedTime(start) * RestFactor;
                await Task.Delay(rest > Pause ? rest : Pause, TimeProvider.System, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
    }
}
