using System.Globalization;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>Segments over time in a form that charts draw.</summary>
internal static class SegmentPictures
{
    private const int Before = 0;
    private const int After = 1;

    /// <summary>Who went from where to where; whoever is new comes out of a place of its own, whoever is gone goes into one.</summary>
    public static PathPicture Streams(SegmentMovement movement, Words words)
    {
        int segments = movement.Segments.Count;
        List<PathStream> links = [];
        for (int from = 0; from < segments; from++)
        {
            for (int to = 0; to < segments; to++)
            {
                Add(links, from, to, movement.Counts[from][to]);
            }

            Add(links, from, segments, movement.Gone[from]);
            Add(links, segments, from, movement.Entered[from]);
        }

        HashSet<string> used = [.. links.SelectMany(link => (string[])[link.Source, link.Target])];
        IEnumerable<PathNode> nodes =
            from side in (int[])[Before, After]
            from place in Enumerable.Range(0, segments + 1)
            where used.Contains(IdOf(side, place))
            select new PathNode(IdOf(side, place), place < segments ? words.Of(movement.Segments[place]) : words[side == Before ? "Segments.New" : "Segments.Gone"], side, place);
        return new PathPicture([.. nodes], links);
    }

    /// <summary>Customers as points, a colour for each segment.</summary>
    public static MapPicture Map(SegmentMap map, IReadOnlyList<LocalizedText> names, Words words) => new(
        [.. map.Centres.Select(centre => new MapSeries(
            words.Of(names[centre.Segment]),
            centre.Segment,
            [.. map.Points.Where(point => point.Segment == centre.Segment).Select(Place)],
            Place(centre)))],
        new MapAxis(words.Of(map.X.Low), words.Of(map.X.High)),
        new MapAxis(words.Of(map.Y.Low), words.Of(map.Y.High)));

    /// <summary>The largest move between two segments; null when nobody moved.</summary>
    public static (int From, int To, int Customers)? LargestMove(SegmentMovement movement)
    {
        (int From, int To, int Customers) largest = movement.Counts
            .SelectMany((row, from) => row.Select((customers, to) => (from, to, customers)))
            .Where(move => move.from != move.to)
            .DefaultIfEmpty()
            .MaxBy(move => move.customers);
        return largest.Customers > 0 ? largest : null;
    }

    private static void Add(List<PathStream> links, int from, int to, int customers)
    {
        if (customers > 0)
        {
            links.Add(new PathStream(IdOf(Before, from), IdOf(After, to), customers));
        }
    }

    private static double[] Place(SegmentPoint point) => [Math.Round(point.X, 2), Math.Round(point.Y, 2)];

    private static string IdOf(int side, int place) => string.Create(CultureInfo.InvariantCulture, $"{side}:{place}");
}

/// <summary>A map of customers.</summary>
internal sealed record MapPicture(IReadOnlyList<MapSeries> Series, MapAxis X, MapAxis Y);

/// <summary>One segment on the map: x and y of its customers and of its centre.</summary>
internal sealed record MapSeries(string Name, int Tone, IReadOnlyList<double[]> Points, double[] Centre);

/// <summary>What the ends of an axis mean.</summary>
internal sealed record MapAxis(string Low, string High);
