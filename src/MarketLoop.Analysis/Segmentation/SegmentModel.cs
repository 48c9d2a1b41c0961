using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>Customer types found by the data. Immutable; written as JSON.</summary>
public sealed record SegmentModel
{
    /// <summary>The segments, in order of index; largest first.</summary>
    public required IReadOnlyList<SegmentProfile> Segments { get; init; }

    /// <summary>Mean of each column of <see cref="FeatureVector"/> in training.</summary>
    public required IReadOnlyList<float> Means { get; init; }

    /// <summary>Standard deviation of each column; 0 where a column did not vary and is left out.</summary>
    public required IReadOnlyList<float> Deviations { get; init; }

    /// <summary>How each feature was spread at training, for <see cref="SegmentDrift"/>; empty in files of before they were kept.</summary>
    public IReadOnlyList<FeatureBins> Bins { get; init; } = [];

    /// <summary>The key that the next new segment gets; above all that were ever given.</summary>
    public int NextKey { get; init; }

    /// <summary>The segment whose centre lies nearest; ties go to the lower index. O(segments x columns).</summary>
    public int Assign(CustomerFeatures features)
    {
        Span<float> row = stackalloc float[FeatureVector.Length];
        FeatureVector.Write(features, row);
        Standardise(row);
        int best = 0;
        double least = double.PositiveInfinity;
        for (int s = 0; s < Segments.Count; s++)
        {
            double distance = 0.0;
            for (int c = 0; c < row.Length; c++)
            {
                double difference = row[c] - Segments[s].Centre[c];
                distance += difference * difference;
            }

            if (distance < least)
            {
                least = distance;
                best = s;
            }
        }

        return best;
    }

    /// <summary>Puts a row of <see cref="FeatureVector"/> on the model's scale, in place.</summary>
    public void Standardise(Span<float> row)
    {
        for (int c = 0; c < row.Length; c++)
        {
            row[c] = Deviations[c] > 0f ? (row[c] - Means[c]) / Deviations[c] : 0f;
        }
    }
}

/// <summary>One customer type.</summary>
public sealed record SegmentProfile
{
    /// <summary>Its place in this model, largest first.</summary>
    public required int Index { get; init; }

    /// <summary>Its number for good: a segment that is found again by the next training keeps it, and its name.</summary>
    public int Key { get; init; }

    /// <summary>What a shopkeeper would call it.</summary>
    public required LocalizedText Name { get; init; }

    /// <summary>Customers in it at training.</summary>
    public required int Size { get; init; }

    /// <summary>Share of all customers, 0..1.</summary>
    public required double Share { get; init; }

    /// <summary>Centre on the standardised scale of <see cref="FeatureVector"/>.</summary>
    public required IReadOnlyList<float> Centre { get; init; }

    /// <summary>Mean of each feature in plain units, by its name in <see cref="CustomerFeatures"/>.</summary>
    public required IReadOnlyDictionary<string, double> Averages { get; init; }

    /// <summary>What its customers bought most, strongest first: the fallback where a customer's own history says nothing.</summary>
    public IReadOnlyList<ProductId> Favourites { get; init; } = [];

    /// <summary>Category tags of its customers, strongest first.</summary>
    public IReadOnlyList<Interest> Interests { get; init; } = [];
}
