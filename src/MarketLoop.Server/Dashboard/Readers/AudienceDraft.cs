using System.Globalization;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>An audience while it is being built: everything stands in the address, so each step can be gone back on and kept as a bookmark.</summary>
/// <param name="Root">The outermost group.</param>
/// <param name="At">Where the next condition goes: places from the outermost group inwards; empty for that group itself.</param>
/// <param name="Faults">What of the address makes no condition.</param>
public sealed record AudienceDraft(RuleGroup Root, IReadOnlyList<int> At, IReadOnlyList<AudienceFault> Faults)
{
    /// <summary>Most conditions of one audience built here, those in groups included.</summary>
    public const int MostConditions = 20;

    /// <summary>Nothing yet.</summary>
    public static AudienceDraft Empty { get; } = new(new RuleGroup(GroupMatch.All, []), [], []);

    /// <summary>The rule; null without conditions.</summary>
    public AudienceRule? Rule => Root switch
    {
        { Rules.Count: 0 } => null,
        { Rules.Count: 1, Match: not GroupMatch.None } => Root.Rules[0],
        _ => Root.ToRule(),
    };

    /// <summary>A saved rule, taken apart again.</summary>
    public static AudienceDraft Of(AudienceRule rule) => Empty with { Root = RuleGroup.Of(rule) ?? new RuleGroup(GroupMatch.All, [rule]) };

    /// <summary>Reads the rule so far and the condition that a form adds.</summary>
    /// <param name="json">The rule so far; null or empty for none.</param>
    /// <param name="at">The group that the condition goes to, such as <c>2.0</c>; a place that is no group means the group around it.</param>
    /// <param name="added">The form's fields; null when nothing is added.</param>
    /// <param name="startsGroup">True when the condition begins a new group there.</param>
    public static AudienceDraft Read(string? json, string? at, ConditionForm? added, bool startsGroup = false)
    {
        AudienceDraft draft = Open(json);
        draft = draft with { At = draft.Root.NearestGroup(RulePath.Read(at)) };
        return added?.ToRule() is { } more ? draft.With(more, startsGroup) : draft;
    }

    /// <summary>The address of this draft.</summary>
    /// <param name="kind">Kind of condition that the form offers next.</param>
    public string Address(string? kind = null) =>
        "/analysis/audiences?rule=" + (Root.Rules.Count > 0 ? Uri.EscapeDataString(Root.ToRule().ToJson()) : "")
        + (At.Count > 0 ? "&at=" + RulePath.Write(At) : "") + (kind is null ? "" : "&kind=" + kind);

    /// <summary>The same with the next condition going to another group.</summary>
    public AudienceDraft AddingAt(IReadOnlyList<int> path) => this with { At = path };

    /// <summary>The same with the rules of a group joined in another way.</summary>
    public AudienceDraft Matching(IReadOnlyList<int> path, GroupMatch match) => this with { Root = Root.Change(path, group => group with { Match = match }) };

    /// <summary>The same without what stands at a place; a group that is left empty goes with it.</summary>
    public AudienceDraft Without(IReadOnlyList<int> path)
    {
        IReadOnlyList<int> around = [.. path.SkipLast(1)];
        while (around.Count > 0 && Root.Find(around) is { Rules.Count: 1 })
        {
            (path, around) = (around, [.. around.SkipLast(1)]);
        }

        int place = path[^1];
        return this with { At = around, Root = Root.Change(around, group => group with { Rules = [.. group.Rules.Where((_, i) => i != place)] }) };
    }

    private static AudienceDraft Open(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return Empty;
        }

        try
        {
            AudienceRule rule = AudienceRule.Parse(json);
            IReadOnlyList<AudienceFault> faults = AudienceCheck.Find(rule);
            return faults.Count > 0 ? Empty with { Faults = faults } : Of(rule);
        }
        catch (MarketLoopException unreadable)
        {
            return Empty with { Faults = [new AudienceFault("rule", unreadable.Message)] };
        }
    }

    private AudienceDraft With(AudienceRule condition, bool startsGroup)
    {
        RuleGroup target = Root.Find(At) ?? Root;
        AudienceRule part = startsGroup ? new RuleGroup(target.Match == GroupMatch.Any ? GroupMatch.All : GroupMatch.Any, [condition]).ToRule() : condition;
        string json = part.ToJson();
        if (Root.CountConditions() >= MostConditions || target.Rules.Any(rule => string.Equals(rule.ToJson(), json, StringComparison.Ordinal)))
        {
            return this; // what stands there already adds nothing
        }

        RuleGroup grown = Root.Change(At, group => group with { Rules = [.. group.Rules, part] });
        IReadOnlyList<AudienceFault> own = AudienceCheck.Find(condition);
        IReadOnlyList<AudienceFault> faults = own.Count > 0 ? own : AudienceCheck.Find(grown.ToRule());
        return faults.Count > 0 ? this with { Faults = faults } : this with { Root = grown, At = startsGroup ? [.. At, target.Rules.Count] : At };
    }
}

/// <summary>A condition as its form sends it; which fields matter follows from the kind.</summary>
public sealed record ConditionForm
{
    /// <summary>Kinds of condition, in the order they are offered.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["feature", "act", "segment", "interest", "prediction", "nextCategory", "consent"];

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
            "nextCategory" when !string.IsNullOrWhiteSpace(About) => new NextCategoryRule(About.Trim(), (Value ?? 50) / 100),
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
