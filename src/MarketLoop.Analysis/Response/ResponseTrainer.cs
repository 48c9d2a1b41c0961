using System.Globalization;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Statistics;

namespace MarketLoop.Analysis.Response;

/// <summary>Fits P(purchase within the horizon | behaviour, promotion sent?).</summary>
/// <remarks>Measured on the last part of time by a model that knows only what was over before it; then fitted anew on everything. With too little data there is no model, and the card says why.</remarks>
internal static class ResponseTrainer
{
    private const string Name = "response";
    private const int FewestOfEachClass = 30;
    private const int FewestHeldOutPositives = 10;
    private const int FewestTreated = 100;
    private const int FewestControl = 50;
    private const double Penalty = 3;
    private const int Shuffles = 3;

    public static (ResponseModel? Model, ModelCard Card) Train(TrainingSnapshot snapshot, TrainingOptions options, CancellationToken cancellationToken)
    {
        if (snapshot.Interactions.Count == 0)
        {
            return Nothing("there are no interactions yet");
        }

        int horizonDays = HorizonFor(snapshot, options.HorizonDays);
        TimeSpan horizon = TimeSpan.FromDays(horizonDays);
        IReadOnlyList<DateTimeOffset> cuts = ResponseRows.Cuts(snapshot.Interactions[0].OccurredAt, snapshot.AsOf, horizon);
        if (cuts.Count < 2)
        {
            return Nothing($"the history is shorter than three times the horizon of {horizonDays} days");
        }

        List<ResponseRow> rows = ResponseRows.Build(snapshot, TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone), horizon, cancellationToken);
        DateTimeOffset heldOutFrom = cuts[Math.Max(0, (cuts.Count / 4) - 1)];
        List<ResponseRow> known = [.. rows.Where(r => r.At + horizon <= heldOutFrom)];
        List<ResponseRow> heldOut = [.. rows.Where(r => r.At >= heldOutFrom)];
        int positives = known.Count(r => r.Bought);
        if (Math.Min(positives, known.Count - positives) < FewestOfEachClass || heldOut.Count(r => r.Bought) < FewestHeldOutPositives || heldOut.TrueForAll(r => r.Bought))
        {
            return Nothing($"{positives} of {known.Count} rows bought before the held-out part, {heldOut.Count(r => r.Bought)} of {heldOut.Count} in it; {FewestOfEachClass} of each kind and {FewestHeldOutPositives} are needed");
        }

        ResponseModel judged = Fit(known, horizonDays, cancellationToken);
        HeldOutRows judgement = new([.. heldOut.Select(r => r.Features)], [.. heldOut.Select(r => r.Bought)], WeightsOf(heldOut), (features, place) => Predict(judged, features, heldOut[place].IsContacted), judged.Threshold);
        SortedDictionary<string, double> metrics = judgement.Describe(known.Where(r => r.Bought).Sum(r => r.Weight) / known.Sum(r => r.Weight));
        if (metrics["logLoss"] >= metrics["logLossOfBaseRate"])
        {
            return Nothing($"on the held-out part it was no better than the base rate (log-loss {metrics["logLoss"].ToString("0.0000", CultureInfo.InvariantCulture)})");
        }

