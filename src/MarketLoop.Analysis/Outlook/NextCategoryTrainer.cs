using System.Globalization;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Intent;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;

namespace MarketLoop.Analysis.Outlook;

/// <summary>Fits from which category the next order will be: one model for each category against the others, whose answers are brought to a sum of 1.</summary>
/// <remarks>Kinds of model compete on every fourth of the earlier rows, the best is judged on later moments and fitted anew on all: a fixed number of fits, so that the same
/// history and seed give the same bytes. Source: one against the rest, Rifkin and Klautau, JMLR 5, 2004.</remarks>
internal static class NextCategoryTrainer
{
    private const int FewestOfCategory = 30;
    private const int FewestHeldOut = 40;
    private const int RowsToEachJudged = 4;

    /// <summary>Fits it. With too little data there is no model, and the card says why.</summary>
    public static (NextCategoryModel? Model, ModelCard Card) Train(TrainingSnapshot snapshot, TrainingOptions options, CancellationToken cancellationToken)
    {
        string name = OutlookTrainer.NameOf(RowTarget.NextCategory);
        (OutlookRows? gathered, string missing) = OutlookRows.Gather(snapshot, RowTarget.NextCategory, options, cancellationToken);
        if (gathered is not { Rows: { } rows } parted)
        {
            return (null, ModelCard.None(name, missing));
        }

        int[] kept = [.. Enumerable.Range(0, rows.Classes.Count - 1).Where(label => parted.Known.Count(row => rows.Labels[row] == label) >= FewestOfCategory)];
        if (kept.Length < 2 || parted.HeldOut.Length < FewestHeldOut)
        {
            return (null, ModelCard.None(
                name, $"{kept.Length} categories were ordered {FewestOfCategory} times before the held-out part, in which there are {parted.HeldOut.Length} orders; 2 categories and {FewestHeldOut} orders are needed"));
        }

        // Whatever is ordered too seldom to be learned counts as any other.
        int[] labels = [.. rows.Labels.Select(label => Array.IndexOf(kept, label) is >= 0 and int place ? place : kept.Length)];
        string[] shares = [.. rows.Columns.Skip(BehaviourVector.Length).Select(column => column[(column.IndexOf(':', StringComparison.Ordinal) + 1)..])];
        Fitter fitter = new(SourceTable.Of(rows.Columns, rows.Matrix, new bool[rows.Count]), labels, kept.Length + 1, (ulong)options.Seed);
        int[] judging = [.. parted.Known.Where((_, place) => place % RowsToEachJudged == RowsToEachJudged - 1)];
        int[] learning = [.. parted.Known.Except(judging)];
        IReadOnlyList<IntentCandidate> candidates = IntentCandidate.For(parted.Known.Length, isHurried: true);
        double[] losses = [.. candidates.Select(candidate => LogLoss(fitter.Fit(learning, candidate, cancellationToken), judging))];
        IntentCandidate best = candidates[Array.IndexOf(losses, losses.Min())];

        NextCategoryModel Make((TableDesign Design, SingleModel[] Models) fitted) =>
            new(parted.Asked.HorizonDays, shares, [.. kept.Select(label => rows.Classes[label])], fitted.Design, fitted.Models);
        SortedDictionary<string, double> metrics = Judge(fitter.Fit(parted.Known, best, cancellationToken));
        if (metrics["logLoss"] >= metrics["logLossOfBaseRate"])
        {
            return (null, ModelCard.None(name, $"on the held-out part it was no better than the base rates (log-loss {metrics["logLoss"].ToString("0.0000", CultureInfo.InvariantCulture)})"));
        }

        string others = string.Join(", ", candidates.Select((candidate, place) => string.Create(CultureInfo.InvariantCulture, $"{candidate.Family} {losses[place]:0.0000}")));
        return (Make(fitter.Fit(parted.All, best, cancellationToken)), new ModelCard(
            name, best.Family, parted.Describe(best.Settings), metrics, $"best of {candidates.Count} kinds by log-loss on a part of the earlier rows ({others}); {parted.MeasuredOn}"));

        double LogLoss((TableDesign Design, SingleModel[] Models) fitted, int[] places)
        {
            NextCategoryModel model = Make(fitted);
            return places.Average(row => -Math.Log(Math.Max(1e-6, model.Predict(parted.ValuesOf(row))[labels[row]])));
        }

        SortedDictionary<string, double> Judge((TableDesign Design, SingleModel[] Models) fitted)
        {
            NextCategoryModel model = Make(fitted);
            double[] rates = [.. Enumerable.Range(0, kept.Length + 1).Select(label => (parted.Known.Count(row => labels[row] == label) + 1.0) / (parted.Known.Length + kept.Length + 1.0))];
            int mostBought = Array.IndexOf(rates, rates.Max());
            return new SortedDictionary<string, double>(StringComparer.Ordinal)
            {
                ["rows"] = parted.HeldOut.Length,
                ["categories"] = kept.Length,
                ["accuracy"] = ShareRight(row => PlaceOfMost(model.Predict(parted.ValuesOf(row)))),
                ["accuracyOfFavourite"] = ShareRight(row => Favourite(parted.ValuesOf(row).AsSpan(BehaviourVector.Length), kept) ?? mostBought),
                ["accuracyOfMostBought"] = ShareRight(_ => mostBought),
                ["logLoss"] = LogLoss(fitted, parted.HeldOut),
                ["logLossOfBaseRate"] = parted.HeldOut.Average(row => -Math.Log(rates[labels[row]])),
            };
        }

        double ShareRight(Func<int, int> guess) => parted.HeldOut.Average(row => guess(row) == labels[row] ? 1.0 : 0.0);
    }

    /// <summary>The category that a customer looked at most; any other when it is none of the kept; null when they looked at none.</summary>
    private static int? Favourite(ReadOnlySpan<float> shares, int[] kept)
    {
        int most = PlaceOfMost(shares);
        return shares[most] <= 0 ? null : Array.IndexOf(kept, most) is >= 0 and int place ? place : kept.Length;
    }

    private static int PlaceOfMost<T>(ReadOnlySpan<T> values)
        where T : IComparable<T>
    {
        int most = 0;
        for (int place = 1; place < values.Length; place++)
        {
            most = values[place].CompareTo(values[most]) > 0 ? place : most;
        }

        return most;
    }

    private static int PlaceOfMost(double[] values) => PlaceOfMost<double>(values);

    /// <summary>Fits all categories by one kind of model; they share the design, which knows no labels.</summary>
    private sealed class Fitter(SourceTable table, int[] labels, int classes, ulong seed)
    {
        public (TableDesign Design, SingleModel[] Models) Fit(int[] rows, IntentCandidate candidate, CancellationToken cancellationToken)
        {
            TableDesign design = TableDesign.Fit(table, rows);
            DesignedRows prepared = design.Prepare(table, rows, isTraining: false, seed);
            return (design, [.. Enumerable.Range(0, classes).Select(label => candidate.Fit(prepared with { Labels = [.. rows.Select(row => labels[row] == label)] }, seed, true, cancellationToken))]);
        }
    }
}
