using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Journeys;

/// <summary>Which customer is in which segment, as of the newest insight of each. Group 0 has none.</summary>
internal sealed class SegmentMembership
{
    private readonly Dictionary<CustomerId, int> groups = [];
    private readonly SortedDictionary<int, LocalizedText> names = [];

    /// <summary>Names by group; group 0 is left out.</summary>
    public IReadOnlyDictionary<int, LocalizedText> Names => names;

    /// <summary>Groups there may be, group 0 included.</summary>
    public int Count => names.Count == 0 ? 1 : names.Keys.Max() + 1;

    public int GroupOf(CustomerId customer) => groups.GetValueOrDefault(customer);

    /// <summary>From the portraits of the last turn, or from the insights in the log when no turn was made since the start.</summary>
    public static async Task<SegmentMembership> ReadAsync(Analyst analyst, IEventLog log, CancellationToken cancellationToken)
    {
        SegmentMembership membership = new();
        if (analyst.CustomerCount > 0)
        {
            foreach (CustomerPortrait portrait in analyst.Portraits)
            {
                membership.Add(portrait.Insight);
            }

            return membership;
        }

        await foreach (CustomerInsight insight in log.ReadAsync<CustomerInsight>(LogRange.Everything, cancellationToken))
        {
            membership.Add(insight);
        }

        return membership;
    }

    private void Add(CustomerInsight insight)
    {
        groups[insight.Customer] = insight.Segment is { } segment ? segment + 1 : 0;
        if (insight is { Segment: { } index, SegmentName: { } name })
        {
            names[index + 1] = name;
        }
    }
}