        ResponseModel model = Fit(rows, horizonDays, cancellationToken);
        NoteExperiment(metrics, rows, model);
        return (model, Card(model, metrics, cuts, heldOutFrom) with
        {
            Curves = judgement.Draw(Enumerable.Range(0, FeatureVector.Length).Where(column => judged.Deviations[column] > 0.0).Select(column => (column, FeatureVector.Names[column])), Shuffles, (ulong)options.Seed, cancellationToken),
        });
    }

    /// <summary>A young shop gets a shorter horizon: an answer about two days is worth more than none about seven.</summary>
    internal static int HorizonFor(TrainingSnapshot snapshot, int wanted) =>
        Math.Clamp((int)((snapshot.AsOf - snapshot.Interactions[0].OccurredAt).TotalDays / 4), 1, wanted);

    private static (ResponseModel? Model, ModelCard Card) Nothing(string reason) =>
        (null, ModelCard.None(Name, reason));

    private static ResponseModel Fit(List<ResponseRow> rows, int horizonDays, CancellationToken cancellationToken)
    {
        ResponseDesign design = ResponseDesign.For(rows, CanLearnPromotion(rows), cancellationToken);
        bool[] labels = [.. rows.Select(r => r.Bought)];
        double[] weights = WeightsOf(rows);
        LogisticRegressionModel fitted = LogisticRegressionTrainer.Fit(
            design.Matrix(rows), rows.Count, design.Columns, labels, new LogisticRegressionOptions { L2 = Penalty }, weights, cancellationToken);
        ResponseModel model = design.Read(fitted, horizonDays, Comparison(rows));
        double[] probabilities = [.. rows.Select(r => Predict(model, r.Features, r.IsContacted))];
        return model with { Threshold = ClassificationMetrics.BestF1Threshold(probabilities, labels, weights) };
    }

    private static double[] WeightsOf(List<ResponseRow> rows) => [.. rows.Select(r => r.Weight)];

    // The chance of a purchase of one row, as what was done to it.
    private static double Predict(ResponseModel model, ReadOnlySpan<float> features, bool isContacted)
    {
        ResponsePrediction predicted = model.Predict(features);
        return isContacted ? predicted.PurchaseProbabilityIfTreated ?? predicted.PurchaseProbability : predicted.PurchaseProbability;
    }

    private static bool CanLearnPromotion(List<ResponseRow> rows) =>
        rows.Count(r => r is { IsExperiment: true, IsContacted: true }) >= FewestTreated
        && rows.Count(r => r is { IsExperiment: true, IsContacted: false }) >= FewestControl
        && rows.Count(r => r is { IsExperiment: true, Bought: true }) >= FewestHeldOutPositives;

    /// <summary>Purchase rates of the two arms: chance alone decided between them, so this is the honest measure of the effect.</summary>
    private static WelchComparison Comparison(List<ResponseRow> rows)
    {
        (double Rate, double Variance, int Count) Arm(bool isContacted)
        {
            List<ResponseRow> arm = [.. rows.Where(r => r.IsExperiment && r.IsContacted == isContacted)];
            double rate = arm.Count == 0 ? 0.0 : (double)arm.Count(r => r.Bought) / arm.Count;
            return (rate, arm.Count < 2 ? 0.0 : rate * (1 - rate) * arm.Count / (arm.Count - 1), arm.Count);
        }

        (double Rate, double Variance, int Count) treated = Arm(isContacted: true);
        (double Rate, double Variance, int Count) control = Arm(isContacted: false);
        return WelchInterval.Compare(treated.Rate, treated.Variance, treated.Count, control.Rate, control.Variance, control.Count);
    }

    private static void NoteExperiment(SortedDictionary<string, double> metrics, List<ResponseRow> rows, ResponseModel model)
    {
        WelchComparison comparison = Comparison(rows);
        metrics["treatedRows"] = comparison.TreatedCount;
        metrics["controlRows"] = comparison.ControlCount;
        if (model.Promotion is { } promotion)
        {
            metrics["promotionEffect"] = comparison.Difference ?? 0.0;
            metrics["promotionEffectLow"] = comparison.Low ?? 0.0;
            metrics["promotionEffectHigh"] = comparison.High ?? 0.0;
            metrics["promotionCredibility"] = promotion.Credibility;
        }
    }

    private static ModelCard Card(ResponseModel model, SortedDictionary<string, double> metrics, IReadOnlyList<DateTimeOffset> cuts, DateTimeOffset heldOutFrom)
    {
        SortedDictionary<string, string> parameters = new(StringComparer.Ordinal)
        {
            ["horizonDays"] = model.HorizonDays.ToString(CultureInfo.InvariantCulture),
            ["cutDates"] = cuts.Count.ToString(CultureInfo.InvariantCulture),
            ["l2"] = Penalty.ToString(CultureInfo.InvariantCulture),
            ["threshold"] = model.Threshold.ToString("0.000", CultureInfo.InvariantCulture),
        };
        string promotion = model.Promotion is null
            ? $"too few promotions measured to tell their effect ({metrics["treatedRows"]} sent, {metrics["controlRows"]} withheld; {FewestTreated} and {FewestControl} are needed)"
            : string.Create(CultureInfo.InvariantCulture, $"promotions change the purchase rate by {metrics["promotionEffect"]:+0.000;-0.000} ({metrics["promotionEffectLow"]:+0.000;-0.000} to {metrics["promotionEffectHigh"]:+0.000;-0.000})");
        return new ModelCard(Name, "logistic regression", parameters, metrics, $"measured on customers from {heldOutFrom.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} on; {promotion}");
    }
}
