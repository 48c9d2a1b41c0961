using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.Consent;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Audiences;

/// <summary>Finds who a rule means. One walk over all customers serves many rules; a customer's features are computed only when a rule needs them.</summary>
internal static class AudienceEvaluator
{
    private const int CustomersBetweenLooks = 1_024;

    /// <summary>The members of each rule, in no particular order. O(customers x nodes).</summary>
    public static List<List<Candidate>> Find(
        BookView view, IReadOnlyList<AudienceRule> rules, IReadOnlyDictionary<CustomerId, CustomerProfile> profiles, ContactRules contacts, CancellationToken cancellationToken)
    {
        Func<Candidate, bool>[] tests = [.. rules.Select(rule => Compile(rule, contacts))];
        List<List<Candidate>> members = [.. rules.Select(_ => new List<Candidate>())];
        int seen = 0;
        foreach ((CustomerId customer, CustomerState state) in view.Book.States)
        {
            if (seen++ % CustomersBetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Candidate candidate = new(view, customer, state, profiles.GetValueOrDefault(customer));
            for (int i = 0; i < tests.Length; i++)
            {
                if (tests[i](candidate))
                {
                    members[i].Add(candidate);
                }
            }
        }

        return members;
    }

    /// <summary>True when a rule looks at profiles.</summary>
    public static bool AsksForConsent(AudienceRule rule) => rule switch
    {
        AllOf all => all.Rules.Any(AsksForConsent),
        AnyOf any => any.Rules.Any(AsksForConsent),
        NotRule not => AsksForConsent(not.Rule),
        ConsentRule => true,
        _ => false,
    };

    private static Func<Candidate, bool> Compile(AudienceRule rule, ContactRules contacts)
    {
        switch (rule)
        {
            case AllOf all:
                Func<Candidate, bool>[] every = [.. all.Rules.Select(part => Compile(part, contacts))];
                return candidate => Array.TrueForAll(every, test => test(candidate));
            case AnyOf any:
                Func<Candidate, bool>[] some = [.. any.Rules.Select(part => Compile(part, contacts))];
                return candidate => Array.Exists(some, test => test(candidate));
            case NotRule not:
                Func<Candidate, bool> inner = Compile(not.Rule, contacts);
                return candidate => !inner(candidate);
            case FeatureRule feature:
                Func<CustomerFeatures, double?> read = AudienceFields.Find(feature.Feature) ?? throw new ArgumentException($"There is no feature {feature.Feature}.", nameof(rule));
                return candidate => Holds(read(candidate.Features), feature.Is, feature.Value);
            case ActRule act:
                return candidate => candidate.Count(act) >= act.AtLeast;
            case PredictionRule prediction:
                return candidate => Holds(Read(candidate, prediction.Prediction), prediction.Is, prediction.Value);
            case SegmentRule segment:
                return candidate => candidate.Segment is { } name && (IsSame(name.English, segment.Segment) || IsSame(name.Chinese, segment.Segment));
            case InterestRule interest:
                string tag = interest.Kind == InterestKind.SearchTerm ? ActNotes.NormaliseTerm(interest.Tag) ?? interest.Tag : interest.Tag;
                return candidate => candidate.InterestIn(interest.Kind, tag) >= interest.AtLeast;
            case NextCategoryRule next:
                return candidate => candidate.NextOrderFrom(next.Category) >= next.AtLeast;
            case ConsentRule consent:
                return candidate => Check(candidate, consent.To, contacts) is null;
            default:
                throw new ArgumentException($"A rule of type {rule.GetType().Name} is unknown.", nameof(rule));
        }
    }

    private static double? Read(Candidate candidate, AudiencePrediction prediction) => prediction switch
    {
        AudiencePrediction.Purchase => candidate.Prediction?.PurchaseProbability,
        AudiencePrediction.Buys => candidate.Ask(RowTarget.Buys),
        AudiencePrediction.Churn => candidate.Ask(RowTarget.Churns),
        AudiencePrediction.OpensMail => candidate.Ask(RowTarget.OpensMail),
        AudiencePrediction.Returns => candidate.Ask(RowTarget.Returns),
        _ => candidate.Prediction is { } said ? said.PurchaseProbabilityIfTreated - said.PurchaseProbability : null,
    };

    private static Refusal? Check(Candidate candidate, AudienceConsent to, ContactRules contacts) => to switch
    {
        AudienceConsent.Email => contacts.CheckEmail(candidate.Profile, candidate.AsOf),
        AudienceConsent.Personalisation => contacts.CheckPersonalisation(candidate.Profile, candidate.AsOf),
        _ => contacts.CheckAdvertising(candidate.Profile, candidate.AsOf),
    };

    private static bool Holds(double? value, Comparison comparison, double bound) => value is { } known && comparison switch
    {
        Comparison.AtLeast => known >= bound,
        Comparison.AtMost => known <= bound,
        Comparison.Above => known > bound,
        Comparison.Below => known < bound,
        _ => known.Equals(bound),
    };

    private static bool IsSame(string? name, string wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);
}
