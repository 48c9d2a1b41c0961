using System.Text.Json;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Data.Audiences;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Analysis;

/// <summary>Audiences: rules counted while they are built, saved, exported. Lists of members are the owner's alone, and every export is put on record.</summary>
internal static class AudienceEndpoints
{
    private const int MostPreviewed = 100;
    private const int DefaultPreviewed = 10;
    private const int MostRecords = 1_000;

    public static void MapAudiences(this RouteGroupBuilder analysis)
    {
        analysis.MapGet("/audiences", ListAsync).WithSummary("Saved audiences with their rules and their sizes by day.");
        analysis.MapGet("/audiences/{name}", FindAsync).WithSummary("One saved audience.");
        analysis.MapPut("/audiences/{name}", SaveAsync).RequireAuthorization(Policies.Owner).WithSummary("Saves a rule under a name, replacing what was there, and hands its members to decisions.");
        analysis.MapDelete("/audiences/{name}", RemoveAsync).RequireAuthorization(Policies.Owner).WithSummary("Removes a saved audience.");
        analysis.MapPost("/audiences/count", CountAsync).WithSummary("How many a rule means now; nothing is saved.");
        analysis.MapPost("/audiences/preview", PreviewAsync).RequireAuthorization(Policies.Owner).WithSummary("The count and its first members with a few features; nothing is saved.");
        analysis.MapGet("/audiences/{name}/groups", GroupAsync).WithSummary("Members in groups (by = segment, device, source, category, weekday, orders), small groups hidden; format csv or json.");
        analysis.MapGet("/audiences/{name}/members", ListMembersAsync).RequireAuthorization(Policies.Owner).WithSummary("All members as CSV; the export is put on record.");
        analysis.MapGet("/audience-exports", ListExportsAsync).RequireAuthorization(Policies.Owner).WithSummary("Who took what of which audience out of the shop, newest first.");
        analysis.MapGet("/audience-fields", () => TypedResults.Ok(AudienceFields.Features)).WithSummary("The features that a rule may name.");
    }

    private static async Task<Ok<Page<AudienceView>>> ListAsync(AudienceDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<AudienceView>([.. (await desk.ListAsync(cancellationToken)).Select(AudienceView.Of)], null));

    private static async Task<Results<Ok<AudienceView>, ProblemHttpResult>> FindAsync(HttpContext http, AudienceDesk desk, string name, CancellationToken cancellationToken) =>
        await desk.FindAsync(name, cancellationToken) is { } audience ? TypedResults.Ok(AudienceView.Of(audience)) : Unknown(http);

