using System.Globalization;
using MarketLoop.Analysis.Features;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Learning.Clustering;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>A fitted segmentation with what led to it.</summary>
/// <param name="Model">The model; null with too few customers.</param>
/// <param name="Choice">Scores of each number of clusters; null with too few customers.</param>
/// <param name="Rows">The customers; null with none.</param>
/// <param name="Assignments">Segment of each customer, in order of customers.</param>
/// <param name="Card">What the registry says of it.</param>
internal sealed record SegmentFit(SegmentModel? Model, ClusterCountChoice? Choice, SegmentRows? Rows, int[] Assignments, ModelCard Card)
{
    /// <summary>The clusters behind the model; null with too few customers.</summary>
    public KMeansModel? Clusters { get; init; }
}

/// <summary>Finds customer types: K-means on standardised features, the number of clusters chosen by the data.</summary>
internal static class SegmentTrainer
{
    private const string Name = "segments";
    private const int FewestCustomers = 30;
    private const int FavouritesKept = 100;
    private const int InterestsKept = 8;

    /// <param name="book">All customers' behaviour up to one moment.</param>
    /// <param name="products">The catalogue.</param>
    /// <param name="previous">The model whose keys and names go on; null for a first one.</param>
    /// <param name="seed">Seed of all randomness.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static SegmentFit Train(FeatureBook book, IReadOnlyList<Product> products, SegmentModel? previous, int seed, CancellationToken cancellationToken)
    {
        SegmentRows? rows = SegmentRows.From(book, book.Products.PriceScale(products), cancellationToken);
        if (rows is null || rows.Count < FewestCustomers)
        {
            return new SegmentFit(null, null, rows, [], ModelCard.None(Name, $"{rows?.Count ?? 0} customers, {FewestCustomers} are needed"));
        }

        ClusterCountChoice choice = ClusterCountSelector.Choose(
            rows.ForClustering, rows.Count, SegmentRows.Columns, new ClusterCountOptions { Seed = (ulong)seed }, cancellationToken);
        KMeansModel clusters = KMeansTrainer.Fit(
            rows.ForClustering, rows.Count, SegmentRows.Columns, new KMeansOptions { Clusters = choice.Clusters, Restarts = 8, Seed = (ulong)seed }, cancellationToken);
        int[] assignments = new int[rows.Count];
        clusters.AssignAll(rows.ForClustering, assignments);
        SegmentModel fresh = new()
        {
            Means = [.. rows.Scale.Means.ToArray().Select(m => (float)m)],
            Deviations = rows.Deviations,
            Segments = Profile(book, products, rows, clusters, assignments),
            Bins = FeatureBins.From(rows.Features),
        };
        SegmentModel model = SegmentMatcher.Continue(fresh, previous);
        return new SegmentFit(model, choice, rows, assignments, Card(choice, model, rows.Count)) { Clusters = clusters };
    }

    private static SegmentProfile[] Profile(FeatureBook book, IReadOnlyList<Product> products, SegmentRows rows, KMeansModel clusters, int[] assignments)
    {
        int[][] members = [.. Enumerable.Range(0, clusters.Clusters).Select(s => Enumerable.Range(0, rows.Count).Where(i => assignments[i] == s).ToArray())];
        IReadOnlyList<LocalizedText> names = SegmentNamer.Name([.. members.Select(m => new SegmentTraits(MeanRow(rows.All, m), MeanOf(rows.Features, m, f => f.Orders), MeanOf(rows.Features, m, f => f.Orders > 0 ? 1 : 0)))]);
        Dictionary<ProductId, string?> categories = products.ToDictionary(p => p.Id, p => p.Category);
        return [.. members.Select((m, s) => new SegmentProfile
        {
            Index = s,
            Name = names[s],
            Size = m.Length,
            Share = (double)m.Length / rows.Count,
            Centre = clusters.Centroid(s).ToArray(),
            Averages = Averages(rows.Features, m),
            Favourites = Favourites(book, rows.Customers, m),
            Interests = Interests(book, rows.Customers, m, id => categories.GetValueOrDefault(id)),
        })];
    }

    private static float[] MeanRow(float[] rows, int[] members)
    {
        double[] sums = new double[SegmentRows.Columns];
        foreach (int member in members)
        {
            for (int c = 0; c < sums.Length; c++)
            {
                sums[c] += rows[(member * SegmentRows.Columns) + c];
            }
        }

        return Array.ConvertAll(sums, sum => (float)(sum / Math.Max(1, members.Length)));
    }

