using System.Globalization;
using MarketLoop.Data.Audiences;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Promoting;

/// <summary>Win-back: a coupon for a buyer at risk whose purchase becomes likelier by it, and only where that pays for the discount. Thread-safe.</summary>
public sealed class PromotionRule(IOptions<PromotionOptions> options, AudienceMembers members)
{
    /// <summary>Name of the rule, the placement of its treatments.</summary>
    public const string Name = "win-back";

    /// <summary>Judges one customer.</summary>
    /// <param name="insight">What is known of the customer.</param>
    /// <param name="asOf">The moment of deciding; silence since the insight counts.</param>
    /// <param name="draw">A number in [0, 1) that belongs to this customer and occasion; below the exploration share the model is not asked.</param>
    public RuleVerdict Judge(CustomerInsight insight, DateTimeOffset asOf, double draw)
    {
        PromotionOptions rule = options.Value;
        double silentDays = insight.Features.RecencyDays + Math.Max(0, (asOf - insight.AsOf).TotalDays);
        if (!rule.IsEnabled || insight.Features.Orders == 0 || silentDays < rule.AtRiskAfterDays)
        {
            return RuleVerdict.No(RefusalReason.LowResponse);
        }

        if (rule.Audience is { } wanted && !members.Contains(wanted, insight.Customer))
        {
            return RuleVerdict.No(RefusalReason.OutsideAudience);
        }

        string days = silentDays.ToString("0", CultureInfo.InvariantCulture);
        if (draw < rule.ExplorationShare)
        {
            return RuleVerdict.Yes(Name + "+exploration", new LocalizedText(
                $"no order for {days} days; drawn to learn what a coupon changes", $"已 {days} 天未下单；随机抽取以了解优惠券的效果"));
        }

        if (insight is not { PurchaseProbability: { } without, PurchaseProbabilityIfTreated: { } with })
        {
            return RuleVerdict.No(RefusalReason.ColdStart);
        }

        double uplift = with - without;
        if (uplift < rule.MinimumUplift || uplift * rule.Margin <= with * rule.Discount)
        {
            return RuleVerdict.No(RefusalReason.LowResponse);
        }

        string points = (100 * uplift).ToString("0.0", CultureInfo.InvariantCulture);
        return RuleVerdict.Yes(Name + "+uplift", new LocalizedText(
            $"no order for {days} days; a coupon raises the chance of one by {points} points", $"已 {days} 天未下单；优惠券可使下单概率提高 {points} 个百分点"));
    }

    /// <summary>The coupon of one decision.</summary>
    public Offer MakeOffer(DateTimeOffset asOf) => new(options.Value.Code, options.Value.Discount, asOf.AddDays(options.Value.ValidDays));
}

/// <summary>What a rule says of one customer.</summary>
/// <param name="Policy">Name of the policy that chose the customer; null when refused.</param>
/// <param name="Reason">Why, in words; null when refused.</param>
/// <param name="Refusal">Why not; null when chosen.</param>
public readonly record struct RuleVerdict(string? Policy, LocalizedText? Reason, RefusalReason? Refusal)
{
    /// <summary>Chosen.</summary>
    public static RuleVerdict Yes(string policy, LocalizedText reason) => new(policy, reason, null);

    /// <summary>Not chosen.</summary>
    public static RuleVerdict No(RefusalReason reason) => new(null, null, reason);
}
