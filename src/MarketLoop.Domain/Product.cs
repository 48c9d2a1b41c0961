namespace MarketLoop.Domain;

/// <summary>A product of the catalogue.</summary>
public sealed record Product
{
    /// <summary>Its id.</summary>
    public required ProductId Id { get; init; }

    /// <summary>Its name.</summary>
    public required LocalizedText Name { get; init; }

    /// <summary>Category tag, in the shop's words; a place in a tree is written <c>Home &gt; Kitchen &gt; Cups</c>. Null when unknown.</summary>
    public string? Category { get; init; }

    /// <summary>Readable category name; null when unknown.</summary>
    public LocalizedText? CategoryName { get; init; }

    /// <summary>Brand; null when unknown.</summary>
    public string? Brand { get; init; }

    /// <summary>Price in the shop's currency; null when unknown.</summary>
    public decimal? Price { get; init; }

    /// <summary>Pieces in stock; null when the shop does not tell, which counts as in stock.</summary>
    public int? Stock { get; init; }

    /// <summary>Page of the product; null when unknown.</summary>
    public string? Url { get; init; }

    /// <summary>Picture; null when unknown.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>A text about it; null when unknown.</summary>
    public string? Description { get; init; }

    /// <summary>Further facts by name, such as <c>color</c> or <c>gtin</c>; null when there are none.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>False for postage, bank charges and the like: never recommended.</summary>
    public bool IsMerchandise { get; init; } = true;

    /// <summary>True when it may be shown to customers now.</summary>
    public bool IsRecommendable => IsMerchandise && (Stock is null || Stock > 0);
}
