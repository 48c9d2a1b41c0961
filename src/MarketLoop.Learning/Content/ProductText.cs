namespace MarketLoop.Learning.Content;

/// <summary>What is written about a product; everything but the title may be missing.</summary>
/// <param name="Title">Name in any of the shop's languages, or several of them one after the other.</param>
public sealed record ProductText(string Title)
{
    /// <summary>A longer text.</summary>
    public string? Description { get; init; }

    /// <summary>Path from the widest to the narrowest, split by <c>&gt;</c> or <c>/</c>.</summary>
    public string? Category { get; init; }

    /// <summary>Brand.</summary>
    public string? Brand { get; init; }

    /// <summary>Price in one currency for all, finite and at least 0.</summary>
    public double? Price { get; init; }
}
