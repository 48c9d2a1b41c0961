using System.Globalization;
using MarketLoop.Analysis.Intent;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Response;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Outlook;

/// <summary>Fits who will buy and who will stay away in the weeks ahead, by the classification pipeline.</summary>
/// <remarks>Chosen and measured point in time: candidates compete on earlier moments, the winner is judged on later ones, then fitted anew on all. The work is a fixed
/// number of fits on at most 12,000 rows, so that the same history and seed give the same bytes. With too little data there is no model, and the card says why.</remarks>
internal static class OutlookTrainer
{
    private const int RowsPerMoment = 1_500;
    private const int HorizonsOfActivity = 3;
    private const int FewestOfEachClass = 30;
    private const int FewestHeldOut = 10;
    private const int Shuffles = 2;

    /// <summary>Fits one.</summary>
    /// <param name="snapshot">History up to one moment.</param>
    /// <param name="target"><see cref="RowTarget.Buys"/> or <see cref="RowTarget.Churns"/>.</param>
    /// <param name="options">Seed and the like.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static (OutlookModel? Model, ModelCard Card) Train(TrainingSnapshot snapshot, RowTarget target, TrainingOptions options, CancellationToken cancellationToken)
    {
        string name = target == RowTarget.Churns ? "churn" : "buys";
        if (snapshot.Interactions.Count == 0)
        {
            return Nothing(name, "there are no interactions yet");
        }

        int horizonDays = ResponseTrainer.HorizonFor(snapshot, options.OutlookDays);
        TargetOptions asked = new() { HorizonDays = horizonDays, ActiveWithinDays = Math.Min(730, HorizonsOfActivity * horizonDays), TimeZone = options.TimeZone, MostRowsPerMoment = RowsPerMoment };
        TargetRows rows = TargetRows.Build(snapshot, target, asked, null, cancellationToken);
        DateTimeOffset[] moments = [.. rows.Moments.Distinct()];
        if (moments.Length < 2)
        {
            return Nothing(name, $"the history is shorter than three times the horizon of {horizonDays} days");
        }

        DateTimeOffset heldOutFrom = moments[^Math.Max(1, moments.Length / 4)];
        int[] known = [.. Places(rows).Where(row => rows.Moments[row].AddDays(horizonDays) <= heldOutFrom)];
        int[] heldOut = [.. Places(rows).Where(row => rows.Moments[row] >= heldOutFrom)];
        if (Fewest(rows, known) < FewestOfEachClass || Fewest(rows, heldOut) < FewestHeldOut)
        {
            return Nothing(name, $"of one kind there are {Fewest(rows, known)} rows before the held-out part and {Fewest(rows, heldOut)} in it; {FewestOfEachClass} and {FewestHeldOut} are needed");
        }

        SourceTable table = SourceTable.Of(rows.Columns, rows.Matrix, [.. rows.Labels.Select(label => label == 1)]);
        ulong seed = (ulong)options.Seed;
        IntentModel contest = IntentTrainer.Train(table, known, new IntentTraining { Seed = seed, IsHurried = true }, cancellationToken);
        (string family, ChosenSingle chosen) = contest.Singles.MinBy(single => single.Value.InnerLogLoss);
        OutlookModel judged = new(target, horizonDays, asked.ActiveWithinDays, contest.Design, chosen.Model);
        int width = rows.Columns.Count;
        HeldOutRows judgement = new(
            [.. heldOut.Select(row => rows.Matrix[(row * width)..((row + 1) * width)])], [.. heldOut.Select(row => rows.Labels[row] == 1)], [], (values, _) => judged.Predict(values), chosen.Threshold);
        SortedDictionary<string, double> metrics = judgement.Describe(known.Average(row => (double)rows.Labels[row]));
        metrics["averagePrecision"] = judgement.Measured.AveragePrecision ?? 0.0;
        if (metrics["logLoss"] >= metrics["logLossOfBaseRate"])
        {
            return Nothing(name, $"on the held-out part it was no better than the base rate (log-loss {metrics["logLoss"].ToString("0.0000", CultureInfo.InvariantCulture)})");
        }

        (TableDesign design, SingleModel model) = IntentTrainer.FitAnew(table, [.. Places(rows)], chosen.Candidate, seed, cancellationToken);
        return (new OutlookModel(target, horizonDays, asked.ActiveWithinDays, design, model), new ModelCard(
            name,
            family,
            Parameters(asked, chosen, moments.Length, target),
            metrics,
            $"best of {contest.Singles.Count} kinds by log-loss on earlier moments ({string.Join(", ", contest.Singles.Select(single => string.Create(CultureInfo.InvariantCulture, $"{single.Key} {single.Value.InnerLogLoss:0.0000}")))}); measured on customers from {heldOutFrom.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} on")
        {
            Curves = judgement.Draw(rows.Columns.Select((name, column) => (column, name)), Shuffles, seed, cancellationToken),
        });
    }

    private static IEnumerable<int> Places(TargetRows rows) => Enumerable.Range(0, rows.Count);

    private static int Fewest(TargetRows rows, int[] places)
    {
        int positives = places.Count(row => rows.Labels[row] == 1);
        return Math.Min(positives, places.Length - positives);
    }

    private static (OutlookModel? Model, ModelCard Card) Nothing(string name, string reason) =>
        (null, ModelCard.None(name, reason));

    private static SortedDictionary<string, string> Parameters(TargetOptions asked, ChosenSingle chosen, int moments, RowTarget target)
    {
        SortedDictionary<string, string> parameters = new(StringComparer.Ordinal)
        {
            ["horizonDays"] = asked.HorizonDays.ToString(CultureInfo.InvariantCulture),
            ["cutDates"] = moments.ToString(CultureInfo.InvariantCulture),
            ["settings"] = chosen.Candidate.Settings,
            ["threshold"] = chosen.Threshold.ToString("0.000", CultureInfo.InvariantCulture),
        };
        if (target == RowTarget.Churns)
        {
            parameters["activeWithinDays"] = asked.ActiveWithinDays.ToString(CultureInfo.InvariantCulture);
        }

        return parameters;
    }
}
