using MarketLoop.Analysis;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;

namespace MarketLoop.Server.Api.Data;

/// <summary>A customer that a search found.</summary>
/// <param name="Customer">The customer.</param>
/// <param name="Name">Name, if told.</param>
/// <param name="Segment">Segment, once there is one.</param>
/// <param name="Orders">Orders placed; null before the first turn that saw the customer.</param>
/// <param name="Monetary">Net revenue.</param>
/// <param name="RecencyDays">Days since the last order.</param>
public sealed record CustomerHit(CustomerId Customer, string? Name, LocalizedText? Segment, int? Orders, decimal? Monetary, double? RecencyDays);

/// <summary>Finds customers by id, name or address; without a query those with the highest revenue.</summary>
internal sealed class CustomerSearch(Analyst analyst, IProfileStore profiles, IEventLog log)
{
    public async Task<IReadOnlyList<CustomerHit>> FindAsync(string? query, int limit, CancellationToken cancellationToken)
    {
        string text = query?.Trim() ?? "";
        List<CustomerId> found = text.Length == 0
            ? [.. analyst.Portraits
                .OrderByDescending(portrait => portrait.Insight.Features.Monetary)
                .ThenBy(portrait => portrait.Customer.ToString(), StringComparer.Ordinal)
                .Take(limit)
                .Select(portrait => portrait.Customer)]
            : await SearchAsync(text, limit, cancellationToken);
        IReadOnlyDictionary<CustomerId, CustomerProfile> known = await profiles.FindManyAsync(found, cancellationToken);
        return [.. found.Select(customer => Describe(customer, known.GetValueOrDefault(customer)))];
    }

    private async Task<List<CustomerId>> SearchAsync(string text, int limit, CancellationToken cancellationToken)
    {
        List<CustomerId> found = [];
        CustomerId[] exact = CustomerId.TryParse(text, out CustomerId written) ? [written] : [CustomerId.Known(text), CustomerId.Anonymous(text)];
        foreach (CustomerId candidate in exact)
        {
            CustomerId resolved = await log.ResolveAsync(candidate, cancellationToken);
            if (analyst.FindInsight(resolved) is not null || (await log.ReadTimelineAsync(resolved, 1, null, cancellationToken)).Count > 0)
            {
                found.Add(resolved);
            }
        }

        found.AddRange((await profiles.SearchAsync(text, limit, cancellationToken)).Select(profile => profile.Customer));
        found.AddRange(analyst.Portraits
            .Select(portrait => portrait.Customer)
            .Where(customer => customer.Value.Contains(text, StringComparison.OrdinalIgnoreCase))
            .OrderBy(customer => customer.ToString(), StringComparer.Ordinal)
            .Take(limit));
        return [.. found.Distinct().Take(limit)];
    }

    private CustomerHit Describe(CustomerId customer, CustomerProfile? profile)
    {
        CustomerInsight? insight = analyst.FindInsight(customer);
        return new CustomerHit(customer, profile?.Name, insight?.SegmentName, insight?.Features.Orders, insight?.Features.Monetary, insight?.Features.RecencyDays);
    }
}
