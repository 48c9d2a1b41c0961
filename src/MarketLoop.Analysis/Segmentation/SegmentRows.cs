using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>All customers of a book as rows, on the scale that segments are sought on.</summary>
internal sealed class SegmentRows
{
    /// <summary>Columns that tell types apart without counting one trait twice: the rest (tenure, purchase rate ...) follow from these.</summary>
    private static readonly string[] Sought = ["orders", "monetary", "activeDays", "idle", "viewRate", "searchRate", "priceLevel"];

    private SegmentRows(CustomerId[] customers, CustomerFeatures[] features, float[] raw, Standardiser scale)
    {
        Customers = customers;
        Features = features;
        Scale = scale;
        All = new float[raw.Length];
        scale.Transform(raw, All);
        Deviations = [.. Enumerable.Range(0, Columns).Select(c => Sought.Contains(FeatureVector.Names[c], StringComparer.Ordinal) ? (float)scale.Deviations[c] : 0f)];
        ForClustering = (float[])All.Clone();
        for (int i = 0; i < ForClustering.Length; i++)
        {
            ForClustering[i] = Deviations[i % Columns] > 0f ? ForClustering[i] : 0f;
        }
    }

    public static int Columns => FeatureVector.Length;

    public int Count => Customers.Length;

    public CustomerId[] Customers { get; }

    public CustomerFeatures[] Features { get; }

    public Standardiser Scale { get; }

    /// <summary>Deviation of each column, 0 where it takes no part in the search.</summary>
    public float[] Deviations { get; }

    /// <summary>Standardised rows, all columns.</summary>
    public float[] All { get; }

    /// <summary>The same with the columns that take no part at 0.</summary>
    public float[] ForClustering { get; }

    public static SegmentRows? From(FeatureBook book, PriceScale prices, CancellationToken cancellationToken)
    {
        List<CustomerId> customers = [];
        List<CustomerFeatures> features = [];
        foreach (CustomerId customer in book.Customers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (book.Compute(customer, prices) is { } computed)
            {
                customers.Add(customer);
                features.Add(computed);
            }
        }

        if (customers.Count == 0)
        {
            return null;
        }

        float[] raw = new float[customers.Count * Columns];
        for (int i = 0; i < features.Count; i++)
        {
            FeatureVector.Write(features[i], raw.AsSpan(i * Columns, Columns));
        }

        return new SegmentRows([.. customers], [.. features], raw, StandardiserTrainer.Fit(raw, customers.Count, Columns, cancellationToken: cancellationToken));
    }
}
