using MarketLoop.Analysis.Models;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Preference;

/// <summary>Chooses, measures and fits the preference model.</summary>
/// <remarks>Three parts of time: candidates are chosen on the middle one, measured on the last, and the chosen one is fitted anew on everything.</remarks>
internal static class PreferenceTrainer
{
    public const int ListLength = 20;
    private const string Name = "preference";

    /// <summary>Length of a held-out part: a tenth of the history, one day at least and thirty at most.</summary>
    public static TimeSpan HeldOutLength(DateTimeOffset from, DateTimeOffset until) =>
        TimeSpan.FromDays(Math.Clamp((until - from).TotalDays / 10, 1, 30));

    public static (PreferenceModel? Model, ModelCard Card) Train(
        IReadOnlyList<Interaction> interactions, DateTimeOffset until, IReadOnlyList<Product> products, Action<string> step, CancellationToken cancellationToken)
    {
        HashSet<ProductId> charges = [.. products.Where(p => !p.IsMerchandise).Select(p => p.Id)];
        PreferenceData Gather(DateTimeOffset end) => PreferenceData.Gather(interactions, end, id => !charges.Contains(id), keepsAll: false);

        PreferenceData everything = Gather(until);
        if (everything.Products.Length == 0)
        {
            return (null, ModelCard.None(Name, "nobody has looked at or bought a product yet"));
        }

        TimeSpan length = HeldOutLength(interactions[0].OccurredAt, until);
        DateTimeOffset testFrom = until - length;
        PreferenceData validationHistory = Gather(testFrom - length);
        PreferenceChooser chooser = new(validationHistory, validationHistory.HoldOut(interactions, testFrom), ListLength);
        PreferenceChoice choice = chooser.Choose(step, cancellationToken);

        step("measuring on the last part of the history");
        SortedDictionary<string, double> metrics = Measure(Gather(testFrom), interactions, until, choice.Candidate, cancellationToken);
        step("fitting on everything");
        PreferenceBlend blend = choice.Candidate.Blend(everything, choice.Candidate.FitLinks(everything, cancellationToken), cancellationToken);
        PreferenceModel model = new(everything.Products, blend, choice.Candidate.History);
        return (model, new ModelCard(Name, choice.Candidate.Model, choice.Candidate.Describe(), metrics, choice.Why));
    }

    private static SortedDictionary<string, double> Measure(
        PreferenceData data, IReadOnlyList<Interaction> interactions, DateTimeOffset until, PreferenceCandidate candidate, CancellationToken cancellationToken)
    {
        PreferenceTester tester = new(data, data.HoldOut(interactions, until), ListLength);
        SortedDictionary<string, double> metrics = new(StringComparer.Ordinal) { ["users"] = tester.Customers };
        if (tester.Customers == 0)
        {
            return metrics;
        }

        RankingMetrics measured = tester.Measure(candidate.Blend(data, candidate.FitLinks(data, cancellationToken), cancellationToken), candidate.History, goodsOnly: true, cancellationToken);
        metrics["recall"] = measured.Recall;
        metrics["precision"] = measured.Precision;
        metrics["f1"] = measured.F1;
        metrics["ndcg"] = measured.Ndcg;
        metrics["hitRate"] = measured.HitRate;
        metrics["coverage"] = measured.Coverage;
        PreferenceCandidate popularity = new() { Links = LinkModel.None, PopularityWeight = 1, PopularityHalfLifeDays = double.PositiveInfinity };
        RankingMetrics baseline = tester.Measure(popularity.Blend(data, popularity.FitLinks(data, cancellationToken), cancellationToken), popularity.History, goodsOnly: true, cancellationToken);
        metrics["popularityRecall"] = baseline.Recall;
        metrics["popularityNdcg"] = baseline.Ndcg;
        return metrics;
    }
}
