using MarketLoop.Analysis.Audiences;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Promotions and advertising campaigns of the shop.</summary>
internal static class CampaignEndpoints
{
    private const int MostCampaigns = 1_000;
    private const int MostProducts = 10_000;

    public static void MapCampaigns(this RouteGroupBuilder data)
    {
        data.MapGet("/campaigns", ListAsync).WithSummary("Promotions and advertising campaigns in order of id.");
        data.MapGet("/campaigns/{id}", FindAsync).WithSummary("One campaign.");
        data.MapPut("/campaigns", ReplaceAsync).RequireAuthorization(Policies.Secret).WithSummary("Adds or replaces campaigns by id.");
        data.MapDelete("/campaigns/{id}", RemoveAsync).RequireAuthorization(Policies.Secret).WithSummary("Removes a campaign.");
    }

    private static async Task<Results<Ok<Page<Campaign>>, ProblemHttpResult>> ListAsync(
        HttpContext http, ICampaignStore campaigns, string? kind, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        CampaignKind wanted = default;
        FieldErrors errors = RecordPages.CheckLimit(limit)
            .Require(kind is null || (Enum.TryParse(kind, ignoreCase: true, out wanted) && Enum.IsDefined(wanted)), "kind", "promotion or advertising");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        int rows = limit ?? RecordPages.DefaultLimit;
        IReadOnlyList<Campaign> found = await campaigns.ListAsync(cursor, kind is null ? null : wanted, rows + 1, cancellationToken);
        return TypedResults.Ok(RecordPages.Cut(found, rows, campaign => campaign.Id.Value));
    }

    private static async Task<Results<Ok<Campaign>, ProblemHttpResult>> FindAsync(HttpContext http, ICampaignStore campaigns, string id, CancellationToken cancellationToken) =>
        await campaigns.FindAsync(new CampaignId(id), cancellationToken) is { } campaign
            ? TypedResults.Ok(campaign)
            : Problems.Result(http, ProblemCode.NotFound, "There is no such campaign.");

    private static async Task<Results<Ok<CampaignAnswer>, ProblemHttpResult>> ReplaceAsync(
        HttpContext http, CampaignsRequest request, ICampaignStore campaigns, CancellationToken cancellationToken)
    {
        IReadOnlyList<CampaignInput?> wanted = request.Campaigns ?? [];
        FieldErrors errors = new FieldErrors().Require(wanted.Count is >= 1 and <= MostCampaigns, "campaigns", $"1 to {MostCampaigns} in one request");
        List<Campaign> read = [.. wanted.Take(MostCampaigns).Select((input, index) => Read(input, $"campaigns[{index}]", errors)).OfType<Campaign>()];
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        await campaigns.UpsertAsync(read, cancellationToken);
        return TypedResults.Ok(new CampaignAnswer(read.Count));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(HttpContext http, ICampaignStore campaigns, string id, CancellationToken cancellationToken) =>
        await campaigns.RemoveAsync(new CampaignId(id), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Result(http, ProblemCode.NotFound, "There is no such campaign.");

    private static Campaign? Read(CampaignInput? input, string field, FieldErrors errors)
    {
        int before = errors.Count;
        errors.Require(input is not null, field, "an object")
            .Require(input is null || !string.IsNullOrWhiteSpace(input.Id) && input.Id.Length <= 200, field + ".id", "1 to 200 characters")
            .Require(input is null || input.Name?.IsThere == true, field + ".name", "a text in en or zh")
            .Require(input is null || (input.Kind is { } kind && Enum.IsDefined(kind)), field + ".kind", "promotion or advertising")
            .Require(input is null || !string.IsNullOrWhiteSpace(input.Type) && input.Type.Length <= 100, field + ".type", "1 to 100 characters")
            .Require(input?.Position is null or { Length: <= 200 }, field + ".position", "at most 200 characters")
            .Require(input?.Budget is null or >= 0 and <= 1_000_000_000_000, field + ".budget", "0 to 1,000,000,000,000")
            .Require(input?.Strength is null or >= 0 and <= 1, field + ".strength", "0 to 1")
            .Require(input?.Audience is null || AudienceCheck.FindInName(input.Audience) is null, field + ".audience", "the name of an audience")
            .Require(!(input?.From >= input?.Until), field + ".until", "after from")
            .Require(input?.Products is null || (input.Products.Count <= MostProducts && input.Products.All(id => !string.IsNullOrWhiteSpace(id))), field + ".products", $"at most {MostProducts} ids, none blank");
        return errors.Count > before || input is null ? null : new Campaign
        {
            Id = new CampaignId(input.Id!),     // checked above, as are the name, the kind and the type
            Name = input.Name!.ToText()!,
            Kind = input.Kind!.Value,
            Type = input.Type!.Trim(),
            Position = string.IsNullOrWhiteSpace(input.Position) ? null : input.Position.Trim(),
            Content = input.Content?.ToText(),
            Budget = input.Budget,
            From = input.From,
            Until = input.Until,
            Strength = input.Strength,
            Audience = input.Audience,
            Products = [.. (input.Products ?? []).Select(id => new ProductId(id))],
        };
    }
}

/// <summary>Campaigns to add or replace.</summary>
public sealed record CampaignsRequest(IReadOnlyList<CampaignInput?>? Campaigns);

/// <summary>How many campaigns were taken.</summary>
public sealed record CampaignAnswer(int Accepted);

/// <summary>A campaign as a shop sends it.</summary>
public sealed record CampaignInput
{
    /// <summary>Its id.</summary>
    public string? Id { get; init; }

    /// <summary>Its name in one or both languages.</summary>
    public TextInput? Name { get; init; }

    /// <summary>Promotion or advertising.</summary>
    public CampaignKind? Kind { get; init; }

    /// <summary>What it is, in the shop's words.</summary>
    public string? Type { get; init; }

    /// <summary>Where it stands.</summary>
    public string? Position { get; init; }

    /// <summary>What it says.</summary>
    public TextInput? Content { get; init; }

    /// <summary>Most it may cost, in the shop's currency.</summary>
    public decimal? Budget { get; init; }

    /// <summary>First moment.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>First moment after it.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How strong it is, 0..1.</summary>
    public double? Strength { get; init; }

    /// <summary>Name of a saved audience whose members alone it is for; absent for everybody.</summary>
    public string? Audience { get; init; }

    /// <summary>The products it is about; absent for all.</summary>
    public IReadOnlyList<string>? Products { get; init; }
}
