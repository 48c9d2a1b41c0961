using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Analysis;

/// <summary>Customer types, and what is known of one customer.</summary>
internal static class SegmentEndpoints
{
    public static void MapSegments(this RouteGroupBuilder analysis)
    {
        analysis.MapGet("/segments", (SegmentReader reader) => TypedResults.Ok(reader.Read())).WithSummary("Segments with names, customers now, and averages of their features.");
        analysis.MapGet("/customers/{customer}", FindAsync).WithSummary("Newest insight of one customer (u:ID or a:ID).");
    }

    private static async Task<Results<Ok<CustomerInsight>, ProblemHttpResult>> FindAsync(
        HttpContext http, string customer, Analyst analyst, IEventLog log, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(CustomerId.TryParse(customer, out CustomerId id), "customer", "u:USERID or a:ANONYMOUSID");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        return analyst.FindInsight(await log.ResolveAsync(id, cancellationToken)) is { } insight
            ? TypedResults.Ok(insight)
            : Problems.Result(http, ProblemCode.NotFound, "Nothing is known of this customer yet; the next turn looks at new ones.");
    }
}

/// <summary>Segments that serve.</summary>
/// <param name="Models">Version of the models; null before any.</param>
/// <param name="Customers">Customers with an insight.</param>
/// <param name="Items">The segments, largest at training first.</param>
public sealed record SegmentList(ModelVersion? Models, int Customers, IReadOnlyList<SegmentView> Items);

/// <summary>One segment.</summary>
/// <param name="Index">Its index in the model.</param>
/// <param name="Name">What a shopkeeper would call it.</param>
/// <param name="Customers">Customers in it as of the last turn.</param>
/// <param name="Share">Their share of all, 0..1.</param>
/// <param name="Averages">Mean of each feature in plain units.</param>
/// <param name="Interests">Categories its customers care for.</param>
public sealed record SegmentView(
    int Index, LocalizedText Name, int Customers, double Share, IReadOnlyDictionary<string, double> Averages, IReadOnlyList<Interest> Interests);

/// <summary>Reads <see cref="SegmentList"/> for the API and the dashboard alike.</summary>
internal sealed class SegmentReader(CurrentModels models, Analyst analyst)
{
    public SegmentList Read()
    {
        ServingModels serving = models.Value;
        IReadOnlyCollection<CustomerPortrait> portraits = analyst.Portraits;
        Dictionary<int, int> customers = portraits
            .Where(portrait => portrait.Segment is not null)
            .GroupBy(portrait => portrait.Segment!.Value)   // filtered above
            .ToDictionary(group => group.Key, group => group.Count());
        int all = Math.Max(1, customers.Values.Sum());
        IReadOnlyList<SegmentProfile> segments = serving.Segments?.Segments ?? [];
        return new SegmentList(serving.Version, portraits.Count, [.. segments.Select(segment =>
        {
            int now = customers.GetValueOrDefault(segment.Index);
            return new SegmentView(segment.Index, segment.Name, now, (double)now / all, segment.Averages, segment.Interests);
        })]);
    }
}
