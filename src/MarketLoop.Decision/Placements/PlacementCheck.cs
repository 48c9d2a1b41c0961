using System.Text.Json;
using MarketLoop.Analysis.Preference;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Placements;

/// <summary>A fault in a placement's settings.</summary>
/// <param name="Field">The field at fault.</param>
/// <param name="Cure">What would be right.</param>
public sealed record PlacementFault(string Field, string Cure);

/// <summary>Says what does not hold in a placement's settings.</summary>
public static class PlacementCheck
{
    private const int LongestName = 64;
    private const int LongestText = 200;
    private const int LargestCount = 50;

    /// <summary>Algorithms that can be named, <c>auto</c> first.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = [Placement.Auto, .. SourceNames.Leading];

    /// <summary>What lists can be for.</summary>
    public static IReadOnlyList<string> Aims { get; } = [.. Enum.GetValues<PreferenceAim>().Select(NameOf)];

    /// <summary>An aim as it is written in rules, forms and addresses.</summary>
    public static string NameOf(PreferenceAim aim) => JsonNamingPolicy.CamelCase.ConvertName(aim.ToString());

    /// <summary>All faults; none when the settings can be saved.</summary>
    public static IEnumerable<PlacementFault> Find(Placement placement)
    {
        ArgumentNullException.ThrowIfNull(placement);
        if (!IsName(placement.Name))
        {
            yield return new("name", $"1 to {LongestName} lower-case letters, digits and hyphens");
        }

        if (placement.Algorithm is null || !Algorithms.Contains(placement.Algorithm, StringComparer.Ordinal))
        {
            yield return new("algorithm", "one of " + string.Join(", ", Algorithms));
        }

        if (!Enum.IsDefined(placement.Aim))
        {
            yield return new("aim", "one of " + string.Join(", ", Aims));
        }

        if (placement.Count is < 1 or > LargestCount)
        {
            yield return new("count", $"1 to {LargestCount}");
        }

        foreach ((string field, double value) in ((string, double)[])[("diversity", placement.Diversity), ("novelty", placement.Novelty), ("marginWeight", placement.MarginWeight)])
        {
            if (!(value is >= 0 and <= 1))
            {
                yield return new(field, "0 to 1");
            }
        }

        foreach ((string field, int? value) in ((string, int?)[])[("mostPerCategory", placement.MostPerCategory), ("mostPerBrand", placement.MostPerBrand)])
        {
            if (value is < 1 or > LargestCount)
            {
                yield return new(field, $"1 to {LargestCount}, or leave it out");
            }
        }

        foreach (PlacementFault fault in FindInPrices(placement).Concat(FindInLists(placement)))
        {
            yield return fault;
        }
    }

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static IEnumerable<PlacementFault> FindInPrices(Placement placement)
    {
        if (placement.LowestPrice < 0)
        {
            yield return new("lowestPrice", "0 or more");
        }

        if (placement.HighestPrice < 0 || placement.HighestPrice < placement.LowestPrice)
        {
            yield return new("highestPrice", "0 or more, and not below lowestPrice");
        }
    }

    private static IEnumerable<PlacementFault> FindInLists(Placement placement)
    {
        foreach ((string field, IReadOnlyList<string>? texts) in ((string, IReadOnlyList<string>?)[])
            [
                ("onlyBrands", placement.OnlyBrands), ("withoutBrands", placement.WithoutBrands), ("pinned", Texts(placement.Pinned)), ("banned", Texts(placement.Banned)),
            ])
        {
            if (texts is null || texts.Count > Placement.MostListed || texts.Any(text => string.IsNullOrWhiteSpace(text) || text.Length > LongestText))
            {
                yield return new(field, $"at most {Placement.MostListed} entries of 1 to {LongestText} characters");
            }
        }

        if (placement is { Pinned: { } pinned, Banned: { } banned } && pinned.Intersect(banned).Any())
        {
            yield return new("pinned", "no product that is banned as well");
        }

        if (placement is { OnlyBrands: { } only, WithoutBrands: { } without } && only.Intersect(without, StringComparer.OrdinalIgnoreCase).Any())
        {
            yield return new("onlyBrands", "no brand that is left out as well");
        }
    }

    private static string[]? Texts(IReadOnlyList<ProductId>? products) => products?.Select(product => product.Value).ToArray();
}
