using System.Globalization;
using MarketLoop.Data.Audiences;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Promoting;

/// <summary>News: an announcement of fitting products, without discount, to likely buyers. Thread-safe.</summary>
public sealed class AudienceRule(IOptions<AudienceOptions> options, AudienceMembers members)
{
    /// <summary>Name of the rule, the placement of its treatments.</summary>
    public const string Name = "likely-buyers";

    /// <summary>Judges one customer.</summary>
    public RuleVerdict Judge(CustomerInsight insight)
    {
        AudienceOptions rule = options.Value;
        if (!rule.IsEnabled)
        {
            return RuleVerdict.No(RefusalReason.LowResponse);
        }

        if (rule.Audience is { } wanted && !members.Contains(wanted, insight.Customer))
        {
            return RuleVerdict.No(RefusalReason.OutsideAudience);
        }

        if (insight.PurchaseProbability is not { } probability)
        {
            return RuleVerdict.No(RefusalReason.ColdStart);
        }

        if (probability < rule.MinimumProbability)
        {
            return RuleVerdict.No(RefusalReason.LowResponse);
        }

        string percent = (100 * probability).ToString("0", CultureInfo.InvariantCulture);
        return RuleVerdict.Yes(Name + "+response", new LocalizedText(
            $"likely to buy soon ({percent} in 100)", $"近期很可能购买（概率 {percent}%）"));
    }
}
