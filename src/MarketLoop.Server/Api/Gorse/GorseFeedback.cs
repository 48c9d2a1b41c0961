using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Gorse;

/// <summary>What a user did with an item, as Gorse writes it.</summary>
internal sealed record GorseFeedback
{
    /// <summary>Kind of feedback, in the shop's own words.</summary>
    [JsonPropertyName("FeedbackType")]
    public string? FeedbackType { get; init; }

    /// <summary>The user.</summary>
    [JsonPropertyName("UserId")]
    public string? UserId { get; init; }

    /// <summary>The item.</summary>
    [JsonPropertyName("ItemId")]
    public string? ItemId { get; init; }

    /// <summary>A value such as a rating; null when there is none.</summary>
    [JsonPropertyName("Value")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Value { get; init; }

    /// <summary>When, in any form that names a moment; null for now.</summary>
    [JsonPropertyName("Timestamp")]
    public string? Timestamp { get; init; }

    /// <summary>A note.</summary>
    [JsonPropertyName("Comment")]
    public string? Comment { get; init; }
}

/// <summary>A page of feedback.</summary>
internal sealed record GorseFeedbackPage(
    [property: JsonPropertyName("Cursor")] string Cursor,
    [property: JsonPropertyName("Feedback")] IReadOnlyList<GorseFeedback> Feedback);

/// <summary>Feedback in and out. In our terms reading is viewing, liking is taking into the cart, and buying is an order.</summary>
internal static class GorseFeedbackEndpoints
{
    private const int Shown = 500;

    public static void MapGorseFeedback(this RouteGroupBuilder gorse)
    {
        gorse.MapPost("/feedback", InsertAsync).WithSummary("Stores feedback; what is stored already counts once.");
        gorse.MapPut("/feedback", InsertAsync).WithSummary("The same: an act that happened is never overwritten.");
        gorse.MapGet("/feedback", (HttpContext http, IEventLog log, string? cursor, int? n, CancellationToken cancellationToken) => ListAsync(http, log, null, cursor, n, cancellationToken))
            .WithSummary("Feedback, oldest first.");
        gorse.MapGet("/feedback/{type}", ListAsync).WithSummary("Feedback of one type, oldest first.");
        gorse.MapGet("/user/{user}/feedback", (IEventLog log, string user, CancellationToken cancellationToken) => ListOfUserAsync(log, user, null, cancellationToken))
            .WithSummary("A user's feedback, newest first, at most 500.");
        gorse.MapGet("/user/{user}/feedback/{type}", ListOfUserAsync).WithSummary("A user's feedback of one type.");
    }

    private static async Task<Results<Ok<RowsAffected>, ProblemHttpResult>> InsertAsync(
        HttpContext http, GorseFeedback?[] body, SegmentIntake intake, TimeProvider clock, CancellationToken cancellationToken)
    {
        FieldErrors errors = GorseIntake.Check(body, "feedbacks", CheckRow);
        int accepted = errors.Count > 0 || body.Length == 0 ? 0 : await GorseIntake.StoreAsync(http, intake, body.OfType<GorseFeedback>().Select(EventOf), clock.GetUtcNow(), errors, cancellationToken);
        return errors.Count > 0 ? Problems.Result(http, errors) : TypedResults.Ok(new RowsAffected(accepted));
    }

    private static async Task<Results<Ok<GorseFeedbackPage>, ProblemHttpResult>> ListAsync(
        HttpContext http, IEventLog log, string? type, string? cursor, int? n, CancellationToken cancellationToken)
    {
        (long ticks, int skip) = (0, 0);
        FieldErrors errors = RecordPages.CheckLimit(n).Require(string.IsNullOrEmpty(cursor) || TryRead(cursor, out ticks, out skip), "cursor", "a cursor of this list, or leave it out");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        List<GorseFeedback> rows = [];
        long last = ticks;
        int given = 0;   // acts of the moment that the cursor names
        TimeWindow window = new(new DateTimeOffset(ticks, TimeSpan.Zero), DateTimeOffset.MaxValue);
        await foreach (Interaction act in log.ReadInteractionsAsync(LogRange.During(window), cancellationToken))
        {
            given = act.OccurredAt.UtcTicks == last ? given + 1 : 1;
            last = act.OccurredAt.UtcTicks;
            if (last > ticks || given > skip)
            {
                rows.AddRange(RowsOf(act, type));
            }

            if (rows.Count >= (n ?? RecordPages.DefaultLimit))
            {
                return TypedResults.Ok(new GorseFeedbackPage(string.Create(CultureInfo.InvariantCulture, $"{last}.{given}"), rows));
            }
        }

        return TypedResults.Ok(new GorseFeedbackPage("", rows));
    }

