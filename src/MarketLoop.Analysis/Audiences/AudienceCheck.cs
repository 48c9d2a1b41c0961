using MarketLoop.Domain;

namespace MarketLoop.Analysis.Audiences;

/// <summary>What is wrong with a rule, and what to do about it.</summary>
/// <param name="Path">Where, such as <c>rule.rules[1].value</c>.</param>
/// <param name="Cure">What to write instead.</param>
public sealed record AudienceFault(string Path, string Cure);

/// <summary>Checks a rule before it is counted or saved: all faults at once.</summary>
public static class AudienceCheck
{
    private const int DeepestRule = 8;
    private const int MostNodes = 100;
    private const int LongestText = 200;
    private const int LongestWindow = 3_650;

    /// <summary>Longest name of an audience.</summary>
    public const int LongestName = 80;

    /// <summary>The faults, in order of the tree; none when the rule can be counted.</summary>
    public static IReadOnlyList<AudienceFault> Find(AudienceRule? rule)
    {
        List<AudienceFault> faults = [];
        int nodes = 0;
        Walk(rule, "rule", 1, ref nodes, faults);
        if (nodes > MostNodes)
        {
            faults.Add(new AudienceFault("rule", $"at most {MostNodes} nodes; this rule has {nodes}. Save a part of it as an audience of its own."));
        }

        return faults;
    }

    /// <summary>The fault of a name; null when it can be used.</summary>
    public static AudienceFault? FindInName(string? name) =>
        !string.IsNullOrWhiteSpace(name) && name.Length <= LongestName && name.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or ' ' or '.')
            ? null
            : new AudienceFault("name", $"1 to {LongestName} letters, digits, blanks, dots, - or _");

    private static void Walk(AudienceRule? rule, string path, int depth, ref int nodes, List<AudienceFault> faults)
    {
        nodes++;
        if (depth > DeepestRule)
        {
            faults.Add(new AudienceFault(path, $"at most {DeepestRule} levels; put rules of one kind side by side"));
            return;
        }

        switch (rule)
        {
            case AllOf all:
                WalkMany(all.Rules, path, depth, ref nodes, faults);
                break;
            case AnyOf any:
                WalkMany(any.Rules, path, depth, ref nodes, faults);
                break;
            case NotRule not:
                Walk(not.Rule, path + ".rule", depth + 1, ref nodes, faults);
                break;
            default:
                CheckLeaf(rule, path, faults);
                break;
        }
    }

    private static void WalkMany(IReadOnlyList<AudienceRule>? rules, string path, int depth, ref int nodes, List<AudienceFault> faults)
    {
        Require(rules is { Count: > 0 }, path + ".rules", "at least one rule", faults);
        for (int i = 0; i < (rules?.Count ?? 0) && nodes <= MostNodes; i++)
        {
            Walk(rules![i], $"{path}.rules[{i}]", depth + 1, ref nodes, faults); // counted above
        }
    }

    private static void CheckLeaf(AudienceRule? rule, string path, List<AudienceFault> faults)
    {
        switch (rule)
        {
            case FeatureRule feature:
                Require(AudienceFields.Find(feature.Feature ?? "") is not null, path + ".feature", $"one of {string.Join(", ", AudienceFields.Features)}", faults);
                CheckNumber(feature.Value, feature.Is, path, faults);
                break;
            case ActRule act:
                CheckAct(act, path, faults);
                break;
            case PredictionRule prediction:
                CheckNumber(prediction.Value, prediction.Is, path, faults);
                Require(Enum.IsDefined(prediction.Prediction), path + ".prediction", "purchase, uplift, buys, churn, opensMail or returns", faults);
                Require(Math.Abs(prediction.Value) <= 1, path + ".value", "a probability between -1 and 1, such as 0.25", faults);
                break;
            case SegmentRule segment:
                CheckText(segment.Segment, path + ".segment", isNeeded: true, faults);
                break;
            case InterestRule interest:
                CheckText(interest.Tag, path + ".tag", isNeeded: true, faults);
                Require(Enum.IsDefined(interest.Kind), path + ".kind", "category, brand, priceBand or searchTerm", faults);
                Require(interest.AtLeast is > 0 and <= 1, path + ".atLeast", "a share above 0 and up to 1, such as 0.2", faults);
                break;
            case NextCategoryRule next:
                CheckText(next.Category, path + ".category", isNeeded: true, faults);
                Require(next.AtLeast is > 0 and <= 1, path + ".atLeast", "a probability above 0 and up to 1, such as 0.5", faults);
                break;
            case ConsentRule consent:
                Require(Enum.IsDefined(consent.To), path + ".to", "email, personalisation or advertising", faults);
                break;
            default:
                faults.Add(new AudienceFault(path, "a rule; null is none"));
                break;
        }
    }

    private static void CheckAct(ActRule act, string path, List<AudienceFault> faults)
    {
        Require(Enum.IsDefined(act.Act), path + ".act", "order, view, cart or search", faults);
        Require(act.AtLeast >= 1, path + ".atLeast", "1 or more; for \"never\" put a not around the act", faults);
        Require(act.WithinDays is null or (>= 1 and <= LongestWindow), path + ".withinDays", $"1 to {LongestWindow}, or leave it out for ever", faults);
        Require(act.Term is null || act.Act == AudienceAct.Search, path + ".term", "only with the act search; leave it out here", faults);
        Require(act.Act != AudienceAct.Search || (act.Product ?? act.Category ?? act.Brand) is null, path, "a search has no product, category or brand; name its term instead", faults);
        foreach ((string? text, string member) in ((string?, string)[])[(act.Category, ".category"), (act.Brand, ".brand"), (act.Product, ".product"), (act.Term, ".term")])
        {
            CheckText(text, path + member, isNeeded: false, faults);
        }
    }

    private static void CheckNumber(double value, Comparison comparison, string path, List<AudienceFault> faults)
    {
        Require(double.IsFinite(value), path + ".value", "a finite number", faults);
        Require(Enum.IsDefined(comparison), path + ".is", "atLeast, atMost, above, below or equal", faults);
    }

    private static void CheckText(string? text, string path, bool isNeeded, List<AudienceFault> faults) =>
        Require(text is null ? !isNeeded : !string.IsNullOrWhiteSpace(text) && text.Length <= LongestText, path, $"1 to {LongestText} characters", faults);

    private static void Require(bool holds, string path, string cure, List<AudienceFault> faults)
    {
        if (!holds)
        {
            faults.Add(new AudienceFault(path, cure));
        }
    }
}
