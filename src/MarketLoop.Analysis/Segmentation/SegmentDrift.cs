using System.Globalization;
using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Statistics;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>How far customers have moved away from those that the segments were found in.</summary>
public sealed record SegmentDrift
{
    private const double Large = 0.25; // the usual threshold of the index
    private const double TimesChance = 3.0; // and well beyond what as few customers give by chance

    /// <summary>Customers at training.</summary>
    public required int Trained { get; init; }

    /// <summary>Customers now.</summary>
    public required int Customers { get; init; }

    /// <summary>Population stability index of the segments' sizes: below 0.1 little, above 0.25 another population.</summary>
    public required double SharesIndex { get; init; }

    /// <summary>Each segment's share at training and now, in order of index.</summary>
    public required IReadOnlyList<SegmentShare> Shares { get; init; }

    /// <summary>The index of each feature, largest first; empty for a model of before spreads were kept.</summary>
    public required IReadOnlyList<FeatureDrift> Features { get; init; }

    /// <summary>Whether the segments should be found anew.</summary>
    public required bool ShouldRefit { get; init; }

    /// <summary>Why, in words.</summary>
    public required LocalizedText Advice { get; init; }

    /// <summary>Measures the drift. O(customers x (segments + features)).</summary>
    /// <param name="model">The segments.</param>
    /// <param name="now">Features of all customers now.</param>
    public static SegmentDrift Measure(SegmentModel model, IReadOnlyCollection<CustomerFeatures> now)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(now);
        double[] then = [.. model.Segments.Select(segment => (double)segment.Size)];
        double[] counts = new double[then.Length];
        foreach (CustomerFeatures features in now)
        {
            counts[model.Assign(features)]++;
        }

        int trained = model.Segments.Sum(segment => segment.Size);
        bool canCompare = trained > 0 && now.Count > 0;
        double shares = canCompare ? PopulationStability.Index(then, counts) : 0.0;
        FeatureDrift[] spread = canCompare ? Compare(model, now) : [];
        bool haveSharesMoved = canCompare && IsLarge(shares, then.Length, trained, now.Count);
        FeatureDrift? moved = spread.FirstOrDefault(feature => feature.TakesPart && feature.IsLarge);
        return new SegmentDrift
        {
            Trained = trained,
            Customers = now.Count,
            SharesIndex = shares,
            Shares = [.. model.Segments.Select((segment, s) => new SegmentShare(segment.Index, segment.Name, segment.Share, counts[s] / Math.Max(1, now.Count)))],
            Features = spread,
            ShouldRefit = haveSharesMoved || moved is not null,
            Advice = Advise(canCompare, haveSharesMoved, shares, moved),
        };
    }

    private static FeatureDrift[] Compare(SegmentModel model, IReadOnlyCollection<CustomerFeatures> now)
    {
        float[][] columns = FeatureBins.Columns(now);
        List<FeatureDrift> drifts = [];
        for (int c = 0; c < columns.Length; c++)
        {
            if (model.Bins.FirstOrDefault(bins => string.Equals(bins.Feature, FeatureVector.Names[c], StringComparison.Ordinal)) is { } bins)
            {
                double index = PopulationStability.Index([.. bins.Counts.Select(count => (double)count)], [.. FeatureBins.Count(columns[c], bins.Edges).Select(count => (double)count)]);
                drifts.Add(new FeatureDrift(bins.Feature, index, model.Deviations[c] > 0f, IsLarge(index, bins.Counts.Count, bins.Counts.Sum(), now.Count)));
            }
        }

        return [.. drifts.OrderByDescending(drift => drift.Index).ThenBy(drift => drift.Feature, StringComparer.Ordinal)];
    }

    private static bool IsLarge(double index, int bins, int then, int now) => index > Large && index > TimesChance * PopulationStability.ByChance(bins, then, now);

    private static LocalizedText Advise(bool canCompare, bool haveSharesMoved, double shares, FeatureDrift? moved)
    {
        if (!canCompare)
        {
            return new LocalizedText("There are no customers to compare yet.", "还没有可以比较的客户。");
        }

        if (haveSharesMoved)
        {
            return new LocalizedText(
                string.Create(CultureInfo.InvariantCulture, $"Customers are spread over the segments otherwise than at training (stability index {shares:0.00}): find the segments anew."),
                string.Create(CultureInfo.InvariantCulture, $"客户在各分群中的分布与训练时明显不同（稳定性指数 {shares:0.00}）：建议重新分群。"));
        }

        return moved is null
            ? new LocalizedText("Customers are much as they were when the segments were found.", "客户与分群时相比没有明显变化。")
            : new LocalizedText(
                string.Create(CultureInfo.InvariantCulture, $"Customers have changed, most in {moved.Feature} (stability index {moved.Index:0.00}): find the segments anew."),
                string.Create(CultureInfo.InvariantCulture, $"客户行为已有变化，最明显的特征是 {moved.Feature}（稳定性指数 {moved.Index:0.00}）：建议重新分群。"));
    }
}

/// <summary>One segment's size at training and now.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Name">Its name.</param>
/// <param name="Trained">Share of customers at training, 0..1.</param>
/// <param name="Now">Share of customers now, 0..1.</param>
public sealed record SegmentShare(int Index, LocalizedText Name, double Trained, double Now);

/// <summary>How far one feature has moved.</summary>
/// <param name="Feature">Column of <see cref="FeatureVector"/>.</param>
/// <param name="Index">Population stability index over the deciles of training.</param>
/// <param name="TakesPart">Whether segments are sought by it; times since first seen and the like grow by themselves.</param>
/// <param name="IsLarge">Whether the index is above 0.25 and well beyond chance.</param>
public sealed record FeatureDrift(string Feature, double Index, bool TakesPart, bool IsLarge);
