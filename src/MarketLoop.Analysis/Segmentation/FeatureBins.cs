using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>How a feature was spread over customers at training: the yardstick of drift.</summary>
/// <param name="Feature">Column of <see cref="FeatureVector"/>.</param>
/// <param name="Edges">Upper edges of all bins but the last, ascending, on the column's own scale; none for a constant column.</param>
/// <param name="Counts">Customers in each bin, one more than edges.</param>
public sealed record FeatureBins(string Feature, IReadOnlyList<float> Edges, IReadOnlyList<int> Counts)
{
    private const int Bins = 10;

    /// <summary>Deciles of every column, equal ones taken together.</summary>
    internal static FeatureBins[] From(IReadOnlyCollection<CustomerFeatures> customers)
    {
        float[][] columns = Columns(customers);
        return [.. columns.Select((values, c) =>
        {
            float[] sorted = [.. values.Order()];
            float[] edges = [.. Enumerable.Range(1, Bins - 1).Select(i => sorted[i * (sorted.Length - 1) / Bins]).Distinct().Where(edge => edge < sorted[^1])];
            return new FeatureBins(FeatureVector.Names[c], edges, Count(values, edges));
        })];
    }

    /// <summary>Values of every column, in order of customers.</summary>
    internal static float[][] Columns(IReadOnlyCollection<CustomerFeatures> customers)
    {
        float[][] columns = [.. FeatureVector.Names.Select(_ => new float[customers.Count])];
        Span<float> row = stackalloc float[FeatureVector.Length];
        foreach ((int i, CustomerFeatures features) in customers.Index())
        {
            FeatureVector.Write(features, row);
            for (int c = 0; c < columns.Length; c++)
            {
                columns[c][i] = row[c];
            }
        }

        return columns;
    }

    /// <summary>Values in each of these bins.</summary>
    internal static int[] Count(IEnumerable<float> values, IReadOnlyList<float> edges)
    {
        int[] counts = new int[edges.Count + 1];
        foreach (float value in values)
        {
            int bin = 0;
            while (bin < edges.Count && value > edges[bin])
            {
                bin++;
            }

            counts[bin]++;
        }

        return counts;
    }
}
