using System.Diagnostics;
using MarketLoop.Decision.Recommending;
using Microsoft.Extensions.Hosting;

namespace MarketLoop.Server.Hosting;

/// <summary>Compares products by what is written about them when catalogue or model changed, so seldom that it takes at most a twentieth of the machine.</summary>
internal sealed class LikenessRenewal(AlikeByContent alike) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private const int RestFactor = 20;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                long start = Stopwatch.GetTimestamp();
                await Task.Run(() => alike.Renew(stoppingToken), stoppingToken);
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
