using System.Globalization;
using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Analysis;

/// <summary>Reports of recommenders for people, or as JSON.</summary>
internal static class RecommendationText
{
    private const int CandidatesShown = 12;

    public static void Show(RankingReport report, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(report);
            return;
        }

        screen.Line($"{report.Users:N0} test questions, {report.Items:N0} items, lists of {report.At}");
        ShowQualities(report, report.Models, screen);
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"  95 % of resampled means: recall {report.Intervals["recall"].Low:0.0000} to {report.Intervals["recall"].High:0.0000}, ndcg {report.Intervals["ndcg"].Low:0.0000} to {report.Intervals["ndcg"].High:0.0000}"));
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"  lists: coverage {report.Coverage:P1}, gini {report.Gini:0.000}, novelty {report.Novelty:0.0} bits, diversity {report.Diversity:0.000}"));
        screen.Line($"chosen: {report.Chosen.Model}");
        foreach (RankerPart part in report.Chosen.Parts)
        {
            screen.Line($"  {part.Model}: {Join(part.Parameters)}");
        }

        screen.Line($"why: {report.Chosen.Why}");
        screen.Line("best candidates on the validation part:");
        foreach (ValidationRow row in report.Chosen.Validation.OrderByDescending(row => row.Ndcg).Take(CandidatesShown))
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"  {row.Recall,8:0.0000}{row.Ndcg,9:0.0000}  {row.Model} ({Join(row.Parameters)})"));
        }

        screen.Line(string.Create(CultureInfo.InvariantCulture, $"choosing {report.ChoosingSeconds:0} s, fitting {report.FittingSeconds:0} s, ranking {report.RankingSeconds:0} s; {report.PeakMegabytes:N0} MB at most"));
    }

    private static void ShowQualities(RankingQuality ours, IReadOnlyDictionary<string, RankingQuality> others, Screen screen)
    {
        screen.Line($"  {"",-18}{"recall",9}{"ndcg",9}{"hit rate",10}{"mrr",9}{"precision",11}{"f1",9}{"map",9}{"coverage",10}");
        Row("ours", ours);
        foreach ((string name, RankingQuality quality) in others.OrderByDescending(other => other.Value.Ndcg))
        {
            Row(name, quality);
        }

        void Row(string name, RankingQuality q) => screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-18}{q.Recall,9:0.0000}{q.Ndcg,9:0.0000}{q.HitRate,10:0.0000}{q.Mrr,9:0.0000}{q.Precision,11:0.0000}{q.F1,9:0.0000}{q.Map,9:0.0000}{q.Coverage,10:P1}"));
    }

    private static string Join(IReadOnlyDictionary<string, string> parameters) => string.Join(", ", parameters.Select(pair => $"{pair.Key} {pair.Value}"));
}