    // The moment of the last act that was given, and how many of that moment were.
    private static bool TryRead(string cursor, out long ticks, out int skip)
    {
        int dot = cursor.IndexOf('.', StringComparison.Ordinal);
        skip = 0;
        ticks = 0;
        return dot > 0
            && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out ticks) && ticks <= DateTime.MaxValue.Ticks
            && int.TryParse(cursor.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out skip);
    }

    private static async Task<Ok<GorseFeedback[]>> ListOfUserAsync(IEventLog log, string user, string? type, CancellationToken cancellationToken)
    {
        IReadOnlyList<Interaction> acts = await log.ReadTimelineAsync(CustomerId.Known(user), Shown, before: null, cancellationToken);
        return TypedResults.Ok(acts.SelectMany(act => RowsOf(act, type)).ToArray());
    }

    private static void CheckRow(GorseFeedback? row, string place, FieldErrors errors)
    {
        foreach ((string field, string? text) in ((string, string?)[])[("FeedbackType", row?.FeedbackType), ("UserId", row?.UserId), ("ItemId", row?.ItemId)])
        {
            GorseIntake.RequireText(errors, $"{place}.{field}", text);
        }

        errors.Require(string.IsNullOrEmpty(row?.Timestamp) || TimeOf(row.Timestamp) is not null, $"{place}.Timestamp", "a moment such as 2026-03-02T08:00:00Z, or leave it out");
    }

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) ? moment : null;

    private static object EventOf(GorseFeedback row)
    {
        (string type, string user, string item) = (row.FeedbackType ?? "", row.UserId ?? "", row.ItemId ?? ""); // checked before
        DateTimeOffset? moment = TimeOf(row.Timestamp);
        string id = GorseIntake.MessageId(type, user, item, moment?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "");
        return new
        {
            type = "track",
            @event = NameOf(type),
            userId = user,
            messageId = id,
            timestamp = moment?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            properties = new { products = new[] { new { product_id = item } }, order_id = id, feedback_type = type, value = row.Value, comment = row.Comment },
        };
    }

    private static string NameOf(string type) => type.ToLowerInvariant() switch
    {
        "buy" or "bought" or "purchase" or "purchased" or "order" or "pay" => "Order Completed",
        "cart" or "add_to_cart" or "like" or "star" or "favorite" or "favourite" or "collect" => "Product Added",
        _ => "Product Viewed",
    };

    private static IEnumerable<GorseFeedback> RowsOf(Interaction act, string? type)
    {
        using JsonDocument? told = act.PropertiesJson is { } properties ? JsonDocument.Parse(properties) : null;
        string? own = Text(told, "feedback_type") ?? act.Kind switch
        {
            InteractionKind.ProductViewed => "read",
            InteractionKind.ProductAdded => "cart",
            InteractionKind.OrderCompleted => "buy",
            _ => null,
        };
        if (own is null || (type is not null && !string.Equals(type, own, StringComparison.Ordinal)))
        {
            return [];
        }

        double? value = told is not null && told.RootElement.TryGetProperty("value", out JsonElement number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;
        string comment = Text(told, "comment") ?? "";
        return [.. act.Lines.Select(line => new GorseFeedback
        {
            FeedbackType = own,
            UserId = act.Customer.Value,
            ItemId = line.Product.Value,
            Value = value,
            Timestamp = act.OccurredAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            Comment = comment,
        })];
    }

    private static string? Text(JsonDocument? json, string name) =>
        json is { RootElement.ValueKind: JsonValueKind.Object } && json.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
