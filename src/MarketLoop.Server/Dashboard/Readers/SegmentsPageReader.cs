using System.Globalization;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the page of segments shows at once.</summary>
/// <param name="Segments">The segments.</param>
/// <param name="Profiles">Their features against the average customer.</param>
/// <param name="Choices">Scores of each number of segments that was tried.</param>
internal sealed record SegmentsPageModel(SegmentList Segments, IReadOnlyList<SegmentProfileRow> Profiles, IReadOnlyList<ClusterChoice> Choices);

/// <summary>One segment's features.</summary>
internal sealed record SegmentProfileRow(LocalizedText Name, IReadOnlyList<ProfileCell> Cells);

/// <summary>One feature of one segment.</summary>
/// <param name="Value">Its mean; null when the model does not tell.</param>
/// <param name="Times">How many times the average customer's; null when that is 0.</param>
/// <param name="Level">From -4 (far below) to 4 (far above); 0 near the average.</param>
internal readonly record struct ProfileCell(double? Value, double? Times, int Level);

/// <summary>Scores of one number of segments.</summary>
internal sealed record ClusterChoice(int Clusters, double Silhouette, double? Gap, double? Stability, bool IsChosen);

/// <summary>Segments over time.</summary>
/// <param name="Change">What changed; null before a turn has looked at customers.</param>
internal sealed record SegmentChangeModel(SegmentChange? Change);

/// <summary>Reads the page of segments.</summary>
internal sealed class SegmentsPageReader(SegmentReader segments, SegmentChangeReader changes, IModelStore models)
{
    /// <summary>Features that are set side by side.</summary>
    public static readonly IReadOnlyList<string> Features =
        ["orders", "monetary", "averageOrderValue", "recencyDays", "idleDays", "viewsPerWeek", "searchesPerWeek", "priceLevel", "refundShare"];

    private const double Alike = 0.15; // doublings: a tenth more or less is no difference
    private const double StepOfLevel = 0.5;
    private const int HighestLevel = 4;
    private const string PerClusters = "silhouette@";

    public async Task<SegmentsPageModel> ReadAsync(CancellationToken cancellationToken)
    {
        SegmentList list = segments.Read();
        return new SegmentsPageModel(list, Compare(list.Items), ChoicesOf(await models.FindActiveAsync(cancellationToken), list.Items.Count));
    }

    public async Task<SegmentChangeModel> ReadChangeAsync(int days, CancellationToken cancellationToken) => new(await changes.ReadAsync(days, cancellationToken));

    /// <summary>Sets each segment's features against the mean over all customers.</summary>
    internal static IReadOnlyList<SegmentProfileRow> Compare(IReadOnlyList<SegmentView> segments)
    {
        double customers = segments.Sum(segment => segment.Customers);
        double WeightOf(SegmentView segment) => customers > 0 ? segment.Customers / customers : 1.0 / segments.Count;
        Dictionary<string, double> means = Features.ToDictionary(
            feature => feature, feature => segments.Sum(segment => WeightOf(segment) * segment.Averages.GetValueOrDefault(feature)), StringComparer.Ordinal);
        return [.. segments.Select(segment => new SegmentProfileRow(
            segment.Name, [.. Features.Select(feature => segment.Averages.TryGetValue(feature, out double value) ? CellOf(value, means[feature]) : new ProfileCell(null, null, 0))]))];
    }

    internal static ProfileCell CellOf(double value, double mean)
    {
        if (!(mean > 0))
        {
            return new ProfileCell(value, null, 0);
        }

        double times = value / mean;
        double doublings = times > 0 ? Math.Log2(times) : double.NegativeInfinity;
        double distance = Math.Abs(doublings);
        int level = distance < Alike ? 0 : (int)Math.Min(HighestLevel, 1 + (distance / StepOfLevel));
        return new ProfileCell(value, times, Math.Sign(doublings) * level);
    }

    private static ClusterChoice[] ChoicesOf(ModelManifest? manifest, int chosen)
    {
        ModelCard? card = manifest?.Models.FirstOrDefault(model => string.Equals(model.Name, "segments", StringComparison.Ordinal));
        if (card is null)
        {
            return [];
        }

        double? Find(string score, string clusters) => card.Metrics.TryGetValue(score + clusters, out double value) ? value : null;
        return [.. card.Metrics.Keys
            .Where(metric => metric.StartsWith(PerClusters, StringComparison.Ordinal))
            .Select(metric => metric[PerClusters.Length..])
            .Select(clusters => new ClusterChoice(
                int.Parse(clusters, CultureInfo.InvariantCulture), card.Metrics[PerClusters + clusters], Find("gap@", clusters), Find("stability@", clusters),
                string.Equals(clusters, chosen.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)))
            .OrderBy(choice => choice.Clusters)];
    }
}
