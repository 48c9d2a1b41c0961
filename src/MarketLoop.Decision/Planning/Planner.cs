using System.Globalization;
using MarketLoop.Analysis;
using MarketLoop.Data.Profiles;
using MarketLoop.Data.Shop;
using MarketLoop.Decision.Experiments;
using MarketLoop.Decision.Exploration;
using MarketLoop.Decision.Guardrails;
using MarketLoop.Decision.Promoting;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Planning;

/// <summary>The room's door: whom to write to, with what. One turn at a time; not for use by several threads at once.</summary>
public sealed class Planner(IProfileStore profiles, Guardrail guardrail, ControlGroup controlGroup, MessageRules rules, MessageMemory memory)
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(2);
    private readonly Dictionary<CustomerId, PackedInsight> known = [];
    private readonly InsightPacker packer = new();

    /// <summary>Decides for every customer who ever did anything and whose insight was handed over, with the newest one each. Same insights, same moment: same treatments with the same ids.</summary>
    /// <param name="insights">Insights new since the last turn.</param>
    /// <param name="asOf">The moment the turn stands at.</param>
    /// <param name="cancellationToken">Cancels; nothing was recorded yet.</param>
    public async Task<Plan> DecideAsync(IReadOnlyList<CustomerInsight> insights, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        foreach (CustomerInsight insight in insights.Where(i => !i.Customer.IsAnonymous))
        {
            if (insight.Features.ActiveDays > 0)
            {
                known[insight.Customer] = packer.Pack(insight);
            }
            else
            {
                known.Remove(insight.Customer); // nothing but a refund, or acts of ours: no relationship to act on
            }
        }

        await guardrail.PrepareAsync(asOf, cancellationToken);
        await memory.EnsureLoadedAsync(asOf, cancellationToken);
        IReadOnlyDictionary<CustomerId, CustomerProfile> profileOf = await profiles.FindManyAsync(known.Keys, cancellationToken);

        List<Treatment> treatments = [];
        Dictionary<RefusalReason, int> refusals = [];
        int contactable = 0;
        foreach (CustomerInsight insight in known.Values.OrderBy(i => i.Customer.Value, StringComparer.Ordinal).Select(i => i.Open()))
        {
            Refusal? refusal = guardrail.CheckContact(profileOf.GetValueOrDefault(insight.Customer), asOf);
            if (refusal is null)
            {
                contactable++;
                MessageChoice choice = rules.Choose(insight, asOf, memory);
                refusal = choice.Refusal ?? guardrail.CheckFrequency(insight.Customer, asOf);
                if (refusal is null)
                {
                    treatments.Add(await rules.ComposeAsync(insight, choice, controlGroup.ArmOf(insight.Customer), asOf, asOf + Validity, cancellationToken));
                    continue;
                }
            }

            refusals[refusal.Reason] = refusals.GetValueOrDefault(refusal.Reason) + 1;
        }

        return new Plan
        {
            Treatments = treatments,
            Considered = known.Count,
            Contactable = contactable,
            Refusals = refusals.OrderBy(r => r.Key).ToDictionary(r => r.Key, r => r.Value),
        };
    }
}
