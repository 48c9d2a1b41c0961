using System.Globalization;
using MarketLoop.Analysis.Journeys;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>Paths as streams: a node for each act at each step.</summary>
internal sealed record PathPicture(IReadOnlyList<PathNode> Nodes, IReadOnlyList<PathStream> Links)
{
    private const int MostLinksOfStep = 14;
    private const double LeastShare = 0.01;

    /// <summary>Draws a report; thin streams are left out, so that the rest can be read.</summary>
    public static PathPicture Of(PathReport report, ActNames acts)
    {
        PathLink[] drawn = [.. report.Links
            .GroupBy(link => link.Step)
            .SelectMany(step => step.OrderByDescending(link => link.Visits).Where(link => link.Share >= LeastShare).Take(MostLinksOfStep))];
        int steps = drawn.Length == 0 ? 0 : drawn.Max(link => link.Step);
        int DepthOf(PathLink link) => report.IsBackwards ? steps - link.Step : link.Step - 1;
        HashSet<string> reached = [];
        List<PathStream> links = [];
        foreach (PathLink link in drawn.OrderBy(link => link.Step))
        {
            (string source, string target) = (IdOf(DepthOf(link), link.Source), IdOf(DepthOf(link) + 1, link.Target));
            (string near, string far) = report.IsBackwards ? (target, source) : (source, target);
            if (link.Step == 1 || reached.Contains(near))   // a stream out of nowhere is one whose beginning was too thin
            {
                reached.Add(near);
                reached.Add(far);
                links.Add(new PathStream(source, target, link.Visits));
            }
        }

        string[] names = [.. drawn.SelectMany(link => (string[])[link.Source, link.Target]).Distinct(StringComparer.Ordinal)];
        return new PathPicture(
            [.. reached.Order(StringComparer.Ordinal).Select(id => NodeOf(id, names, acts))],
            links);
    }

    private static PathNode NodeOf(string id, string[] names, ActNames acts)
    {
        int colon = id.IndexOf(':', StringComparison.Ordinal);
        string name = id[(colon + 1)..];
        return new PathNode(id, acts.Of(name), int.Parse(id[..colon], CultureInfo.InvariantCulture), Array.IndexOf(names, name));
    }

    private static string IdOf(int depth, string name) => depth.ToString(CultureInfo.InvariantCulture) + ":" + name;
}

/// <summary>One act at one step.</summary>
/// <param name="Id">Its id in the picture.</param>
/// <param name="Label">The words for it.</param>
/// <param name="Depth">Its column, from 0.</param>
/// <param name="Tone">Number of its colour: the same act has the same one everywhere.</param>
internal sealed record PathNode(string Id, string Label, int Depth, int Tone);

/// <summary>Visits from one node to another.</summary>
internal sealed record PathStream(string Source, string Target, int Value);
