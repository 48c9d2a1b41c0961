using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>Customers as points on a plane on which the widest differences lie: a projection onto the first two principal axes.</summary>
public sealed record SegmentMap
{
    private const double Tells = 0.6;
    private const int WordsOfAxis = 2;

    /// <summary>All customers; a sample of them is drawn.</summary>
    public required int Customers { get; init; }

    /// <summary>What right and left mean.</summary>
    public required SegmentAxis X { get; init; }

    /// <summary>What up and down mean.</summary>
    public required SegmentAxis Y { get; init; }

    /// <summary>Customers drawn.</summary>
    public required IReadOnlyList<SegmentPoint> Points { get; init; }

    /// <summary>Centres of the segments, in order of index.</summary>
    public required IReadOnlyList<SegmentPoint> Centres { get; init; }

    /// <summary>Draws the map. The same customers, in the same order, give the same map. O(points x columns^2).</summary>
    /// <param name="model">The segments.</param>
    /// <param name="customers">Features of all customers.</param>
    /// <param name="mostPoints">Most customers drawn, at least 1.</param>
    /// <param name="seed">Seed of the sample.</param>
    public static SegmentMap Draw(SegmentModel model, IReadOnlyList<CustomerFeatures> customers, int mostPoints = 1_000, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(customers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostPoints);
        int columns = FeatureVector.Length;
        int[] drawn = SeededRandom.Fork(seed, 0).Sample(customers.Count, mostPoints);
        float[] rows = new float[Math.Max(1, drawn.Length) * columns]; // nobody is drawn as one average customer who is not shown
        for (int i = 0; i < drawn.Length; i++)
        {
            Span<float> row = rows.AsSpan(i * columns, columns);
            FeatureVector.Write(customers[drawn[i]], row);
            model.Standardise(row);
        }

        PrincipalAxes axes = PrincipalAxes.Fit(rows, rows.Length / columns, columns);
        return new SegmentMap
        {
            Customers = customers.Count,
            X = Describe(axes, 0),
            Y = Describe(axes, 1),
            Points = [.. drawn.Select((customer, i) => Place(axes, rows.AsSpan(i * columns, columns), model.Assign(customers[customer])))],
            Centres = [.. model.Segments.Select(segment => Place(axes, [.. segment.Centre], segment.Index))],
        };
    }

    private static SegmentPoint Place(PrincipalAxes axes, ReadOnlySpan<float> row, int segment) => new(axes.Along(0, row), axes.Along(1, row), segment);

    private static SegmentAxis Describe(PrincipalAxes axes, int axis)
    {
        double all = 0.0;
        foreach (double variance in axes.Variances)
        {
            all += variance;
        }

        if (!(axes.Variances[axis] > 0.0))
        {
            LocalizedText alike = new("all alike", "没有差别");
            return new SegmentAxis(alike, alike, 0.0, new Dictionary<string, double>(StringComparer.Ordinal));
        }

        (string Column, double Loading)[] loadings = [.. axes.Axis(axis).ToArray().Select((loading, c) => (FeatureVector.Names[c], loading)).OrderByDescending(pair => Math.Abs(pair.loading))];
        (string Column, double Loading)[] telling = [.. loadings.Where(pair => Math.Abs(pair.Loading) >= Tells * Math.Abs(loadings[0].Loading)).Take(WordsOfAxis)];
        return new SegmentAxis(
            SegmentNamer.Describe([.. telling.Select(pair => (pair.Column, pair.Loading < 0))]),
            SegmentNamer.Describe([.. telling.Select(pair => (pair.Column, pair.Loading > 0))]),
            axes.Variances[axis] / all,
            new SortedDictionary<string, double>(loadings.Where(pair => pair.Loading != 0.0).ToDictionary(pair => pair.Column, pair => pair.Loading, StringComparer.Ordinal), StringComparer.Ordinal));
    }
}

/// <summary>One customer, or one centre, on the map.</summary>
/// <param name="X">To the right, in deviations.</param>
/// <param name="Y">Up, in deviations.</param>
/// <param name="Segment">Index of the segment.</param>
public sealed record SegmentPoint(double X, double Y, int Segment);

/// <summary>What an axis of the map means.</summary>
/// <param name="Low">Who lies left (or below).</param>
/// <param name="High">Who lies right (or above).</param>
/// <param name="ExplainedShare">Share of all differences between customers along it, 0..1.</param>
/// <param name="Loadings">How much each column of <see cref="FeatureVector"/> counts, -1..1.</param>
public sealed record SegmentAxis(LocalizedText Low, LocalizedText High, double ExplainedShare, IReadOnlyDictionary<string, double> Loadings);
