using MarketLoop.Domain;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>Who went from which segment to which between two moments, under one model.</summary>
public sealed record SegmentMovement
{
    /// <summary>The earlier moment.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The later moment.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Names of the segments, in order of index.</summary>
    public required IReadOnlyList<LocalizedText> Segments { get; init; }

    /// <summary>Customers by segment at the earlier moment (row) and at the later one (column), indices of the model.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Counts { get; init; }

    /// <summary>Customers of each segment who were not known at the earlier moment.</summary>
    public required IReadOnlyList<int> Entered { get; init; }

    /// <summary>Customers of each segment who are no longer known at the later moment.</summary>
    public required IReadOnlyList<int> Gone { get; init; }

    /// <summary>Share of the customers known at both moments who are in the same segment, 0..1; 1 when there are none.</summary>
    public required double StayedShare { get; init; }

    /// <summary>Counts the movement. O(customers x segments).</summary>
    /// <param name="model">Gives the segments.</param>
    /// <param name="before">Features at the earlier moment.</param>
    /// <param name="after">Features at the later moment.</param>
    /// <param name="from">The earlier moment.</param>
    /// <param name="until">The later moment.</param>
    public static SegmentMovement Between(
        SegmentModel model, IReadOnlyDictionary<CustomerId, CustomerFeatures> before, IReadOnlyDictionary<CustomerId, CustomerFeatures> after, DateTimeOffset from, DateTimeOffset until)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        int segments = model.Segments.Count;
        int[][] counts = [.. Enumerable.Range(0, segments).Select(_ => new int[segments])];
        int[] gone = new int[segments];
        int[] entered = new int[segments];
        foreach ((CustomerId customer, CustomerFeatures features) in before)
        {
            int earlier = model.Assign(features);
            if (after.TryGetValue(customer, out CustomerFeatures? later))
            {
                counts[earlier][model.Assign(later)]++;
            }
            else
            {
                gone[earlier]++;
            }
        }

        foreach ((CustomerId customer, CustomerFeatures features) in after)
        {
            entered[model.Assign(features)] += before.ContainsKey(customer) ? 0 : 1;
        }

        int both = counts.Sum(row => row.Sum());
        return new SegmentMovement
        {
            From = from,
            Until = until,
            Segments = [.. model.Segments.Select(segment => segment.Name)],
            Counts = counts,
            Entered = entered,
            Gone = gone,
            StayedShare = both == 0 ? 1.0 : (double)counts.Select((row, segment) => row[segment]).Sum() / both,
        };
    }
}
