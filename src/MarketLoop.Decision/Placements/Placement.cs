using System.Text.Json.Serialization;
using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Placements;

/// <summary>A place where recommendations show, with the owner's rules for it. Immutable.</summary>
public sealed record Placement
{
    /// <summary>The algorithm that blends all sources.</summary>
    public const string Auto = "auto";

    /// <summary>Most products that may be pinned, and most that may be banned.</summary>
    public const int MostListed = 500;

    /// <summary>Its name, which slots are asked by: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>What chooses: <c>auto</c>, or one source (<c>collaborative</c>, <c>segment</c>, <c>together</c>, <c>category</c>, <c>popular</c>, <c>trending</c>, <c>arrival</c>, <c>reorder</c>, <c>content</c>) that leads while the others only fill up.</summary>
    public string Algorithm { get; init; } = Auto;

    /// <summary>What the list is for: of the preference models, the one that was chosen for this speaks. Default taste; the ready-made placements have their own.</summary>
    public PreferenceAim Aim { get; init; }

    /// <summary>Products shown when the asker does not say, 1..50. Default 10.</summary>
    public int Count { get; init; } = 10;

    /// <summary>How much likeness (category, brand) to products already in the list costs, 0..1. Default 0.1; raising it mixes the list more.</summary>
    public double Diversity { get; init; } = 0.1;

    /// <summary>How much being popular costs, 0..1. Default 0; raising it shows more products that the customer would not find anyway.</summary>
    public double Novelty { get; init; }

    /// <summary>How much the product's margin counts, 0..1; products say it by the attribute <c>margin</c> (0..1) or <c>cost</c>. Default 0.</summary>
    public double MarginWeight { get; init; }

    /// <summary>Most products of one category in a list; null for no limit.</summary>
    public int? MostPerCategory { get; init; }

    /// <summary>Most products of one brand in a list; null for no limit.</summary>
    public int? MostPerBrand { get; init; }

    /// <summary>Lowest price shown, in the shop's currency; null for none. With a band, products without a price are left out.</summary>
    public decimal? LowestPrice { get; init; }

    /// <summary>Highest price shown; null for none.</summary>
    public decimal? HighestPrice { get; init; }

    /// <summary>Only these brands; empty for all.</summary>
    public IReadOnlyList<string> OnlyBrands { get; init; } = [];

    /// <summary>Never these brands.</summary>
    public IReadOnlyList<string> WithoutBrands { get; init; } = [];

    /// <summary>Products that stand first, in this order, while they may be shown at all.</summary>
    public IReadOnlyList<ProductId> Pinned { get; init; } = [];

    /// <summary>Products never shown here.</summary>
    public IReadOnlyList<ProductId> Banned { get; init; } = [];

    /// <summary>True to show what the customer bought before, for goods that are used up. Default false.</summary>
    public bool AllowsBought { get; init; }

    /// <summary>True while a rule looks at brands, prices or banned products.</summary>
    [JsonIgnore]
    public bool Restricts => LowestPrice is not null || HighestPrice is not null || OnlyBrands.Count > 0 || WithoutBrands.Count > 0 || Banned.Count > 0;
}
