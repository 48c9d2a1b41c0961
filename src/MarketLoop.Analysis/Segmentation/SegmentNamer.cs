using System.Globalization;
using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>What a segment's name is made of.</summary>
/// <param name="Standardised">Mean of each column of <see cref="FeatureVector"/> in standard deviations from the average customer.</param>
/// <param name="Orders">Mean orders.</param>
/// <param name="BuyerShare">Share of customers who have ordered, 0..1.</param>
internal sealed record SegmentTraits(IReadOnlyList<float> Standardised, double Orders, double BuyerShare);

/// <summary>Names segments as a shopkeeper would, each name once.</summary>
internal static class SegmentNamer
{
    private const double Clearly = 0.5;

    // What tells two segments of one name apart, by the column in which they differ most.
    private static readonly (string Column, string High, string Low, string HighChinese, string LowChinese)[] Differences =
    [
        ("orders", "buying more often", "buying less often", "购买较多", "购买较少"),
        ("orderValue", "larger baskets", "smaller baskets", "客单价较高", "客单价较低"),
        ("idle", "longer away", "seen lately", "较久未来", "近期来过"),
        ("priceLevel", "pricier products", "cheaper products", "偏好高价商品", "偏好低价商品"),
        ("viewRate", "browsing a lot", "browsing little", "浏览较多", "浏览较少"),
        ("searchRate", "searching a lot", "searching little", "搜索较多", "搜索较少"),
        ("activeDays", "many visits", "few visits", "到访较多", "到访较少"),
        ("tenure", "long known", "newly known", "老客户", "新客户"),
        ("refundShare", "returning goods", "keeping goods", "退货较多", "退货较少"),
    ];

    private static readonly (string Column, string High, string Low, string HighChinese, string LowChinese) Spending =
        ("monetary", "spending more", "spending less", "消费较多", "消费较少");

    /// <summary>Words for customers who stand out in some columns, up or down.</summary>
    public static LocalizedText Describe(IReadOnlyList<(string Column, bool IsHigh)> traits)
    {
        (string English, string Chinese)[] words = [.. traits.Select(trait => Differences
            .Append(Spending)
            .Where(difference => string.Equals(difference.Column, trait.Column, StringComparison.Ordinal))
            .Select(difference => trait.IsHigh ? (difference.High, difference.HighChinese) : (difference.Low, difference.LowChinese))
            .DefaultIfEmpty(trait.IsHigh ? ($"more {trait.Column}", $"{trait.Column} 较高") : ($"less {trait.Column}", $"{trait.Column} 较低"))
            .First())];
        return new LocalizedText(string.Join(", ", words.Select(word => word.English)), string.Join("、", words.Select(word => word.Chinese)));
    }

    /// <summary>A name with a number when it is taken in either language; takes it.</summary>
    public static LocalizedText Untaken(LocalizedText name, HashSet<string> english, HashSet<string> chinese)
    {
        LocalizedText candidate = name;
        for (int number = 2; english.Contains(candidate.English) || chinese.Contains(candidate.Chinese); number++)
        {
            candidate = new LocalizedText(
                string.Create(CultureInfo.InvariantCulture, $"{name.English} {number}"), string.Create(CultureInfo.InvariantCulture, $"{name.Chinese}{number}"));
        }

        english.Add(candidate.English);
        chinese.Add(candidate.Chinese);
        return candidate;
    }

    /// <summary>A name for each segment, in order. Names are distinct in both languages.</summary>
    public static IReadOnlyList<LocalizedText> Name(IReadOnlyList<SegmentTraits> segments)
    {
        (string English, string Chinese)[] names = [.. segments.Select(Plain)];
        List<string>[] english = [.. names.Select(_ => new List<string>())];
        List<string>[] chinese = [.. names.Select(_ => new List<string>())];
        for (int round = 0; round < Differences.Length; round++)
        {
            foreach (int[] same in Groups(names, english))
            {
                TellApart(segments, same, english, chinese);
            }
        }

        Number(names, english, chinese);
        return [.. names.Select((n, s) => new LocalizedText(With(n.English, english[s], " (", ", ", ")"), With(n.Chinese, chinese[s], "（", "、", "）")))];
    }

