using MarketLoop.Analysis.Audiences;
using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>Rules of audiences as sentences in the language of the page.</summary>
internal sealed class AudienceWords(Words words, CategoryNames categories)
{
    /// <summary>What a rule says.</summary>
    public string Of(AudienceRule rule) => rule switch
    {
        AllOf all => Join(all.Rules, "Audience.And"),
        AnyOf any => Join(any.Rules, "Audience.Or"),
        NotRule not => words["Audience.Not", Inner(not.Rule)],
        FeatureRule feature => words["Audience.Feature", words.OrItself("Feature", feature.Feature), words.Of(feature.Is), words.Figure(feature.Value)],
        ActRule act => Of(act),
        PredictionRule prediction => words["Audience.Feature", words.Of(prediction.Prediction), words.Of(prediction.Is), words.Percent(prediction.Value)],
        SegmentRule segment => words["Audience.Segment", segment.Segment],
        InterestRule interest => words["Audience.Interest", words.Of(interest.Kind), interest.Kind == InterestKind.Category ? categories.Of(interest.Tag) : interest.Tag, words.Percent(interest.AtLeast, 0)],
        NextCategoryRule next => words["Audience.NextCategory", categories.Of(next.Category), words.Percent(next.AtLeast, 0)],
        ConsentRule consent => words["Audience.Consent", words.Of(consent.To)],
        _ => rule.ToJson(),
    };

    private string Of(ActRule act)
    {
        string? about = act.Term ?? act.Product ?? act.Brand ?? (act.Category is { } category ? categories.Of(category) : null);
        string what = about is null ? words.Of(act.Act) : words["Audience.About", words.Of(act.Act), about];
        return act.WithinDays is { } days ? words["Audience.ActWithin", what, words.Count(act.AtLeast), days] : words["Audience.ActEver", what, words.Count(act.AtLeast)];
    }

    private string Join(IReadOnlyList<AudienceRule> rules, string between) => string.Join(words[between], rules.Select(Inner));

    private string Inner(AudienceRule rule) => rule is not (AllOf { Rules.Count: > 1 } or AnyOf { Rules.Count: > 1 }) ? Of(rule) : words.IsChinese ? $"（{Of(rule)}）" : $"({Of(rule)})";
}
