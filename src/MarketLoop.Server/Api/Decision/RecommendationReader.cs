using MarketLoop.Data.Catalog;
using MarketLoop.Data.Consent;
using MarketLoop.Data.EventLog;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;

namespace MarketLoop.Server.Api.Decision;

/// <summary>A list of recommendations as the API shows it.</summary>
/// <param name="Customer">For whom, a browser resolved to who signed in on it; null when it is for nobody in particular.</param>
/// <param name="Policy">What chose them.</param>
/// <param name="Models">Models used; null when none was.</param>
/// <param name="Items">Best first.</param>
public sealed record RecommendationPreview(CustomerId? Customer, string Policy, ModelVersion? Models, IReadOnlyList<RecommendedProduct> Items)
{
    /// <summary>False when nothing of a customer was looked at: nobody was named, or they opted out.</summary>
    public bool IsPersonal { get; init; }

    /// <summary>Why there are fewer than asked for; null when there are not.</summary>
    public LocalizedText? Shortfall { get; init; }

    /// <summary>What each stage did; null unless asked for.</summary>
    public IReadOnlyList<StageNote>? Stages { get; init; }
}

/// <summary>A product with where it came from and why.</summary>
public sealed record RecommendedProduct(ProductId Product, LocalizedText Name, decimal? Price, double Score, RecommendationSource Source, LocalizedText Reason)
{
    /// <summary>What the score is the sum of; null unless asked for.</summary>
    public IReadOnlyList<ScorePart>? Parts { get; init; }
}

/// <summary>Why a product is in a list, or why not.</summary>
/// <param name="Product">The product.</param>
/// <param name="Position">Its place from 0; null when it is not in the list.</param>
/// <param name="Cause">Why it may not be there; <c>none</c> when it may.</param>
/// <param name="Item">It as it stands in the list; null when it does not.</param>
/// <param name="List">The list that was looked at.</param>
public sealed record ProductExplanation(ProductId Product, int? Position, RemovalCause Cause, RecommendedProduct? Item, RecommendationPreview List);

/// <summary>Reads lists for the API and the dashboard alike.</summary>
internal sealed class RecommendationReader(Recommender recommender, PersonalisationCheck check, TimeProvider clock, IEventLog log, ICatalogStore catalog)
{
    private const int LongestId = 200;

    /// <summary>Who recommends.</summary>
    public Recommender Recommender => recommender;

    /// <summary>A customer's list by the rules of the front page.</summary>
    public Task<RecommendationPreview> ReadAsync(CustomerId customer, int count, CancellationToken cancellationToken) =>
        ReadAsync(new ListRequest { Placement = recommender.PlacementOf("home"), Customer = customer, Count = count }, cancellationToken);

    /// <summary>A list; somebody who opted out gets the one that is the same for all.</summary>
    public async Task<RecommendationPreview> ReadAsync(ListRequest request, CancellationToken cancellationToken)
    {
        (RankedList list, CustomerId? customer, bool isPersonal) = await FindAsync(request, cancellationToken);
        return Show(list, customer, isPersonal);
    }

    /// <summary>The list itself, whom it is for, and whether it is personal.</summary>
    public async Task<(RankedList List, CustomerId? Customer, bool IsPersonal)> FindAsync(ListRequest request, CancellationToken cancellationToken)
    {
        if (request.Customer is not { } asked)
        {
            return (await recommender.RecommendAsync(request, cancellationToken), null, request.Session.Count + request.Beside.Count > 0);
        }

        CustomerId resolved = await log.ResolveAsync(asked, cancellationToken);
        Allowance allowance = await check.AskAsync(resolved, clock.GetUtcNow(), sendsPrivacyControl: false, cancellationToken);
        return allowance.AgainstPersonalisation is null
            ? (await recommender.RecommendAsync(request with { Customer = resolved }, cancellationToken), resolved, true)
            : (recommender.RecommendShared(request), resolved, false);
    }

    /// <summary>Why a product is in the customer's list, or why not.</summary>
    public async Task<ProductExplanation> ExplainAsync(ListRequest request, ProductId product, CancellationToken cancellationToken)
    {
        RecommendationPreview list = await ReadAsync(request with { Explains = true }, cancellationToken);
        for (int place = 0; place < list.Items.Count; place++)
        {
            if (list.Items[place].Product == product)
            {
                return new ProductExplanation(product, place, RemovalCause.None, list.Items[place], list);
            }
        }

        RemovalCause cause = list.IsPersonal
            ? await recommender.CheckAsync(request, product, cancellationToken)
            : await recommender.CheckAsync(request with { Customer = null }, product, cancellationToken);
        return new ProductExplanation(product, null, cause, null, list);
    }

    /// <summary>The request that an address means.</summary>
    public ListRequest RequestOf(ListQuery query, string placement)
    {
        MarketLoop.Decision.Placements.Placement rules = recommender.PlacementOf(query.Placement ?? placement);
        return new ListRequest { Placement = rules, Count = query.Count ?? rules.Count, Offset = query.Offset ?? 0, Category = query.Category, Explains = query.Explain == true };
    }

    /// <summary>The request that a body means; faults are noted.</summary>
    public ListRequest? Read(ListQuestion question, string placement, FieldErrors errors)
    {
        CustomerId customer = default;
        bool isNamed = question.Customer is not null;
        errors.Require(!isNamed || CustomerId.TryParse(question.Customer, out customer), "customer", "u:USERID or a:ANONYMOUSID, or leave it out for a session");
        foreach ((string field, IReadOnlyList<string>? ids) in ((string, IReadOnlyList<string>?)[])[("session", question.Session), ("items", question.Items), ("without", question.Without)])
        {
            errors.Require(
                ids is null || (ids.Count <= ListRequest.MostItems && ids.All(id => id is { Length: > 0 and <= LongestId })),
                field,
                $"at most {ListRequest.MostItems} product ids of 1 to {LongestId} characters");
        }

        return errors.Count > 0 ? null : RequestOf(question.Query, placement) with
        {
            Customer = isNamed ? customer : null,
            Session = ProductsOf(question.Session),
            Beside = ProductsOf(question.Items),
            Without = ProductsOf(question.Without),
        };
    }

    /// <summary>A list with the names of its products.</summary>
    public RecommendationPreview Show(RankedList list, CustomerId? customer, bool isPersonal)
    {
        ArgumentNullException.ThrowIfNull(list);
        IReadOnlyDictionary<ProductId, Product> products = catalog.Current;
        return new RecommendationPreview(customer, list.Policy, list.Models, [.. list.Items.Select(item =>
        {
            Product? product = products.GetValueOrDefault(item.Product);
            return new RecommendedProduct(item.Product, product?.Name ?? new LocalizedText(item.Product.Value, null), product?.Price, item.Score, item.Source, item.Reason) { Parts = item.Parts };
        })])
        {
            IsPersonal = isPersonal,
            Shortfall = list.Shortfall,
            Stages = list.Stages,
        };
    }

    private static ProductId[] ProductsOf(IReadOnlyList<string>? ids) => ids is null ? [] : [.. ids.Select(id => new ProductId(id))];
}