    private static (string English, string Chinese) Plain(SegmentTraits traits)
    {
        (string noun, string chineseNoun) = Noun(traits);
        (string adjective, string chineseAdjective) =
            Of(traits, "idle") > Clearly ? ("lapsed ", "流失的")
            : Of(traits, "tenure") < -2 * Clearly ? ("new ", "新来的")
            : Of(traits, "idle") < -Clearly ? ("active ", "活跃的")
            : ("", "");
        string english = adjective + noun;
        return (char.ToUpper(english[0], CultureInfo.InvariantCulture) + english[1..], chineseAdjective + chineseNoun);
    }

    private static (string English, string Chinese) Noun(SegmentTraits traits)
    {
        if (traits.BuyerShare < 0.5)
        {
            return Of(traits, "searchRate") > 2 * Clearly ? ("searchers without purchase", "只搜不买的访客") : ("window shoppers", "只逛不买的访客");
        }

        bool spendsMuch = Of(traits, "orderValue") > Clearly || Of(traits, "monetary") > 2 * Clearly;
        bool spendsLittle = Of(traits, "orderValue") < -Clearly;
        if (traits.Orders < 1.5)
        {
            return spendsMuch ? ("one-time big spenders", "单次高消费买家") : spendsLittle ? ("one-time small buyers", "单次小额买家") : ("one-time buyers", "单次买家");
        }

        if (Of(traits, "orders") > Clearly)
        {
            return spendsMuch ? ("loyal big spenders", "忠诚高消费客户") : spendsLittle ? ("loyal small-basket buyers", "忠诚小额客户") : ("loyal customers", "忠诚客户");
        }

        return spendsMuch ? ("big spenders", "高消费客户") : spendsLittle ? ("small-basket buyers", "小额买家") : ("repeat buyers", "回头客");
    }

    private static double Of(SegmentTraits traits, string column)
    {
        for (int c = 0; c < FeatureVector.Length; c++)
        {
            if (string.Equals(FeatureVector.Names[c], column, StringComparison.Ordinal))
            {
                return traits.Standardised[c];
            }
        }

        throw new ArgumentException($"There is no column {column}.", nameof(column));
    }

    private static int[][] Groups((string English, string Chinese)[] names, List<string>[] details) =>
        [.. Enumerable.Range(0, names.Length)
            .GroupBy(s => With(names[s].English, details[s], " (", ", ", ")"), StringComparer.Ordinal)
            .Select(g => g.ToArray())
            .Where(g => g.Length > 1)];

    private static void TellApart(IReadOnlyList<SegmentTraits> segments, int[] same, List<string>[] english, List<string>[] chinese)
    {
        (string Column, string High, string Low, string HighChinese, string LowChinese) widest = Differences
            .Where(d => !english[same[0]].Contains(d.High, StringComparer.Ordinal) && !english[same[0]].Contains(d.Low, StringComparer.Ordinal))
            .MaxBy(d => same.Max(s => Of(segments[s], d.Column)) - same.Min(s => Of(segments[s], d.Column)));
        double middle = (same.Max(s => Of(segments[s], widest.Column)) + same.Min(s => Of(segments[s], widest.Column))) / 2;
        foreach (int segment in same)
        {
            bool isHigh = Of(segments[segment], widest.Column) > middle;
            english[segment].Add(isHigh ? widest.High : widest.Low);
            chinese[segment].Add(isHigh ? widest.HighChinese : widest.LowChinese);
        }
    }

    // Segments that no trait tells apart; K-means does not make such, but a name must never be given twice.
    private static void Number((string English, string Chinese)[] names, List<string>[] english, List<string>[] chinese)
    {
        foreach (int[] same in Groups(names, english))
        {
            for (int i = 0; i < same.Length; i++)
            {
                string number = (i + 1).ToString(CultureInfo.InvariantCulture);
                english[same[i]].Add(number);
                chinese[same[i]].Add(number);
            }
        }
    }

    private static string With(string name, List<string> details, string open, string between, string close) =>
        details.Count == 0 ? name : name + open + string.Join(between, details) + close;
}
