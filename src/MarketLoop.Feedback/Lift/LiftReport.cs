using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Feedback.Attribution;
using Microsoft.Extensions.Options;

namespace MarketLoop.Feedback.Lift;

/// <summary>Compares the arms of the standing experiment. Thread-safe; the last answer is kept until the log moves.</summary>
/// <remarks>Control customers are exposed like treated ones: their slots show what the shop would show anyway and are measured when seen, their messages are withheld at the moment they would have left.
/// So both arms enter the comparison by the same rules, before anything could have changed them.</remarks>
public sealed class LiftReport(IEventLog log, IOptions<AttributionOptions> options) : IDisposable
{
    private static readonly TimeSpan LongestHandOver = TimeSpan.FromDays(3);
    private readonly SemaphoreSlim computing = new(1, 1);
    private (long Head, TimeWindow Window, LiftSummary Summary)? last;

    /// <summary>Compares over a window. O(treatments + interactions of the window).</summary>
    /// <param name="window">From when exposures count, until when orders count.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<LiftSummary> ComputeAsync(TimeWindow window, CancellationToken cancellationToken)
    {
        await computing.WaitAsync(cancellationToken);
        try
        {
            long head = log.Head;
            if (last is { } kept && kept.Head == head && kept.Window == window)
            {
                return kept.Summary;
            }

            LiftSummary summary = await ComputeAsync(window, head, cancellationToken);
            last = (head, window, summary);
            return summary;
        }
        finally
        {
            computing.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => computing.Dispose();

    private async Task<LiftSummary> ComputeAsync(TimeWindow window, long head, CancellationToken cancellationToken)
    {
        JourneyBook book = new(log);
        DateTimeOffset from = window.From - DateTimeOffset.MinValue > LongestHandOver ? window.From - LongestHandOver : window.From;
        await book.ReadExposuresAsync(new LogRange(0, head, window with { From = from }), isWanted: null, cancellationToken);
        if (book.Count > 0)
        {
            await foreach (Interaction interaction in log.ReadInteractionsAsync(new LogRange(0, head, window), cancellationToken))
            {
                if (book.Find(interaction.Customer) is not null)
                {
                    await book.AddAsync(interaction, cancellationToken);
                }
            }
        }

        // In order of customer: sums of doubles depend on it.
        List<CustomerJourney> journeys = [.. book.Customers.OrderBy(c => c.ToString(), StringComparer.Ordinal).Select(c => book.Find(c)).OfType<CustomerJourney>()];
        foreach (CustomerJourney journey in journeys)
        {
            journey.Exposures.RemoveAll(e => !window.Contains(e.At));
        }

        TimeSpan attribution = TimeSpan.FromDays(options.Value.WindowDays);
        List<LiftRow> rows = [.. journeys.SelectMany(j => j.Exposures)
            .Select(e => (e.Channel, e.Placement))
            .Distinct()
            .OrderBy(p => p.Channel)
            .ThenBy(p => p.Placement, StringComparer.Ordinal)
            .Select(p => LiftComparison.Compare(journeys, e => e.Channel == p.Channel && string.Equals(e.Placement, p.Placement, StringComparison.Ordinal), attribution, window.Until) with
            {
                Channel = p.Channel,
                Placement = p.Placement,
            })];
        return new LiftSummary(window, LiftComparison.Compare(journeys, _ => true, attribution, window.Until), rows);
    }
}
