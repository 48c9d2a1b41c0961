using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Promoting;

/// <summary>When each rule last reached each customer (sent or withheld), so that a rule can rest. Follows from the log. One turn at a time.</summary>
public sealed class MessageMemory(IEventLog log, IOptions<PromotionOptions> promotion, IOptions<AudienceOptions> audience)
{
    private readonly Dictionary<TreatmentId, string> ruleOf = [];
    private readonly Dictionary<(CustomerId Customer, string Rule), DateTimeOffset> lastAt = [];
    private long position;

    /// <summary>Takes in messages new in the log. O(new treatments and deliveries).</summary>
    public async Task EnsureLoadedAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        long head = log.Head;
        if (head == position)
        {
            return;
        }

        int longestRest = Math.Max(promotion.Value.RestDays, audience.Value.RestDays);
        LogRange range = new(position, head, new TimeWindow(asOf.AddDays(-longestRest - 7), DateTimeOffset.MaxValue));
        await foreach (Treatment treatment in log.ReadAsync<Treatment>(range, cancellationToken))
        {
            if (treatment.Channel != Channel.OnSite)
            {
                ruleOf[treatment.Id] = treatment.Placement;
            }
        }

        await foreach (Delivery delivery in log.ReadAsync<Delivery>(range, cancellationToken))
        {
            if (delivery.Status is DeliveryStatus.Sent or DeliveryStatus.Withheld && ruleOf.TryGetValue(delivery.Treatment, out string? rule))
            {
                (CustomerId, string) key = (delivery.Customer, rule);
                lastAt[key] = lastAt.TryGetValue(key, out DateTimeOffset before) && before > delivery.At ? before : delivery.At;
            }
        }

        position = head;
    }

    /// <summary>True while the rule must not write to the customer again.</summary>
    public bool IsResting(CustomerId customer, string rule, DateTimeOffset asOf, int restDays) =>
        lastAt.TryGetValue((customer, rule), out DateTimeOffset last) && asOf < last.AddDays(restDays);
}
