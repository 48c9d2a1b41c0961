using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Erasure;
using MarketLoop.Decision.Experiments;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Decision;

namespace MarketLoop.Server.Api.Data;

/// <summary>Why one customer is shown what they are shown, for the customer to read.</summary>
/// <param name="Customer">The customer, a browser resolved to who signed in on it.</param>
/// <param name="At">The moment of the answer.</param>
/// <param name="Personalised">True when things are chosen by what they did.</param>
/// <param name="Reason">Why they are not; null when they are.</param>
/// <param name="Consents">Where they stand on each purpose.</param>
/// <param name="Known">Which data there is: acts by name, with the first and the last.</param>
/// <param name="Insight">What was concluded from it: segment, interests, probabilities, model version; null before the first look.</param>
/// <param name="Outlook">What they will probably do in the weeks ahead, each with what of their behaviour raises or lowers it.</param>
/// <param name="Arm">The arm of the standing experiment.</param>
/// <param name="Now">What would be recommended now, each with its reason, and the policy and model behind it.</param>
/// <param name="Decisions">What was decided for them, newest first, with reason, policy, model version and probability.</param>
/// <param name="MoreDecisions">Decisions beyond those listed.</param>
public sealed record CustomerExplanation(
    CustomerId Customer,
    DateTimeOffset At,
    bool Personalised,
    RefusalReason? Reason,
    IReadOnlyList<ConsentStanding> Consents,
    IReadOnlyList<KnownActs> Known,
    CustomerInsight? Insight,
    IReadOnlyList<OutlookExplanation> Outlook,
    Arm Arm,
    RecommendationPreview Now,
    IReadOnlyList<Treatment> Decisions,
    int MoreDecisions);

/// <summary>Acts of one name.</summary>
/// <param name="Name">Name of the event.</param>
/// <param name="Kind">Its meaning.</param>
/// <param name="Count">How many.</param>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
public sealed record KnownActs(string Name, InteractionKind Kind, int Count, DateTimeOffset First, DateTimeOffset Last);

/// <summary>Puts an explanation together from what the rooms have on record.</summary>
internal sealed class ExplanationReader(
    CustomerRights rights, Analyst analyst, RecommendationReader recommendations, PersonalisationCheck check, ControlGroup control, CurrentModels models, TimeProvider clock)
{
    private const int MostDecisions = 100;
    private const int Recommended = 10;

    /// <summary>Reads it for a person who asked, and notes that somebody did.</summary>
    public async Task<CustomerExplanation> ReadAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        CustomerExport held = await rights.GatherAsync(customer, cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        Allowance allowance = await check.AskAsync(held.Customer, now, sendsPrivacyControl: false, cancellationToken);
        CustomerInsight? insight = analyst.FindInsight(held.Customer) ?? (held.Insights.Count > 0 ? held.Insights[^1] : null);
        CustomerExplanation explanation = new(
            held.Customer,
            now,
            allowance.AgainstPersonalisation is null,
            allowance.AgainstPersonalisation?.Reason,
            ConsentState.List([.. held.Consents]),
            [.. held.Interactions
                .GroupBy(act => (act.Name, act.Kind))
                .Select(acts => new KnownActs(acts.Key.Name, acts.Key.Kind, acts.Count(), acts.Min(act => act.OccurredAt), acts.Max(act => act.OccurredAt)))
                .OrderByDescending(acts => acts.Count)
                .ThenBy(acts => acts.Name, StringComparer.Ordinal)],
            insight,
            insight is null ? [] : models.Value.Explain(insight.Features),
            control.ArmOf(held.Customer).Arm,
            await recommendations.ReadAsync(held.Customer, Recommended, cancellationToken),
            [.. held.Treatments.OrderByDescending(treatment => treatment.DecidedAt).Take(MostDecisions)],
            Math.Max(0, held.Treatments.Count - MostDecisions));
        await rights.NoteAsync(RightsRequest.Explanation, cancellationToken);
        return explanation;
    }
}
