using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Decision.Experiments;
using MarketLoop.Domain;
using MarketLoop.Server.Api;
using MarketLoop.Server.Api.Decision;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the page of one customer shows.</summary>
internal sealed record CustomerPageModel
{
    public required CustomerProfile? Profile { get; init; }

    public required CustomerInsight? Insight { get; init; }

    /// <summary>What they will probably do, with reasons.</summary>
    public required IReadOnlyList<OutlookExplanation> Outlook { get; init; }

    public required Arm Arm { get; init; }

    public required IReadOnlyList<Interaction> Acts { get; init; }

    public required DateTimeOffset? Before { get; init; }

    public required RecommendationPreview Recommendations { get; init; }

    public required IReadOnlyList<Treatment> Treatments { get; init; }

    public required IReadOnlyDictionary<ProductId, Product> Products { get; init; }

    /// <summary>True when nobody of this id was ever heard of.</summary>
    public bool IsUnknown => Profile is null && Insight is null && Acts.Count == 0;

    /// <summary>What an act was about: its search, its products.</summary>
    public string About(Interaction act, Words words)
    {
        const int Named = 3;
        if (act.SearchTerm is { } term)
        {
            return words.IsChinese ? $"「{term}」" : $"“{term}”";
        }

        string names = string.Join(", ", act.Lines.Take(Named).Select(line =>
            (Products.TryGetValue(line.Product, out Product? product) ? words.Of(product.Name) : line.Product.Value) + (line.Quantity > 1 ? $" × {line.Quantity}" : "")));
        return act.Lines.Count > Named ? names + " " + words["Customer.More", act.Lines.Count - Named] : names;
    }
}

/// <summary>Reads the page of one customer.</summary>
internal sealed class CustomerPageReader(
    IdentityReader identity, Analyst analyst, IEventLog log, RecommendationReader recommendations, ControlGroup control, ICatalogStore catalog, CurrentModels models)
{
    private const int Acts = 25;
    private const int Recommended = 8;
    private const int Treatments = 5;

    public async Task<CustomerPageModel> ReadAsync(CustomerId customer, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        (IReadOnlyList<CustomerId> ids, CustomerProfile? profile) = await identity.ReadPersonAsync(customer, cancellationToken);
        CustomerId resolved = ids[0];
        HashSet<CustomerId> own = [.. ids];
        IReadOnlyList<Interaction> acts = await log.ReadTimelineAsync(resolved, Acts, before, cancellationToken);
        CustomerInsight? insight = analyst.FindInsight(resolved);
        return new CustomerPageModel
        {
            Profile = profile,
            Insight = insight,
            Outlook = insight is null ? [] : models.Value.Explain(insight.Features),
            Arm = control.ArmOf(resolved).Arm,
            Acts = acts,
            Before = acts.Count == Acts ? acts[^1].OccurredAt : null,
            Recommendations = await recommendations.ReadAsync(resolved, Recommended, cancellationToken),
            Treatments = (await RecordPages.ReadAsync<Treatment>(log, null, Treatments, treatment => own.Contains(treatment.Customer), cancellationToken)).Items,
            Products = catalog.Current,
        };
    }
}
