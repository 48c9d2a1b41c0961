using ShopSimulator.Behaviour;

namespace ShopSimulator.Wire;

/// <summary>What customers write under a product, by rating.</summary>
internal static class ReviewWords
{
    private static readonly string[][] English =
    [
        ["Broke after two days. Very disappointed.", "Not as described, I sent it back."],
        ["Below what I expected for the price.", "Delivery was fast but the quality is poor."],
        ["It is okay, nothing special.", "Does the job."],
        ["Good quality, would buy again.", "Nicely made, my family likes it."],
        ["Excellent! Exactly what I was looking for.", "Best purchase this month, highly recommended."],
    ];

    private static readonly string[][] Chinese =
    [
        ["用了两天就坏了，非常失望。", "和描述不符，已经退货。"],
        ["性价比一般，低于预期。", "物流很快，但是质量不好。"],
        ["还行吧，没什么特别的。", "凑合能用。"],
        ["质量不错，会回购。", "做工很好，家里人都喜欢。"],
        ["太棒了！正是我想要的。", "这个月买得最值的东西，强烈推荐。"],
    ];

    /// <summary>A sentence or two.</summary>
    public static string For(AfterSale after, string language)
    {
        string[] choices = (language.StartsWith("zh", StringComparison.Ordinal) ? Chinese : English)[after.Rating - 1];
        return choices[(after.Line.Product + after.Shopper) % choices.Length];
    }
}
