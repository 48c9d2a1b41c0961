using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>Finds the segments of a model again in the next one, so that a marketer's "loyal customers" stay the same group with the same name.</summary>
internal static class SegmentMatcher
{
    /// <summary>Root mean square distance of two centres, in deviations of a column, up to which they are one segment; neighbours found by training lie farther.</summary>
    public const double Farthest = 0.75;

    /// <summary>Gives each segment the key and name of the one it continues; the others get new keys.</summary>
    public static SegmentModel Continue(SegmentModel fresh, SegmentModel? previous)
    {
        // A model of other columns cannot be compared.
        if (previous is null || previous.Segments.Count == 0 || previous.Means.Count != fresh.Means.Count || previous.Deviations.All(deviation => deviation <= 0f))
        {
            return fresh with { Segments = [.. fresh.Segments.Select(segment => segment with { Key = segment.Index })], NextKey = fresh.Segments.Count };
        }

        SegmentProfile?[] continued = Match(fresh, previous);
        int[] keys = KeysOf(previous);
        int next = Math.Max(previous.NextKey, keys.Max() + 1);
        HashSet<string> english = new(continued.OfType<SegmentProfile>().Select(segment => segment.Name.English), StringComparer.Ordinal);
        HashSet<string> chinese = new(continued.OfType<SegmentProfile>().Select(segment => segment.Name.Chinese), StringComparer.Ordinal);
        List<SegmentProfile> segments = [];
        foreach (SegmentProfile segment in fresh.Segments)
        {
            segments.Add(continued[segment.Index] is { } old
                ? segment with { Key = keys[old.Index], Name = old.Name }
                : segment with { Key = next++, Name = SegmentNamer.Untaken(segment.Name, english, chinese) });
        }

        return fresh with { Segments = segments, NextKey = next };
    }

    // Files of before keys were kept hold none: their places then serve.
    private static int[] KeysOf(SegmentModel model) =>
        model.Segments.Select(segment => segment.Key).Distinct().Count() == model.Segments.Count
            ? [.. model.Segments.Select(segment => segment.Key)]
            : [.. model.Segments.Select(segment => segment.Index)];

    private static SegmentProfile?[] Match(SegmentModel fresh, SegmentModel previous)
    {
        double[] costs = [.. fresh.Segments.SelectMany(segment => previous.Segments.Select(old => Apart(segment, fresh, old, previous)))];
        int[] partners = MinimumCostMatching.Solve(costs, fresh.Segments.Count, previous.Segments.Count);
        return [.. partners.Select((partner, s) => partner >= 0 && costs[(s * previous.Segments.Count) + partner] <= Farthest ? previous.Segments[partner] : null)];
    }

    // Both centres on the previous model's scale, over the columns that it was sought on.
    private static double Apart(SegmentProfile segment, SegmentModel fresh, SegmentProfile old, SegmentModel previous)
    {
        double squares = 0.0;
        int columns = 0;
        for (int c = 0; c < previous.Deviations.Count; c++)
        {
            if (previous.Deviations[c] > 0f)
            {
                double plain = (segment.Centre[c] * (double)fresh.Deviations[c]) + fresh.Means[c];
                double difference = ((plain - previous.Means[c]) / previous.Deviations[c]) - old.Centre[c];
                squares += difference * difference;
                columns++;
            }
        }

        return Math.Sqrt(squares / columns);
    }
}
