using MarketLoop.Data.EventLog;
using MarketLoop.Data.Journeys;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server.Hosting;

/// <summary>Learns anew what is bought together while events come in.</summary>
internal sealed class PartnerRenewal(BoughtTogether together, JourneyReader journeys, IEventLog log, TimeProvider clock, ILogger<PartnerRenewal> logger) : PacedRenewal(clock)
{
    private long learned;

    /// <inheritdoc />
    public override async Task RenewAsync(CancellationToken cancellationToken)
    {
        long head = log.Head;
        if (head == learned)
        {
            return;
        }

        try
        {
            await together.RenewAsync(journeys.ReadOrderLinesAsync(TimeWindow.Everything, cancellationToken), cancellationToken);
        }
        catch (MarketLoopException trouble)
        {
            Log.PartnersFailed(logger, trouble);
        }

        learned = head;
    }
}
