using System.Globalization;
using MarketLoop.Analysis.Intent;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Outlook;

/// <summary>Fits who will buy, stay away, open a mail or return goods in the weeks ahead, by the classification pipeline.</summary>
/// <remarks>Chosen and measured point in time: candidates compete on earlier moments, the winner is judged on later ones, then fitted anew on all. The work is a fixed
/// number of fits on at most 12,000 rows, so that the same history and seed give the same bytes. With too little data there is no model, and the card says why.</remarks>
internal static class OutlookTrainer
{
    private const int FewestOfEachClass = 30;
    private const int FewestHeldOut = 10;
    private const int Shuffles = 2;

    /// <summary>Questions that are answered with a probability, in the order of their cards.</summary>
    public static IReadOnlyList<RowTarget> Targets { get; } = [RowTarget.Buys, RowTarget.Churns, RowTarget.OpensMail, RowTarget.Returns];

    /// <summary>What the card and the file of a target are called.</summary>
    public static string NameOf(RowTarget target) => target switch
    {
        RowTarget.Buys => "buys",
        RowTarget.Churns => "churn",
        RowTarget.OpensMail => "opens-mail",
        RowTarget.Returns => "returns",
        _ => "next-category",
    };

    /// <summary>Fits one.</summary>
    /// <param name="snapshot">History up to one moment.</param>
    /// <param name="target">One of <see cref="Targets"/>.</param>
    /// <param name="options">Seed and the like.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static (OutlookModel? Model, ModelCard Card) Train(TrainingSnapshot snapshot, RowTarget target, TrainingOptions options, CancellationToken cancellationToken)
    {
        (OutlookRows? gathered, string missing) = OutlookRows.Gather(snapshot, target, options, cancellationToken);
        if (gathered is not { Rows: { } rows } parted)
        {
            return (null, ModelCard.None(NameOf(target), missing));
        }

        if (Fewest(rows, parted.Known) < FewestOfEachClass || Fewest(rows, parted.HeldOut) < FewestHeldOut)
        {
            return (null, ModelCard.None(
                NameOf(target),
                $"of one kind there are {Fewest(rows, parted.Known)} rows before the held-out part and {Fewest(rows, parted.HeldOut)} in it; {FewestOfEachClass} and {FewestHeldOut} are needed"));
        }

        SourceTable table = SourceTable.Of(rows.Columns, rows.Matrix, [.. rows.Labels.Select(label => label == 1)]);
        ulong seed = (ulong)options.Seed;
        SingleContest contest = IntentTrainer.ChooseSingle(table, parted.Known, seed, cancellationToken);
        ChosenSingle chosen = contest.Singles[contest.Best];
        OutlookModel judged = new(target, parted.Asked.HorizonDays, parted.Asked.ActiveWithinDays, contest.Design, chosen.Model);
        HeldOutRows judgement = new(
            [.. parted.HeldOut.Select(parted.ValuesOf)], [.. parted.HeldOut.Select(row => rows.Labels[row] == 1)], [], (values, _) => judged.Predict(values), chosen.Threshold);
        SortedDictionary<string, double> metrics = judgement.Describe(parted.Known.Average(row => (double)rows.Labels[row]));
        metrics["averagePrecision"] = judgement.Measured.AveragePrecision ?? 0.0;
        if (metrics["logLoss"] >= metrics["logLossOfBaseRate"])
        {
            return (null, ModelCard.None(NameOf(target), $"on the held-out part it was no better than the base rate (log-loss {metrics["logLoss"].ToString("0.0000", CultureInfo.InvariantCulture)})"));
        }

        (TableDesign design, SingleModel model) = contest.FitAnew(table, parted.All, seed, cancellationToken);
        SortedDictionary<string, string> parameters = parted.Describe(chosen.Candidate.Settings);
        parameters["threshold"] = chosen.Threshold.ToString("0.000", CultureInfo.InvariantCulture);
        string others = string.Join(", ", contest.Singles.Select(single => string.Create(CultureInfo.InvariantCulture, $"{single.Key} {single.Value.InnerLogLoss:0.0000}")));
        return (new OutlookModel(target, parted.Asked.HorizonDays, parted.Asked.ActiveWithinDays, design, model), new ModelCard(
            NameOf(target), contest.Best, parameters, metrics, $"best of {contest.Singles.Count} kinds by log-loss on earlier moments ({others}); {parted.MeasuredOn}")
        {
            Curves = judgement.Draw(rows.Columns.Select((name, column) => (column, name)), Shuffles, seed, cancellationToken),
        });
    }

    private static int Fewest(TargetRows rows, int[] places)
    {
        int positives = places.Count(row => rows.Labels[row] == 1);
        return Math.Min(positives, places.Length - positives);
    }
}
