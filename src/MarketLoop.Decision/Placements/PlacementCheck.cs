using System.Text.Json;
using MarketLoop.Analysis.Preference;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Placements;

/// <summary>A fault in a placement's settings.</summary>
/// <param name="Field">The field at fault.</param>
/// <param name="Cure">What would be right.</param>
public sealed record PlacementFault(string Field, LocalizedText Cure);

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
            yield return Fault("name", $"1 to {LongestName} lower-case letters, digits and hyphens", $"1 至 {LongestName} 个小写字母、数字或连字符");
        }

        if (placement.Algorithm is null || !Algorithms.Contains(placement.Algorithm, StringComparer.Ordinal))
        {
            yield return Fault("algorithm", "one of " + string.Join(", ", Algorithms), "从下列中选一个：" + string.Join("、", Algorithms));
        }

        if (!Enum.IsDefined(placement.Aim))
        {
            yield return Fault("aim", "one of " + string.Join(", ", Aims), "从下列中选一个：" + string.Join("、", Aims));
        }

        if (placement.Count is < 1 or > LargestCount)
        {
            yield return Fault("count", $"1 to {LargestCount}", $"1 至 {LargestCount}");
        }

        foreach ((string field, double value) in ((string, double)[])[("diversity", placement.Diversity), ("novelty", placement.Novelty), ("marginWeight", placement.MarginWeight)])
        {
            if (!(value is >= 0 and <= 1))
            {
                yield return Fault(field, "0 to 1", "0 至 1");
            }
        }

        foreach ((string field, int? value) in ((string, int?)[])[("mostPerCategory", placement.MostPerCategory), ("mostPerBrand", placement.MostPerBrand)])
        {
            if (value is < 1 or > LargestCount)
            {
                yield return Fault(field, $"1 to {LargestCount}, or leave it out", $"1 至 {LargestCount}，或留空");
            }
        }

        foreach (PlacementFault fault in FindInPrices(placement).Concat(FindInLists(placement)))
        {
            yield return fault;
        }
    }

    private static PlacementFault Fault(string field, string english, string chinese) => new(field, new LocalizedText(english, chinese));

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static IEnumerable<PlacementFault> FindInPrices(Placement placement)
    {
        if (placement.LowestPrice < 0)
        {
            yield return Fault("lowestPrice", "0 or more", "不小于 0");
        }

        if (placement.HighestPrice < 0 || placement.HighestPrice < placement.LowestPrice)
        {
            yield return Fault("highestPrice", "0 or more, and not below lowestPrice", "不小于 0，且不低于最低价格");
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
                yield return Fault(field, $"at most {Placement.MostListed} entries of 1 to {LongestText} characters", $"最多 {Placement.MostListed} 项，每项 1 至 {LongestText} 个字符");
            }
        }

        if (placement is { Pinned: { } pinned, Banned: { } banned } && pinned.Intersect(banned).Any())
        {
            yield return Fault("pinned", "no product that is banned as well", "不能含有同时被禁止的商品");
        }

        if (placement is { OnlyBrands: { } only, WithoutBrands: { } without } && only.Intersect(without, StringComparer.OrdinalIgnoreCase).Any())
        {
            yield return Fault("onlyBrands", "no brand that is left out as well", "不能含有同时被排除的品牌");
        }
    }

    private static string[]? Texts(IReadOnlyList<ProductId>? products) => products?.Select(product => product.Value).ToArray();
}
