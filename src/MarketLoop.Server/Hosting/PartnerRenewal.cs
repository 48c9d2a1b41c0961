using System.Diagnostics;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Journeys;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Hosting;

/// <summary>Learns anew what is bought together while events come in, so seldom that it takes at most a twentieth of one core.</summary>
internal sealed class PartnerRenewal(BoughtTogether together, JourneyReader journeys, IEventLog log, ILogger<PartnerRenewal> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private const int RestFactor = 20;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long learned = 0;
        TimeSpan rest = Pause;
        try
        {
            while (true)
            {
                if (log.Head is var head && head != learned)
                {
                    rest = await RenewAsync(stoppingToken);
                    learned = head;
                }

                await Task.Delay(rest > Pause ? rest : Pause, TimeProvider.System, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
    }

    private async Task<TimeSpan> RenewAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            await together.RenewAsync(journeys.ReadOrderLinesAsync(TimeWindow.Everything, cancellationToken), cancellationToken);
        }
        catch (MarketLoopException trouble)
        {
            Log.PartnersFailed(logger, trouble);
        }

        return Stopwatch.GetElapsedTime(start) * RestFactor;
    }
}
