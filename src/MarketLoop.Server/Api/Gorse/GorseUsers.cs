using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Analysis;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Gorse;

/// <summary>A user as Gorse writes it.</summary>
internal sealed record GorseUser
{
    /// <summary>The id.</summary>
    [JsonPropertyName("UserId")]
    public string? UserId { get; init; }

    /// <summary>Whatever is known of the user, as JSON.</summary>
    [JsonPropertyName("Labels")]
    public JsonElement? Labels { get; init; }

    /// <summary>A note.</summary>
    [JsonPropertyName("Comment")]
    public string? Comment { get; init; }
}

/// <summary>A page of users.</summary>
internal sealed record GorseUserPage([property: JsonPropertyName("Cursor")] string Cursor, [property: JsonPropertyName("Users")] IReadOnlyList<GorseUser> Users);

/// <summary>Gorse's users are customers: labels and comment are told to the log as traits, and deleting is an erasure.</summary>
internal static class GorseUserEndpoints
{
    private const int ActsRead = 500;

    public static void MapGorseUsers(this RouteGroupBuilder gorse)
    {
        gorse.MapPost("/user", (HttpContext http, GorseUser body, SegmentIntake intake, TimeProvider clock, CancellationToken cancellationToken) =>
            InsertAsync(http, [body], intake, clock, cancellationToken)).WithSummary("Adds or replaces a user.");
        gorse.MapPost("/users", InsertAsync).WithSummary("Adds or replaces users.");
        gorse.MapGet("/user/{user}", FindAsync).WithSummary("A user.");
        gorse.MapPatch("/user/{user}", (HttpContext http, string user, GorseUser body, SegmentIntake intake, TimeProvider clock, CancellationToken cancellationToken) =>
            InsertAsync(http, [body with { UserId = user }], intake, clock, cancellationToken)).WithSummary("Replaces what is known of a user.");
        gorse.MapDelete("/user/{user}", RemoveAsync).WithSummary("Erases a user and all that is known of them.");
        gorse.MapGet("/users", ListAsync).WithSummary("Users known to the last turn, in order of id.");
    }

    private static async Task<Results<Ok<RowsAffected>, ProblemHttpResult>> InsertAsync(
        HttpContext http, GorseUser?[] body, SegmentIntake intake, TimeProvider clock, CancellationToken cancellationToken)
    {
        FieldErrors errors = GorseIntake.Check(body, "users", (user, place, found) => GorseIntake.RequireText(found, place + ".UserId", user?.UserId));
        if (errors.Count == 0 && body.Length > 0)
        {
            DateTimeOffset now = clock.GetUtcNow();
            string moment = now.UtcTicks.ToString(CultureInfo.InvariantCulture);
            await GorseIntake.StoreAsync(http, intake, body.OfType<GorseUser>().Select(user => new
            {
                type = "identify",
                userId = user.UserId,
                messageId = GorseIntake.MessageId("user", user.UserId ?? "", user.Labels?.GetRawText() ?? "", user.Comment ?? "", moment),
                traits = new { gorse_labels = user.Labels, gorse_comment = user.Comment },
            }), now, errors, cancellationToken);
        }

        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(new RowsAffected(body.Length));
    }

    private static async Task<Results<Ok<GorseUser>, ProblemHttpResult>> FindAsync(HttpContext http, string user, IEventLog log, CancellationToken cancellationToken) =>
        await ReadAsync(log, user, cancellationToken) is { } found ? TypedResults.Ok(found) : Problems.Result(http, ProblemCode.NotFound, "There is no user of that id.");

    private static async Task<Results<Ok<RowsAffected>, ProblemHttpResult>> RemoveAsync(HttpContext http, string user, CustomerRights rights, IEventLog log, CancellationToken cancellationToken)
    {
        CustomerId customer = CustomerId.Known(user);
        if ((await log.ReadTimelineAsync(customer, 1, before: null, cancellationToken)).Count == 0)
        {
            return TypedResults.Ok(new RowsAffected(0));
        }

        await rights.EraseAsync(customer, cancellationToken);
        return TypedResults.Ok(new RowsAffected(1));
    }

    private static async Task<Results<Ok<GorseUserPage>, ProblemHttpResult>> ListAsync(HttpContext http, Analyst analyst, IEventLog log, string? cursor, int? n, CancellationToken cancellationToken)
    {
        FieldErrors errors = RecordPages.CheckLimit(n);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        int rows = n ?? RecordPages.DefaultLimit;
        Page<string> page = RecordPages.Cut(
            [.. analyst.Portraits
                .Select(portrait => portrait.Insight.Customer)
                .Where(customer => !customer.IsAnonymous && string.CompareOrdinal(customer.Value, cursor ?? "") > 0)
                .Select(customer => customer.Value)
                .Order(StringComparer.Ordinal)
                .Take(rows + 1)],
            rows,
            user => user);
        List<GorseUser> users = [];
        foreach (string user in page.Items)
        {
            users.Add(await ReadAsync(log, user, cancellationToken) ?? new GorseUser { UserId = user });
        }

        return TypedResults.Ok(new GorseUserPage(page.Next ?? "", users));
    }

    private static async Task<GorseUser?> ReadAsync(IEventLog log, string user, CancellationToken cancellationToken)
    {
        IReadOnlyList<Interaction> acts = await log.ReadTimelineAsync(CustomerId.Known(user), ActsRead, before: null, cancellationToken);
        if (acts.Count == 0)
        {
            return null;
        }

        foreach (Interaction act in acts)
        {
            if (act is { Kind: InteractionKind.Identified, PropertiesJson: { } traits } && traits.Contains("gorse_", StringComparison.Ordinal))
            {
                using JsonDocument told = JsonDocument.Parse(traits);
                return new GorseUser
                {
                    UserId = user,
                    Labels = told.RootElement.TryGetProperty("gorse_labels", out JsonElement labels) && labels.ValueKind != JsonValueKind.Null ? labels.Clone() : null,
                    Comment = told.RootElement.TryGetProperty("gorse_comment", out JsonElement comment) && comment.ValueKind == JsonValueKind.String ? comment.GetString() : "",
                };
            }
        }

        return new GorseUser { UserId = user, Comment = "" };
    }
}
