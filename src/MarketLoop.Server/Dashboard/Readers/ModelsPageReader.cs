using System.Globalization;
using MarketLoop.Data.Models;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the page of models shows.</summary>
/// <param name="Active">The training that serves; null before any.</param>
/// <param name="All">The newest trainings, newest first.</param>
/// <param name="History">What matters most of each model over the trainings, oldest first.</param>
internal sealed record ModelsPageModel(ModelManifest? Active, IReadOnlyList<ModelManifest> All, MetricHistory History);

/// <summary>Figures over trainings.</summary>
internal sealed record MetricHistory(IReadOnlyList<string> Labels, IReadOnlyList<MetricSeries> Series);

/// <summary>One figure over trainings; null where a training has none.</summary>
internal sealed record MetricSeries(string Model, string Metric, IReadOnlyList<double?> Values);

/// <summary>Reads the page of models.</summary>
internal sealed class ModelsPageReader(IModelStore models)
{
    private const int MostVersions = 30;

    // Only such as lie between 0 and 1 and are the better the higher: they share an axis.
    private static readonly (string Model, string Metric)[] Watched =
        [("response", "auc"), ("response", "f1"), ("buys", "auc"), ("churn", "auc"), ("opens-mail", "auc"), ("returns", "auc"), ("next-category", "accuracy"), ("preference", "ndcg"), ("preference", "recall"), ("segments", "silhouette")];

    public async Task<ModelsPageModel> ReadAsync(CancellationToken cancellationToken)
    {
        ModelManifest[] all = [.. (await models.ListAsync(cancellationToken)).Take(MostVersions)];
        return new ModelsPageModel(await models.FindActiveAsync(cancellationToken), all, HistoryOf(all));
    }

    internal static MetricHistory HistoryOf(IReadOnlyList<ModelManifest> newestFirst)
    {
        ModelManifest[] inTime = [.. newestFirst.Reverse()];
        IEnumerable<MetricSeries> series = Watched.Select(watched => new MetricSeries(watched.Model, watched.Metric, [.. inTime.Select(manifest => ValueOf(manifest, watched.Model, watched.Metric))]));
        return new MetricHistory(
            [.. inTime.Select(manifest => "v" + manifest.Version.Value.ToString(CultureInfo.InvariantCulture))],
            [.. series.Where(one => one.Values.Any(value => value is not null))]);
    }

    private static double? ValueOf(ModelManifest manifest, string model, string metric) =>
        manifest.Models.FirstOrDefault(card => string.Equals(card.Name, model, StringComparison.Ordinal)) is { } card
        && card.Metrics.TryGetValue(metric, out double value) && double.IsFinite(value)
            ? Math.Round(value, 4)
            : null;
}
