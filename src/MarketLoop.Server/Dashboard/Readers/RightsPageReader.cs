using MarketLoop.Data.Consent;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Upkeep;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>Events of one name and how long they are kept; null days for good.</summary>
internal sealed record KeptEvents(string Name, long Count, int? Days);

/// <summary>What the page of rights shows; nobody is named on it.</summary>
internal sealed record RightsPageModel(RightsRecord Record, ConsentOverview Consents, IReadOnlyList<KeptEvents> Kept, ConsentOptions Rules)
{
    /// <summary>Share of known customers and browsers that send Global Privacy Control.</summary>
    public double GpcShare => Consents.People == 0 ? 0 : (double)Consents.WithPrivacyControl / Consents.People;
}

/// <summary>Reads the page of rights.</summary>
internal sealed class RightsPageReader(CustomerRights rights, ConsentLedger ledger, IEventLog log, IOptions<RetentionOptions> retention, IOptions<ConsentOptions> rules)
{
    private const int MostErasures = 50;

    public async Task<RightsPageModel> ReadAsync(CancellationToken cancellationToken)
    {
        LogStatus status = await log.GetStatusAsync(cancellationToken);
        IDictionary<string, int> days = retention.Value.DaysByEvent;
        return new RightsPageModel(
            rights.ReadRecord(MostErasures),
            await ledger.CountAsync(cancellationToken),
            [.. status.ByType.Keys.Union(days.Keys, StringComparer.Ordinal)
                .Select(name => new KeptEvents(name, status.ByType.GetValueOrDefault(name), days.TryGetValue(name, out int kept) ? kept : null))
                .OrderByDescending(kept => kept.Count)
                .ThenBy(kept => kept.Name, StringComparer.Ordinal)],
            rules.Value);
    }
}
