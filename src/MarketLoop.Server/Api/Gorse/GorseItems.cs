using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Gorse;

/// <summary>An item as Gorse writes it; in a change, what is null stays as it is.</summary>
internal sealed record GorseItem
{
    /// <summary>Its id.</summary>
    [JsonPropertyName("ItemId")]
    public string? ItemId { get; init; }

    /// <summary>True when it must not be recommended.</summary>
    [JsonPropertyName("IsHidden")]
    public bool? IsHidden { get; init; }

    /// <summary>Its categories; ours is the first.</summary>
    [JsonPropertyName("Categories")]
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>When it came.</summary>
    [JsonPropertyName("Timestamp")]
    public string? Timestamp { get; init; }

    /// <summary>Whatever else is known of it, as JSON.</summary>
    [JsonPropertyName("Labels")]
    public JsonElement? Labels { get; init; }

    /// <summary>A text about it; our name of the product.</summary>
    [JsonPropertyName("Comment")]
    public string? Comment { get; init; }
}

/// <summary>A page of items.</summary>
internal sealed record GorseItemPage([property: JsonPropertyName("Cursor")] string Cursor, [property: JsonPropertyName("Items")] IReadOnlyList<GorseItem> Items);

/// <summary>Gorse's items are products of the catalogue: hidden is out of stock, the rest that we have no field for is kept as attributes.</summary>
internal static class GorseItemEndpoints
{
    private const string Hidden = "gorse.hidden";
    private const string Labels = "gorse.labels";
    private const string Timestamp = "gorse.timestamp";
    private const string Categories = "gorse.categories";

    public static void MapGorseItems(this RouteGroupBuilder gorse)
    {
        gorse.MapPost("/item", (HttpContext http, GorseItem body, ICatalogStore catalog, CancellationToken cancellationToken) => InsertAsync(http, [body], catalog, cancellationToken))
            .WithSummary("Adds or replaces an item.");
        gorse.MapPost("/items", InsertAsync).WithSummary("Adds or replaces items.");
        gorse.MapGet("/item/{item}", Find).WithSummary("An item.");
        gorse.MapPatch("/item/{item}", ChangeAsync).WithSummary("Changes what is named of an item.");
        gorse.MapDelete("/item/{item}", RemoveAsync).WithSummary("Takes an item out of the catalogue. What customers did with it stays: it happened.");
        gorse.MapGet("/items", List).WithSummary("Items in order of id.");
    }

    private static async Task<Results<Ok<RowsAffected>, ProblemHttpResult>> InsertAsync(HttpContext http, GorseItem?[] body, ICatalogStore catalog, CancellationToken cancellationToken)
    {
        FieldErrors errors = GorseIntake.Check(body, "items", (item, place, found) => GorseIntake.RequireText(found, place + ".ItemId", item?.ItemId));
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        await catalog.UpsertAsync([.. body.OfType<GorseItem>().Select(item => ProductOf(item, catalog.Current.GetValueOrDefault(new ProductId(item.ItemId ?? "")), isChange: false))], cancellationToken);
        return TypedResults.Ok(new RowsAffected(body.Length));
    }

    private static Results<Ok<GorseItem>, ProblemHttpResult> Find(HttpContext http, string item, ICatalogStore catalog) =>
        catalog.Current.TryGetValue(new ProductId(item), out Product? product) ? TypedResults.Ok(ItemOf(product)) : Unknown(http);

    private static async Task<Results<Ok<RowsAffected>, ProblemHttpResult>> ChangeAsync(HttpContext http, string item, GorseItem body, ICatalogStore catalog, CancellationToken cancellationToken)
    {
        if (!catalog.Current.TryGetValue(new ProductId(item), out Product? product))
        {
            return Unknown(http);
        }

        await catalog.UpsertAsync([ProductOf(body with { ItemId = item }, product, isChange: true)], cancellationToken);
        return TypedResults.Ok(new RowsAffected(1));
    }

    private static async Task<Ok<RowsAffected>> RemoveAsync(string item, ICatalogStore catalog, CancellationToken cancellationToken) =>
        TypedResults.Ok(new RowsAffected(await catalog.RemoveAsync(new ProductId(item), cancellationToken) ? 1 : 0));

    private static Results<Ok<GorseItemPage>, ProblemHttpResult> List(HttpContext http, ICatalogStore catalog, string? cursor, int? n)
    {
        FieldErrors errors = RecordPages.CheckLimit(n);
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        int rows = n ?? RecordPages.DefaultLimit;
        Page<Product> page = RecordPages.Cut(
            [.. catalog.Current.Values
                .Where(product => string.CompareOrdinal(product.Id.Value, cursor ?? "") > 0)
                .OrderBy(product => product.Id.Value, StringComparer.Ordinal)
                .Take(rows + 1)],
            rows,
            product => product.Id.Value);
        return TypedResults.Ok(new GorseItemPage(page.Next ?? "", [.. page.Items.Select(ItemOf)]));
    }

    private static Product ProductOf(GorseItem item, Product? known, bool isChange)
    {
        Dictionary<string, string> attributes = known?.Attributes is { } had ? new(had, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        Put(Hidden, item.IsHidden is { } hidden ? (hidden ? "true" : null) : null, item.IsHidden is not null);
        Put(Labels, item.Labels is { ValueKind: not JsonValueKind.Null } labels ? labels.GetRawText() : null, item.Labels is not null);
        Put(Timestamp, item.Timestamp, item.Timestamp is not null);
        Put(Categories, item.Categories is { Count: > 0 } ? JsonSerializer.Serialize(item.Categories) : null, item.Categories is not null);
        bool isHidden = attributes.ContainsKey(Hidden);
        bool wasHidden = known?.Attributes?.ContainsKey(Hidden) == true;
        string id = item.ItemId ?? "";
        Product changed = known ?? new Product { Id = new ProductId(id), Name = new LocalizedText(id, null) };
        return changed with
        {
            Name = !string.IsNullOrWhiteSpace(item.Comment) ? new LocalizedText(item.Comment, null) : changed.Name,
            Category = item.Categories is { } categories ? categories is [string first, ..] ? first : null : isChange ? changed.Category : null,
            Stock = isHidden ? 0 : wasHidden ? null : changed.Stock,
            Attributes = attributes.Count > 0 ? attributes : null,
        };

        void Put(string name, string? value, bool isTold)
        {
            if (!isTold && isChange)
            {
                return;
            }

            attributes.Remove(name);
            if (value is not null)
            {
                attributes.Add(name, value);
            }
        }
    }

    private static GorseItem ItemOf(Product product)
    {
        string? labels = product.Attributes?.GetValueOrDefault(Labels);
        string? categories = product.Attributes?.GetValueOrDefault(Categories);
        return new GorseItem
        {
            ItemId = product.Id.Value,
            IsHidden = !product.IsRecommendable,
            Categories = categories is not null ? JsonSerializer.Deserialize<string[]>(categories) : product.Category is { } own ? [own] : [],
            Timestamp = product.Attributes?.GetValueOrDefault(Timestamp) ?? DateTimeOffset.UnixEpoch.ToString("O", CultureInfo.InvariantCulture),
            Labels = labels is null ? null : JsonSerializer.Deserialize<JsonElement>(labels),
            Comment = product.Name.English,
        };
    }

    private static ProblemHttpResult Unknown(HttpContext http) => Problems.Result(http, ProblemCode.NotFound, "There is no item of that id.");
}