    private static async Task<Results<Ok<AudienceCount>, ProblemHttpResult>> SaveAsync(
        HttpContext http, AudienceDesk desk, string name, AudienceRequest request, CancellationToken cancellationToken)
    {
        FieldErrors errors = new();
        AudienceRule? rule = Read(request, errors);
        errors.Require(AudienceCheck.FindInName(name) is null, "name", AudienceCheck.FindInName(name)?.Cure ?? "");
        return rule is null || errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await desk.SaveAsync(name, rule, cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(HttpContext http, AudienceDesk desk, string name, CancellationToken cancellationToken) =>
        await desk.RemoveAsync(name, cancellationToken) ? TypedResults.NoContent() : Unknown(http);

    private static async Task<Results<Ok<AudienceCount>, ProblemHttpResult>> CountAsync(HttpContext http, AudienceDesk desk, AudienceRequest request, CancellationToken cancellationToken)
    {
        FieldErrors errors = new();
        return Read(request, errors) is { } rule ? TypedResults.Ok(await desk.CountAsync(rule, cancellationToken)) : Problems.Result(http, errors);
    }

    private static async Task<Results<Ok<AudiencePreview>, ProblemHttpResult>> PreviewAsync(
        HttpContext http, AudienceDesk desk, AudienceRequest request, int? limit, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(limit is null or (>= 1 and <= MostPreviewed), "limit", $"1 to {MostPreviewed}");
        AudienceRule? rule = Read(request, errors);
        return rule is null || errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(await desk.PreviewAsync(rule, limit ?? DefaultPreviewed, cancellationToken));
    }

    private static async Task<Results<Ok<AudienceTable>, FileContentHttpResult, ProblemHttpResult>> GroupAsync(
        HttpContext http, AudienceDesk desk, string name, string? by, string? format, CancellationToken cancellationToken)
    {
        AudienceGrouping grouping = default;
        FieldErrors errors = new FieldErrors()
            .Require(Enum.TryParse(by ?? nameof(AudienceGrouping.Segment), ignoreCase: true, out grouping) && Enum.IsDefined(grouping), "by", "segment, device, source, category, weekday or orders")
            .Require(format is null or "json" or "csv", "format", "json or csv");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        if (await desk.FindAsync(name, cancellationToken) is not { } audience)
        {
            return Unknown(http);
        }

        AudienceTable table = await desk.GroupAsync(name, audience.Rule, grouping, Asker(http), cancellationToken);
        return string.Equals(format, "csv", StringComparison.Ordinal) ? CsvFile.Of(AudienceFiles.Write(table), "audience-groups.csv") : TypedResults.Ok(table);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ListMembersAsync(HttpContext http, AudienceDesk desk, string name, CancellationToken cancellationToken) =>
        await desk.FindAsync(name, cancellationToken) is { } audience
            ? CsvFile.Of(AudienceFiles.Write(await desk.ListMembersAsync(name, audience.Rule, Asker(http), cancellationToken)), "audience-members.csv")
            : Unknown(http);

    private static async Task<Ok<Page<AudienceExportNote>>> ListExportsAsync(AudienceDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<AudienceExportNote>(await desk.ListExportsAsync(MostRecords, cancellationToken), null));

    private static AudienceRule? Read(AudienceRequest request, FieldErrors errors)
    {
        if (request.Rule is not { ValueKind: JsonValueKind.Object } told)
        {
            errors.Require(holds: false, "rule", "a rule, such as {\"type\":\"feature\",\"feature\":\"orders\",\"is\":\"atLeast\",\"value\":3}");
            return null;
        }

        try
        {
            AudienceRule rule = AudienceRule.Parse(told.GetRawText());
            IReadOnlyList<AudienceFault> faults = AudienceCheck.Find(rule);
            foreach (AudienceFault fault in faults)
            {
                errors.Require(holds: false, fault.Path, fault.Cure);
            }

            return faults.Count == 0 ? rule : null;
        }
        catch (MarketLoopException unreadable)
        {
            errors.Require(holds: false, "rule", unreadable.Message);
            return null;
        }
    }

    private static string Asker(HttpContext http) =>
        http.User.IsInRole(Roles.Local) ? "command line" : http.User.IsInRole(Roles.Admin) ? "owner's sign-in" : "secret key";

    private static ProblemHttpResult Unknown(HttpContext http) => Problems.Result(http, ProblemCode.NotFound, "There is no audience of that name.");
}

/// <summary>A rule to count or save.</summary>
/// <param name="Rule">The rule as JSON.</param>
public sealed record AudienceRequest(JsonElement? Rule);

/// <summary>A saved audience as the API shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rule">Its rule as JSON.</param>
/// <param name="SavedAt">When it was saved last.</param>
/// <param name="Members">How many were in it at the last count; null before one.</param>
/// <param name="Sizes">How many by day, oldest first.</param>
public sealed record AudienceView(string Name, JsonElement Rule, DateTimeOffset SavedAt, int? Members, IReadOnlyList<AudienceSize> Sizes)
{
    /// <summary>Shows an audience.</summary>
    public static AudienceView Of(Audience audience)
    {
        ArgumentNullException.ThrowIfNull(audience);
        using JsonDocument rule = JsonDocument.Parse(audience.Rule.ToJson());
        return new AudienceView(audience.Name, rule.RootElement.Clone(), audience.SavedAt, audience.Sizes.Count > 0 ? audience.Sizes[^1].Members : null, audience.Sizes);
    }
}
