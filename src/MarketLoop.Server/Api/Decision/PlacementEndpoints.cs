using System.Security.Claims;
using MarketLoop.Analysis.Preference;
using MarketLoop.Data.Placements;
using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Decision;

/// <summary>Placements: their rules, who changed them, and what they would show a customer.</summary>
internal static class PlacementEndpoints
{
    private const int MostChanges = 500;

    public static void MapPlacements(this RouteGroupBuilder decision)
    {
        decision.MapGet("/placements", (PlacementDesk desk) => TypedResults.Ok(new Page<PlacementView>([.. desk.List().Select(PlacementView.Of)], null)))
            .WithSummary("All placements with their rules: the ready-made ones and those saved.");
        decision.MapGet("/placements/{name}", Find).WithSummary("One placement.");
        decision.MapPut("/placements/{name}", SaveAsync).RequireAuthorization(Policies.Owner).WithSummary("Saves a placement's rules, in force at once; the change is put on record.");
        decision.MapDelete("/placements/{name}", RemoveAsync).RequireAuthorization(Policies.Owner).WithSummary("Goes back to the ready-made rules; a placement of the shop's own is gone.");
        decision.MapPost("/placements/{name}/preview", PreviewAsync).RequireAuthorization(Policies.Secret).WithSummary("What a customer would see under these rules, with what each stage did; nothing is saved or logged.");
        decision.MapGet("/placement-changes", ListChangesAsync).WithSummary("Who changed which placement, newest first; placement narrows to one.");
    }

    private static Results<Ok<PlacementView>, ProblemHttpResult> Find(HttpContext http, PlacementDesk desk, string name) =>
        desk.List().FirstOrDefault(saved => string.Equals(saved.Placement.Name, name, StringComparison.Ordinal)) is { } found
            ? TypedResults.Ok(PlacementView.Of(found))
            : Problems.Result(http, ProblemCode.NotFound, "There is no placement of that name.");

    private static async Task<Results<Ok<PlacementView>, ProblemHttpResult>> SaveAsync(
        HttpContext http, PlacementDesk desk, string name, PlacementRules rules, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlacementFault> faults = await desk.SaveAsync(rules.ToPlacement(name), Asker(http.User), cancellationToken);
        return faults.Count == 0 ? TypedResults.Ok(PlacementView.Of(desk.List().First(saved => string.Equals(saved.Placement.Name, name, StringComparison.Ordinal)))) : Problems.Result(http, Errors(faults));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(HttpContext http, PlacementDesk desk, string name, CancellationToken cancellationToken) =>
        await desk.RemoveAsync(name, Asker(http.User), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Result(http, ProblemCode.NotFound, "Nothing is saved under that name; the ready-made rules are in force.");

    private static async Task<Results<Ok<RecommendationPreview>, ProblemHttpResult>> PreviewAsync(
        HttpContext http, RecommendationReader reader, string name, PreviewQuestion question, CancellationToken cancellationToken)
    {
        Placement placement = question.Rules?.ToPlacement(name) ?? reader.Recommender.PlacementOf(name);
        FieldErrors errors = Errors([.. PlacementCheck.Find(placement)]);
        CustomerId customer = default;
        errors.Require(question.Customer is null || CustomerId.TryParse(question.Customer, out customer), "customer", "u:USERID or a:ANONYMOUSID, or leave it out");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        ListRequest request = new()
        {
            Placement = placement,
            Customer = question.Customer is null ? null : customer,
            Beside = question.Product is { Length: > 0 } product ? [new ProductId(product)] : [],
            Count = placement.Count,
            Explains = true,
        };
        return TypedResults.Ok(await reader.ReadAsync(request, cancellationToken));
    }

    private static async Task<Results<Ok<Page<PlacementChange>>, ProblemHttpResult>> ListChangesAsync(
        HttpContext http, PlacementDesk desk, string? placement, int? limit, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(limit is null or (>= 1 and <= MostChanges), "limit", $"1 to {MostChanges}");
        return errors.Count > 0
            ? Problems.Result(http, errors)
            : TypedResults.Ok(new Page<PlacementChange>(await desk.ListChangesAsync(placement, limit ?? RecordPages.DefaultLimit, cancellationToken), null));
    }

    /// <summary>How whoever changes something stands on record.</summary>
    internal static string Asker(ClaimsPrincipal user) => user.IsInRole(Roles.Local) ? "command line" : user.IsInRole(Roles.Admin) ? "owner's sign-in" : "secret key";

    private static FieldErrors Errors(IReadOnlyList<PlacementFault> faults)
    {
        FieldErrors errors = new();
        foreach (PlacementFault fault in faults)
        {
            errors.Require(holds: false, fault.Field, fault.Cure.English);
        }

        return errors;
    }
}

/// <summary>The rules of a placement as they are sent: what is left out has its default.</summary>
public sealed record PlacementRules(
    string? Algorithm = null,
    int? Count = null,
    double? Diversity = null,
    double? Novelty = null,
    double? MarginWeight = null,
    int? MostPerCategory = null,
    int? MostPerBrand = null,
    decimal? LowestPrice = null,
    decimal? HighestPrice = null,
    IReadOnlyList<string>? OnlyBrands = null,
    IReadOnlyList<string>? WithoutBrands = null,
    IReadOnlyList<ProductId>? Pinned = null,
    IReadOnlyList<ProductId>? Banned = null,
    bool? AllowsBought = null,
    PreferenceAim? Aim = null)
{
    /// <summary>The placement they make; not checked yet.</summary>
    public Placement ToPlacement(string name)
    {
        Placement ready = ReadyPlacements.For(name);
        return new Placement
        {
            Name = name,
            Algorithm = Algorithm ?? ready.Algorithm,
            Count = Count ?? ready.Count,
            Diversity = Diversity ?? ready.Diversity,
            Novelty = Novelty ?? ready.Novelty,
            MarginWeight = MarginWeight ?? ready.MarginWeight,
            MostPerCategory = MostPerCategory,
            MostPerBrand = MostPerBrand,
            LowestPrice = LowestPrice,
            HighestPrice = HighestPrice,
            OnlyBrands = OnlyBrands ?? [],
            WithoutBrands = WithoutBrands ?? [],
            Pinned = Pinned ?? [],
            Banned = Banned ?? [],
            AllowsBought = AllowsBought ?? ready.AllowsBought,
            Aim = Aim ?? ready.Aim,
        };
    }
}

/// <summary>What a preview is asked with.</summary>
/// <param name="Customer">For whom; null for somebody unknown.</param>
/// <param name="Product">The product whose page it is; null elsewhere.</param>
/// <param name="Rules">The rules to try; null for those in force.</param>
public sealed record PreviewQuestion(string? Customer = null, string? Product = null, PlacementRules? Rules = null);

/// <summary>A placement as the API shows it.</summary>
/// <param name="Placement">Its rules.</param>
/// <param name="SavedAt">When they were saved; null for ready-made ones.</param>
/// <param name="SavedBy">Who saved them; null for ready-made ones.</param>
/// <param name="Purpose">What a ready-made placement is for; null for the shop's own.</param>
public sealed record PlacementView(Placement Placement, DateTimeOffset? SavedAt, string? SavedBy, LocalizedText? Purpose)
{
    /// <summary>Shows a placement.</summary>
    public static PlacementView Of(SavedPlacement saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        return new PlacementView(saved.Placement, saved.SavedAt, saved.SavedBy, ReadyPlacements.Purpose(saved.Placement.Name));
    }
}
