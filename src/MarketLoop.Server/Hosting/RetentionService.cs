using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Hosting;

/// <summary>Retires what is older than the owner wants to keep, once an hour.</summary>
internal sealed class RetentionService(FolderUpkeep upkeep, IOptions<RetentionOptions> options, ILogger<RetentionService> logger) : BackgroundService
{
    private static readonly TimeSpan Cadence = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.DaysByEvent.Count == 0)
        {
            return;
        }

        using PeriodicTimer timer = new(Cadence, TimeProvider.System);
        try
        {
            do
            {
                await RetireAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
    }

    private async Task RetireAsync(CancellationToken stoppingToken)
    {
        try
        {
            await upkeep.RetireAsync(options.Value, stoppingToken);
        }
        catch (MarketLoopException trouble)
        {
            Log.RetentionPutOff(logger, trouble); // the next hour does the same
        }
    }
}
