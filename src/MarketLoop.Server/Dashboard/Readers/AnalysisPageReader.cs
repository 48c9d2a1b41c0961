using System.Globalization;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the analysis page shows.</summary>
internal sealed record AnalysisPageModel(
    SegmentList Segments, ModelManifest? Active, IReadOnlyList<ModelManifest> All, IReadOnlyList<SilhouetteBar> Silhouettes, IReadOnlyDictionary<string, LocalizedText> Categories)
{
    public string CategoryName(string category, Words words) => Categories.TryGetValue(category, out LocalizedText? name) ? words.Of(name) : category;
}

/// <summary>Silhouette of one number of clusters.</summary>
internal sealed record SilhouetteBar(string Label, double Value, bool Chosen);

/// <summary>Reads the analysis page.</summary>
internal sealed class AnalysisPageReader(SegmentReader segments, IModelStore models, ICatalogStore catalog)
{
    private const int MostVersions = 12;
    private const string PerClusters = "silhouette@";

    public async Task<AnalysisPageModel> ReadAsync(CancellationToken cancellationToken)
    {
        SegmentList list = segments.Read();
        ModelManifest? active = await models.FindActiveAsync(cancellationToken);
        return new AnalysisPageModel(
            list,
            active,
            [.. (await models.ListAsync(cancellationToken)).Take(MostVersions)],
            Silhouettes(active, list.Items.Count),
            CategoryNames(catalog));
    }

    /// <summary>Readable names of category tags, where the catalogue has them.</summary>
    public static Dictionary<string, LocalizedText> CategoryNames(ICatalogStore catalog)
    {
        Dictionary<string, LocalizedText> names = new(StringComparer.Ordinal);
        foreach (Product product in catalog.Current.Values)
        {
            if (product is { Category: { } category, CategoryName: { } name })
            {
                names.TryAdd(category, name);
            }
        }

        return names;
    }

    private static SilhouetteBar[] Silhouettes(ModelManifest? manifest, int chosen)
    {
        ModelCard? card = manifest?.Models.FirstOrDefault(model => string.Equals(model.Name, "segments", StringComparison.Ordinal));
        return card is null
            ? []
            : [.. card.Metrics
                .Where(metric => metric.Key.StartsWith(PerClusters, StringComparison.Ordinal))
                .Select(metric => (Clusters: int.Parse(metric.Key[PerClusters.Length..], CultureInfo.InvariantCulture), metric.Value))
                .OrderBy(bar => bar.Clusters)
                .Select(bar => new SilhouetteBar(bar.Clusters.ToString(CultureInfo.InvariantCulture), Math.Round(bar.Value, 4), bar.Clusters == chosen))];
    }
}
