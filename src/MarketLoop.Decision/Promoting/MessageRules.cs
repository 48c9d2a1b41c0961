using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MarketLoop.Data.Shop;
using MarketLoop.Decision.Experiments;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Promoting;

/// <summary>The rules that write messages, in order of rank: win-back before news. Thread-safe.</summary>
public sealed class MessageRules(
    PromotionRule promotion,
    AudienceRule audience,
    Recommender recommender,
    ShopSecrets secrets,
    IOptions<PromotionOptions> promotionOptions,
    IOptions<AudienceOptions> audienceOptions)
{
    private readonly byte[] drawKey = secrets.KeyForDraws("promotion-exploration");

    /// <summary>The first rule that chooses the customer and is not resting; else the refusal that says most: a model that does not want to before one that does not know.</summary>
    public MessageChoice Choose(CustomerInsight insight, DateTimeOffset asOf, MessageMemory memory)
    {
        RuleVerdict coupon = promotion.Judge(insight, asOf, DrawOf(insight.Customer, asOf));
        if (coupon.Refusal is null && !memory.IsResting(insight.Customer, PromotionRule.Name, asOf, promotionOptions.Value.RestDays))
        {
            return new MessageChoice(TreatmentKind.Promotion, PromotionRule.Name, coupon, null);
        }

        RuleVerdict news = audience.Judge(insight);
        if (news.Refusal is null && !memory.IsResting(insight.Customer, AudienceRule.Name, asOf, audienceOptions.Value.RestDays))
        {
            return new MessageChoice(TreatmentKind.Announcement, AudienceRule.Name, news, null);
        }

        RefusalReason reason = coupon.Refusal is null || news.Refusal is null
            ? RefusalReason.OverFrequencyCap
            : news.Refusal.Value;
        return new MessageChoice(TreatmentKind.Announcement, AudienceRule.Name, news, new Refusal(reason));
    }

    /// <summary>Makes the treatment of a choice: products, coupon, id.</summary>
    public async Task<Treatment> ComposeAsync(
        CustomerInsight insight, MessageChoice choice, ArmAssignment arm, DateTimeOffset asOf, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        ListRequest wanted = new() { Placement = recommender.PlacementOf("email"), Customer = insight.Customer, Count = audienceOptions.Value.Products };
        RankedList list = await recommender.RecommendAsync(wanted, cancellationToken);
        Offer? offer = choice.Kind == TreatmentKind.Promotion ? promotion.MakeOffer(asOf) : null;
        string day = asOf.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return new Treatment
        {
            // By rule, customer and day: a turn that runs again after a crash decides the same treatment, not a second one.
            Id = TreatmentIds.From("message", choice.Rule, insight.Customer.ToString(), day),
            Customer = insight.Customer,
            Kind = choice.Kind,
            Channel = Channel.Email,
            Placement = choice.Rule,
            Arm = arm.Arm,
            ArmPropensity = arm.Propensity,
            Policy = choice.Verdict.Policy!, // a choice without refusal has a policy and a reason
            Models = insight.Models,
            Reason = choice.Verdict.Reason!,
            Items = [.. list.Items.Select((item, position) => new ShownItem(item.Product, position, 1, item.Score, item.Reason))],
            CandidateCount = list.Items.Count,
            Offer = offer,
            DecidedAt = asOf,
            ExpiresAt = expiresAt,
        };
    }

    private double DrawOf(CustomerId customer, DateTimeOffset asOf)
    {
        // One draw per customer and rest period, not per turn: many turns a day must not mean many chances.
        long period = asOf.UtcTicks / (TimeSpan.TicksPerDay * promotionOptions.Value.RestDays);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(drawKey, Encoding.UTF8.GetBytes($"{period}|{customer}"), hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }
}

/// <summary>What the rules say of one customer.</summary>
/// <param name="Kind">Kind of message.</param>
/// <param name="Rule">Rule that chose, the placement of the treatment.</param>
/// <param name="Verdict">Policy and reason.</param>
/// <param name="Refusal">Why no rule chose; null when one did.</param>
public readonly record struct MessageChoice(TreatmentKind Kind, string Rule, RuleVerdict Verdict, Refusal? Refusal);
