using System.Globalization;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>An audience while it is being built: everything stands in the address, so each step can be gone back on and kept as a bookmark.</summary>
/// <param name="IsAny">True when one condition is enough.</param>
/// <param name="Conditions">The conditions.</param>
/// <param name="Faults">What of the address makes no condition.</param>
public sealed record AudienceDraft(bool IsAny, IReadOnlyList<AudienceRule> Conditions, IReadOnlyList<AudienceFault> Faults)
{
    /// <summary>Most conditions of one audience built here.</summary>
    public const int MostConditions = 20;

    /// <summary>The rule; null without conditions.</summary>
    public AudienceRule? Rule => Conditions.Count == 0 ? null : Conditions.Count == 1 ? Conditions[0] : IsAny ? new AnyOf(Conditions) : new AllOf(Conditions);

    /// <summary>A saved rule, taken apart again.</summary>
    public static AudienceDraft Of(AudienceRule rule) => rule switch
    {
        AllOf all => new AudienceDraft(false, all.Rules, []),
        AnyOf any => new AudienceDraft(true, any.Rules, []),
        _ => new AudienceDraft(false, [rule], []),
    };

    /// <summary>Reads the conditions so far and the one that a form adds.</summary>
    /// <param name="isAny">Whether one is enough.</param>
    /// <param name="soFar">Conditions as JSON.</param>
    /// <param name="added">The form's fields; null when nothing is added.</param>
    public static AudienceDraft Read(bool isAny, IReadOnlyList<string> soFar, ConditionForm? added)
    {
        List<AudienceRule> conditions = [];
        List<AudienceFault> faults = [];
        foreach (string json in soFar.Take(MostConditions))
        {
            try
            {
                Take(AudienceRule.Parse(json), conditions, faults);
            }
            catch (MarketLoopException unreadable)
            {
                faults.Add(new AudienceFault("rule", unreadable.Message));
            }
        }

        if (added is not null && added.ToRule() is { } more && conditions.Count < MostConditions)
        {
            Take(more, conditions, faults);
        }

        return new AudienceDraft(isAny, conditions, faults);
    }

    /// <summary>The address of this draft.</summary>
    /// <param name="without">Place of a condition to leave out.</param>
    /// <param name="isAny">Another way to join them.</param>
    /// <param name="kind">Kind of condition that the form offers next.</param>
    public string Address(int? without = null, bool? isAny = null, string? kind = null) =>
        "/analysis/audiences?match=" + (isAny ?? IsAny ? "any" : "all") + (kind is null ? "" : "&kind=" + kind)
        + string.Concat(Conditions.Where((_, place) => place != without).Select(condition => "&c=" + Uri.EscapeDataString(condition.ToJson())));

    private static void Take(AudienceRule rule, List<AudienceRule> conditions, List<AudienceFault> faults)
    {
        IReadOnlyList<AudienceFault> found = AudienceCheck.Find(rule);
        if (found.Count > 0)
        {
            faults.AddRange(found);
        }
        else if (!conditions.Contains(rule))   // reloading the page adds nothing
        {
            conditions.Add(rule);
        }
    }
}

/// <summary>A condition as its form sends it; which fields matter follows from the kind.</summary>
public sealed record ConditionForm
{
    /// <summary>Kinds of condition, in the order they are offered.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["feature", "act", "segment", "interest", "prediction", "consent"];

    /// <summary>One of <see cref="Kinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The feature, segment, tag or consent meant.</summary>
    public string? Name { get; init; }

    /// <summary>How a number compares.</summary>
    public string? Is { get; init; }

    /// <summary>The number: a value, times, or a percentage.</summary>
    public string? Number { get; init; }

    /// <summary>Days of an act; empty for ever.</summary>
    public string? Within { get; init; }

    /// <summary>What an act or interest is about: a category, a brand, a product, a term.</summary>
    public string? About { get; init; }

    /// <summary>What <see cref="About"/> is.</summary>
    public string? AboutKind { get; init; }

    /// <summary>Whether the opposite is meant.</summary>
    public bool IsNot { get; init; }

    /// <summary>The rule; null when the form is not filled in. Whether it holds is for <see cref="AudienceCheck"/> to say.</summary>
    public AudienceRule? ToRule()
    {
        AudienceRule? rule = Kind switch
        {
            "feature" when Name is not null && Value is { } value => new FeatureRule(Name, Read(Is, Comparison.AtLeast), value),
            "act" when Name is not null => ActOf(Read(Name, AudienceAct.Order)),
            "segment" when !string.IsNullOrWhiteSpace(Name) => new SegmentRule(Name),
            "interest" when !string.IsNullOrWhiteSpace(About) => new InterestRule(Read(AboutKind, InterestKind.Category), About.Trim(), (Value ?? 10) / 100),
            "prediction" when Name is not null && Value is { } percent => new PredictionRule(Read(Name, AudiencePrediction.Purchase), Read(Is, Comparison.AtLeast), percent / 100),
            "consent" when Name is not null => new ConsentRule(Read(Name, AudienceConsent.Email)),
            _ => null,
        };
        return rule is not null && IsNot ? new NotRule(rule) : rule;
    }

    private double? Value => double.TryParse(Number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private ActRule ActOf(AudienceAct act)
    {
        string? about = string.IsNullOrWhiteSpace(About) ? null : About.Trim();
        bool isSearch = act == AudienceAct.Search;
        return new ActRule(
            act,
            (int)(Value ?? 1),
            int.TryParse(Within, NumberStyles.None, CultureInfo.InvariantCulture, out int days) ? days : null,
            Category: !isSearch && AboutKind is not ("brand" or "product") ? about : null,
            Brand: !isSearch && AboutKind is "brand" ? about : null,
            Product: !isSearch && AboutKind is "product" ? about : null,
            Term: isSearch ? about : null);
    }

    private static TEnum Read<TEnum>(string? text, TEnum usual)
        where TEnum : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out TEnum value) && Enum.IsDefined(value) ? value : usual;
}
