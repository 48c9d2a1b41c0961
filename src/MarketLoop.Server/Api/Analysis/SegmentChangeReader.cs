using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Api.Analysis;

/// <summary>Segments over time, up to the last turn. Reading them costs a pass over the history, so an answer is kept until the next turn or training. Thread-safe; one reads at a time.</summary>
internal sealed class SegmentChangeReader(CurrentModels models, Analyst analyst, IEventLog log, ICatalogStore catalog, IOptions<AnalysisOptions> options) : IDisposable
{
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone ?? "UTC");
    private readonly Dictionary<int, SegmentChange> kept = [];
    private (ModelVersion? Models, DateTimeOffset Until) keptFor;

    /// <summary>What changed over the last days.</summary>
    /// <returns>Null before segments are found or a turn has looked at customers.</returns>
    public async Task<SegmentChange?> ReadAsync(int days, CancellationToken cancellationToken)
    {
        ServingModels serving = models.Value;
        IReadOnlyCollection<CustomerPortrait> portraits = analyst.Portraits;
        if (serving.Segments is not { } segments || portraits.Count == 0)
        {
            return null;
        }

        DateTimeOffset until = portraits.Max(portrait => portrait.AsOf);
        await one.WaitAsync(cancellationToken);
        try
        {
            if (keptFor != (serving.Version, until))
            {
                kept.Clear();
                keptFor = (serving.Version, until);
            }

            if (!kept.TryGetValue(days, out SegmentChange? change))
            {
                change = await SegmentTimeline.ReadAsync(log, catalog, zone, segments, until.AddDays(-days), until, cancellationToken);
                kept.Add(days, change);
            }

            return change;
        }
        finally
        {
            one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => one.Dispose();
}
