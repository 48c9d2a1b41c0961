using MarketLoop.Data.Catalog;
using MarketLoop.Decision.Planning;
using MarketLoop.Domain;
using MarketLoop.Execution.Channels.OnSite;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Execution;

/// <summary>Slots of the shop's pages. The answer carries a signed token that comes back with the view, so nothing is written here.</summary>
internal static class SlotEndpoints
{
    private const int LongestId = 200;

    public static void MapSlots(this IEndpointRouteBuilder app) => app
        .MapGet("/api/v1/execution/slots/{placement}", ReadAsync)
        .WithTags("execution")
        .WithSummary("Products for one place of a page. A write key speaks for its own browser, or for a user id with userHash; anybody else gets the popular ones.")
        .RequireAuthorization(Policies.AnyKey)
        .RequireCors(Pipeline.SlotCors)
        .RequireRateLimiting(BusyTraffic.Slots)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Results<Ok<SlotAnswer>, ProblemHttpResult>> ReadAsync(
        HttpContext http, string placement, [AsParameters] SlotQuery query, SlotServices services, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors()
            .Require(placement.Length <= 64, "placement", "at most 64 characters")
            .Require(query.Count is null or (>= 1 and <= SlotRequest.LargestCount), "count", $"1 to {SlotRequest.LargestCount}")
            .Require(query.UserId is null or { Length: <= LongestId }, "userId", $"at most {LongestId} characters")
            .Require(query.AnonymousId is null or { Length: <= LongestId }, "anonymousId", $"at most {LongestId} characters")
            .Require(query.Product is null or { Length: <= LongestId }, "product", $"at most {LongestId} characters")
            .Require(query.RequestId is null or { Length: <= LongestId }, "requestId", $"at most {LongestId} characters");
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(await services.AnswerAsync(http, placement, query, cancellationToken));
    }
}

/// <summary>What a slot is asked with.</summary>
internal sealed record SlotQuery(string? UserId, string? UserHash, string? AnonymousId, int? Count, string? Product, string? RequestId);

/// <summary>Fills slots.</summary>
internal sealed class SlotServices(SlotVisitor visitors, SlotPlanner planner, TreatmentTokens tokens, LoopControl control, ICatalogStore catalog)
{
    public async Task<SlotAnswer> AnswerAsync(HttpContext http, string placement, SlotQuery query, CancellationToken cancellationToken)
    {
        CustomerId? customer = await visitors.IdentifyAsync(http, query.UserId, query.UserHash, query.AnonymousId, cancellationToken);
        SlotDecision decision = await planner.DecideAsync(
            new SlotRequest
            {
                Placement = placement,
                Customer = customer,
                IsPersonalised = customer is not null,
                SendsPrivacyControl = PrivacyControl.IsSent(http.Request),
                Count = query.Count ?? 10,
                Product = string.IsNullOrWhiteSpace(query.Product) ? null : new ProductId(query.Product),
                RequestId = query.RequestId,
                Mode = await control.ReadModeAsync(cancellationToken),
            },
            cancellationToken);
        IReadOnlyDictionary<ProductId, Product> products = catalog.Current;
        return new SlotAnswer(
            decision.Treatment?.Id,
            decision.Treatment is null ? null : tokens.Sign(decision.Treatment),
            placement,
            decision.IsPersonalised,
            decision.Treatment?.Arm,
            [.. decision.Items.Select(item => SlotItem.From(item, products.GetValueOrDefault(item.Product)))]);
    }
}

/// <summary>The answer to a slot.</summary>
/// <param name="TreatmentId">The treatment; null when this answer is not part of the experiment.</param>
/// <param name="Token">To be sent back with <c>Promotion Viewed</c> and <c>Promotion Clicked</c>; null with it.</param>
/// <param name="Placement">The place asked for.</param>
/// <param name="Personalised">True when the products were chosen for this customer.</param>
/// <param name="Arm">Arm of the experiment; null outside it.</param>
/// <param name="Items">The products, in order of position.</param>
public sealed record SlotAnswer(TreatmentId? TreatmentId, string? Token, string Placement, bool Personalised, Arm? Arm, IReadOnlyList<SlotItem> Items);

/// <summary>A product in a slot.</summary>
public sealed record SlotItem(ProductId ProductId, LocalizedText Name, decimal? Price, string? Url, string? ImageUrl, int Position, LocalizedText Reason)
{
    private static readonly LocalizedText Advertisement = new("Ad", "广告");

    /// <summary>True when an advertising campaign pays for the place: the page must say so.</summary>
    public bool IsPaid => Label is not null;

    /// <summary>What the page must write beside it; null where nobody pays.</summary>
    public LocalizedText? Label { get; init; }

    internal static SlotItem From(ShownItem item, Product? product) =>
        new(item.Product, product?.Name ?? new LocalizedText(item.Product.Value, null), product?.Price, product?.Url, product?.ImageUrl, item.Position, item.Reason)
        {
            Label = item.Campaign is null ? null : Advertisement,
        };
}
