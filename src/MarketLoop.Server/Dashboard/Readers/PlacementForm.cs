using System.Globalization;
using MarketLoop.Analysis.Preference;
using MarketLoop.Decision.Placements;
using MarketLoop.Domain;
using Microsoft.AspNetCore.WebUtilities;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>The form of a placement: read from what was sent, written into an address, so that a draft can be looked at before it is saved.</summary>
internal sealed record PlacementForm(Placement Placement, IReadOnlyList<PlacementFault> Faults)
{
    private const string Page = "/decision/placements";
    private static readonly char[] Separators = ['\n', '\r', ',', ';', '，', '；'];

    /// <summary>Reads a draft.</summary>
    /// <param name="name">Name of the placement.</param>
    /// <param name="field">What was sent under a field's name; null when nothing was.</param>
    public static PlacementForm Read(string name, Func<string, string?> field)
    {
        List<PlacementFault> faults = [];
        Placement draft = new()
        {
            Name = name,
            Algorithm = field("algorithm") ?? Placement.Auto,
            Aim = Enum.TryParse(field("aim"), ignoreCase: true, out PreferenceAim aim) ? aim : ReadyPlacements.For(name).Aim,
            Count = (int)(Number("count") ?? 0),
            Diversity = (double)(Number("diversity") ?? 0),
            Novelty = (double)(Number("novelty") ?? 0),
            MarginWeight = (double)(Number("marginWeight") ?? 0),
            MostPerCategory = (int?)Number("mostPerCategory"),
            MostPerBrand = (int?)Number("mostPerBrand"),
            LowestPrice = Number("lowestPrice"),
            HighestPrice = Number("highestPrice"),
            OnlyBrands = Lines("onlyBrands"),
            WithoutBrands = Lines("withoutBrands"),
            Pinned = [.. Lines("pinned").Select(id => new ProductId(id))],
            Banned = [.. Lines("banned").Select(id => new ProductId(id))],
            AllowsBought = field("allowsBought") is "yes",
        };
        return new PlacementForm(draft, [.. faults, .. PlacementCheck.Find(draft)]);

        decimal? Number(string of)
        {
            string text = field(of)?.Trim() ?? "";
            if (text.Length == 0)
            {
                return null;
            }

            if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) && number is >= -1_000_000_000 and <= 1_000_000_000)
            {
                return number;
            }

            faults.Add(new PlacementFault(of, new LocalizedText("a number", "一个数字")));
            return null;
        }

        string[] Lines(string of) => (field(of) ?? "").Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The page with this draft in its address.</summary>
    public string Address(string? customer, string? problem = null)
    {
        Dictionary<string, string?> query = new(StringComparer.Ordinal)
        {
            ["open"] = Placement.Name,
            ["draft"] = "yes",
            ["customer"] = customer,
            ["algorithm"] = Placement.Algorithm,
            ["aim"] = PlacementCheck.NameOf(Placement.Aim),
            ["count"] = Text(Placement.Count),
            ["diversity"] = Text((decimal)Placement.Diversity),
            ["novelty"] = Text((decimal)Placement.Novelty),
            ["marginWeight"] = Text((decimal)Placement.MarginWeight),
            ["mostPerCategory"] = Text(Placement.MostPerCategory),
            ["mostPerBrand"] = Text(Placement.MostPerBrand),
            ["lowestPrice"] = Text(Placement.LowestPrice),
            ["highestPrice"] = Text(Placement.HighestPrice),
            ["onlyBrands"] = string.Join('\n', Placement.OnlyBrands),
            ["withoutBrands"] = string.Join('\n', Placement.WithoutBrands),
            ["pinned"] = string.Join('\n', Placement.Pinned.Select(id => id.Value)),
            ["banned"] = string.Join('\n', Placement.Banned.Select(id => id.Value)),
            ["allowsBought"] = Placement.AllowsBought ? "yes" : null,
            ["problem"] = problem,
        };
        return QueryHelpers.AddQueryString(Page, query.Where(pair => !string.IsNullOrEmpty(pair.Value)));
    }

    /// <summary>A number as a form field holds it.</summary>
    public static string Text(decimal? number) => number?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";
}
