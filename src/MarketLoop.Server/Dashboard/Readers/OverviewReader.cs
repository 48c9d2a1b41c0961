using MarketLoop.Analysis;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Feedback.Lift;
using MarketLoop.Server.Api;
using MarketLoop.Server.Api.Corridor;
using MarketLoop.Server.Api.Data;
using MarketLoop.Server.Api.Feedback;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the overview shows.</summary>
internal sealed record OverviewModel(
    DataStatus Status,
    LoopState Loop,
    int Customers,
    IReadOnlyDictionary<string, string> Figures,
    ModelManifest? Models,
    IReadOnlyList<TurnReport> Turns,
    IReadOnlyList<Treatment> Treatments,
    IReadOnlyList<Delivery> Deliveries,
    LiftSummary Lift);

/// <summary>Reads the overview from the services that the API reads.</summary>
internal sealed class OverviewReader(
    LiveFigures figures, LoopStateReader loop, IShopStore store, IEventLog log, LiftReader lift, IModelStore models)
{
    /// <summary>Days over which the overview shows the lift.</summary>
    public const int LiftDays = 30;

    private const int Rows = 6;

    public async Task<OverviewModel> ReadAsync(CancellationToken cancellationToken)
    {
        DataStatus status = await figures.Status.ReadAsync(cancellationToken);
        return new OverviewModel(
            status,
            await loop.ReadAsync(cancellationToken),
            figures.Analyst.CustomerCount,
            figures.From(status),
            await models.FindActiveAsync(cancellationToken),
            await store.ListTurnsAsync(Rows, cancellationToken),
            (await RecordPages.ReadAsync<Treatment>(log, null, Rows, null, cancellationToken)).Items,
            (await RecordPages.ReadAsync<Delivery>(log, null, Rows, null, cancellationToken)).Items,
            await lift.ReadAsync(LiftDays, null, cancellationToken));
    }
}

/// <summary>The figures of the five rooms in the language of the page.</summary>
internal sealed class LiveFigures(DataStatusReader status, Analyst analyst, Words words, TimeProvider clock)
{
    /// <summary>Reads the counts.</summary>
    public DataStatusReader Status => status;

    /// <summary>Knows the customers.</summary>
    public Analyst Analyst => analyst;

    /// <summary>Texts by the name that a page's element asks for.</summary>
    public Dictionary<string, string> From(DataStatus counts) => new(StringComparer.Ordinal)
    {
        ["data"] = words.Count(counts.Events.Total),
        ["analysis"] = words.Count(analyst.CustomerCount),
        ["decision"] = words.Count(counts.Records.GetValueOrDefault("treatment")),
        ["execution"] = words.Count(counts.Records.GetValueOrDefault("delivery")),
        ["feedback"] = words.Count(counts.Records.GetValueOrDefault("outcome")),
        ["quarantined"] = words.Count(counts.Quarantined),
        ["clock"] = words.Moment(clock.GetUtcNow()),
        ["last"] = words.Moment(counts.Last),
        ["first-seen"] = counts.Events.Total > 0 ? "1" : "0",
    };
}