    private static double MeanOf(CustomerFeatures[] features, int[] members, Func<CustomerFeatures, double> value) =>
        members.Length == 0 ? 0.0 : members.Sum(m => value(features[m])) / members.Length;

    private static SortedDictionary<string, double> Averages(CustomerFeatures[] features, int[] members) => new(StringComparer.Ordinal)
    {
        ["recencyDays"] = MeanOf(features, members, f => f.RecencyDays),
        ["orders"] = MeanOf(features, members, f => f.Orders),
        ["monetary"] = MeanOf(features, members, f => (double)f.Monetary),
        ["activeDays"] = MeanOf(features, members, f => f.ActiveDays),
        ["tenureDays"] = MeanOf(features, members, f => f.TenureDays),
        ["idleDays"] = MeanOf(features, members, f => f.IdleDays),
        ["viewsPerWeek"] = MeanOf(features, members, f => f.ViewsPerWeek),
        ["purchasesPerWeek"] = MeanOf(features, members, f => f.PurchasesPerWeek),
        ["searchesPerWeek"] = MeanOf(features, members, f => f.SearchesPerWeek),
        ["averageOrderValue"] = MeanOf(features, members, f => (double)f.AverageOrderValue),
        ["priceLevel"] = MeanOf(features, members, f => f.PriceLevel),
        ["refundShare"] = MeanOf(features, members, f => f.RefundShare),
    };

    private static ProductId[] Favourites(FeatureBook book, CustomerId[] customers, int[] members)
    {
        Dictionary<ProductId, int> buyers = [];
        foreach (int member in members)
        {
            foreach (ProductTouch touch in book.History(customers[member]))
            {
                if (touch.Purchases > 0)
                {
                    buyers[touch.Product] = buyers.GetValueOrDefault(touch.Product) + 1;
                }
            }
        }

        return [.. buyers.OrderByDescending(b => b.Value).ThenBy(b => b.Key.Value, StringComparer.Ordinal).Take(FavouritesKept).Select(b => b.Key)];
    }

    private static Interest[] Interests(FeatureBook book, CustomerId[] customers, int[] members, Func<ProductId, string?> categoryOf)
    {
        SortedDictionary<string, double> sums = new(StringComparer.Ordinal);
        InterestOptions options = new();
        foreach (int member in members)
        {
            foreach (Interest interest in book.Interests(customers[member], options, categoryOf))
            {
                sums[interest.Category] = sums.GetValueOrDefault(interest.Category) + interest.Weight;
            }
        }

        return [.. sums.OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal).Take(InterestsKept).Select(s => new Interest(s.Key, s.Value / members.Length))];
    }

    private static ModelCard Card(ClusterCountChoice choice, SegmentModel model, int customers)
    {
        SortedDictionary<string, double> metrics = new(StringComparer.Ordinal) { ["customers"] = customers, ["segments"] = model.Segments.Count };
        ClusterCountScore? score = choice.Scores.FirstOrDefault(s => s.Clusters == choice.Clusters);
        if (score is not null)
        {
            metrics["silhouette"] = score.Silhouette;
            metrics["silhouetteWithoutStructure"] = score.Reference;
            metrics["gap"] = score.Gap;
            metrics["stability"] = score.Stability;
            metrics["gapSegments"] = choice.GapClusters;
        }

        foreach (ClusterCountScore tried in choice.Scores)
        {
            metrics[string.Create(CultureInfo.InvariantCulture, $"silhouette@{tried.Clusters}")] = tried.Silhouette;
            metrics[string.Create(CultureInfo.InvariantCulture, $"gap@{tried.Clusters}")] = tried.Gap;
            metrics[string.Create(CultureInfo.InvariantCulture, $"stability@{tried.Clusters}")] = tried.Stability;
        }

        string silhouettes = string.Join(", ", choice.Scores.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Clusters}: {s.Silhouette:0.000}")));
        string words = choice.HasStructure
            ? $"{choice.Clusters} segments have the best silhouette ({silhouettes})"
            : $"{choice.Clusters} segments have the best silhouette ({silhouettes}), but data without types would score as well: a convenient cut, no discovery";
        words += string.Create(CultureInfo.InvariantCulture, $"; the gap statistic asks for {choice.GapClusters}; reruns on half of the customers agree to {score?.Stability ?? 0:0.00}");
        SortedDictionary<string, string> parameters = new(StringComparer.Ordinal) { ["k"] = choice.Clusters.ToString(CultureInfo.InvariantCulture) };
        return new ModelCard(Name, "k-means", parameters, metrics, words);
    }
}
