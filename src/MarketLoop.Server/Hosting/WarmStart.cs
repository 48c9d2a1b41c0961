using System.Runtime.CompilerServices;
using MarketLoop.Analysis;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Hosting;

/// <summary>Brings back what the analyst knew before a restart, so that pages and slots need not wait for the next turn. Runs beside the first requests.</summary>
internal sealed class WarmStart(Analyst analyst, IShopStore store, ILogger<WarmStart> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if ((await store.ListTurnsAsync(1, stoppingToken)) is [{ } last])
            {
                await analyst.InterpretAsync(NoNews(stoppingToken), through: 0, last.AsOf, stoppingToken);   // its insights are in the log already
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
        catch (MarketLoopException trouble)
        {
            Log.WarmStartFailed(logger, trouble);   // the next turn does the same
        }
    }

    private static async IAsyncEnumerable<Interaction> NoNews([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.CompletedTask;
        yield break;
    }
}
