using MarketLoop.Analysis;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Value;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the page of customer value shows at once.</summary>
/// <param name="Overview">All customers who ordered.</param>
/// <param name="Top">Who will probably bring most, first first.</param>
/// <param name="TopTenthShare">Share (0..1) of the money expected that the most valuable tenth brings; null when none is expected.</param>
internal sealed record ValuePageModel(ValueOverview Overview, IReadOnlyList<CustomerInsight> Top, double? TopTenthShare);

/// <summary>The forecast held against what came.</summary>
/// <param name="Report">The report; null while there is too little history.</param>
internal sealed record ValueTrackModel(ValueReport? Report);

/// <summary>Reads the page of customer value.</summary>
internal sealed class ValuePageReader(ValueReader value, ValueTracks tracks, Analyst analyst)
{
    private const int MostTop = 20;

    public Task<ValuePageModel> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Of(value.Read(), [.. analyst.Portraits.Select(portrait => portrait.Insight).Where(insight => insight.Value is not null)]));
    }

    public async Task<ValueTrackModel> ReadTrackAsync(CancellationToken cancellationToken) => new(await tracks.ReadAsync(cancellationToken));

    internal static ValuePageModel Of(ValueOverview overview, IReadOnlyList<CustomerInsight> insights)
    {
        CustomerInsight[] valued = [.. insights
            .Where(insight => insight.Value is not null)
            .OrderByDescending(insight => insight.Value!.ExpectedRevenue).ThenBy(insight => insight.Customer.ToString(), StringComparer.Ordinal)]; // filtered above
        decimal all = valued.Sum(insight => insight.Value!.ExpectedRevenue);
        decimal top = valued.Take((valued.Length + 9) / 10).Sum(insight => insight.Value!.ExpectedRevenue);
        return new ValuePageModel(overview, [.. valued.Take(MostTop)], all > 0 ? (double)(top / all) : null);
    }
}
