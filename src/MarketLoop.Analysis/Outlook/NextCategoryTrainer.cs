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

        Contest contest = new(parted, kept, (ulong)options.Seed);
        int[] judging = [.. parted.Known.Where((_, place) => place % RowsToEachJudged == RowsToEachJudged - 1)];
        int[] learning = [.. parted.Known.Except(judging)];
        IReadOnlyList<IntentCandidate> candidates = IntentCandidate.For(parted.Known.Length, isHurried: true);
        double[] losses = [.. candidates.Select(candidate => contest.LogLoss(contest.Ask(contest.Fit(learning, candidate, cancellationToken), judging), judging))];
        IntentCandidate best = candidates[Array.IndexOf(losses, losses.Min())];
        SortedDictionary<string, double> metrics = contest.Judge(contest.Fit(parted.Known, best, cancellationToken));
        if (metrics["logLoss"] >= metrics["logLossOfBaseRate"])
        {
            return (null, ModelCard.None(name, $"on the held-out part it was no better than the base rates (log-loss {metrics["logLoss"].ToString("0.0000", CultureInfo.InvariantCulture)})"));
        }

        string others = string.Join(", ", candidates.Select((candidate, place) => string.Create(CultureInfo.InvariantCulture, $"{candidate.Family} {losses[place]:0.0000}")));
        return (contest.Fit(parted.All, best, cancellationToken), new ModelCard(
            name, best.Family, parted.Describe(best.Settings), metrics, $"best of {candidates.Count} kinds by log-loss on a part of the earlier rows ({others}); {parted.MeasuredOn}"));
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

    /// <summary>Fits and judges models of the kept categories; whatever is ordered too seldom to be learned counts as any other.</summary>
    private sealed class Contest
    {
        private readonly OutlookRows parted;
        private readonly int[] kept;
        private readonly ulong seed;
        private readonly int[] labels;
        private readonly SourceTable table;
        private readonly string[] shares;

        public Contest(OutlookRows parted, int[] kept, ulong seed)
        {
            (this.parted, this.kept, this.seed) = (parted, kept, seed);
            labels = [.. parted.Rows.Labels.Select(PlaceOf)];
            table = SourceTable.Of(parted.Rows.Columns, parted.Rows.Matrix, new bool[parted.Rows.Count]);
            shares = [.. parted.Rows.Columns.Skip(BehaviourVector.Length).Select(column => column[(column.IndexOf(':', StringComparison.Ordinal) + 1)..])];
        }

        /// <summary>All categories by one kind of model; they share the design, which knows no labels.</summary>
        public NextCategoryModel Fit(int[] rows, IntentCandidate candidate, CancellationToken cancellationToken)
        {
            TableDesign design = TableDesign.Fit(table, rows);
            DesignedRows prepared = design.Prepare(table, rows, isTraining: false, seed);
            return new NextCategoryModel(
                parted.Asked.HorizonDays,
                shares,
                [.. kept.Select(label => parted.Rows.Classes[label])],
                design,
                [.. Enumerable.Range(0, kept.Length + 1).Select(label => candidate.Fit(prepared with { Labels = [.. rows.Select(row => labels[row] == label)] }, seed, true, cancellationToken))]);
        }

        /// <summary>What a model says of each row.</summary>
        public double[][] Ask(NextCategoryModel model, int[] rows) => [.. rows.Select(row => model.Predict(parted.ValuesOf(row)))];

        /// <summary>Mean log-loss of what was said.</summary>
        public double LogLoss(double[][] said, int[] rows) => rows.Zip(said, (row, probabilities) => -Math.Log(Math.Max(1e-6, probabilities[labels[row]]))).Average();

        /// <summary>How right a model is on the held-out part, beside simple guesses.</summary>
        public SortedDictionary<string, double> Judge(NextCategoryModel model)
        {
            int[] rows = parted.HeldOut;
            double[][] said = Ask(model, rows);
            double[] rates = [.. Enumerable.Range(0, kept.Length + 1).Select(label => (parted.Known.Count(row => labels[row] == label) + 1.0) / (parted.Known.Length + kept.Length + 1.0))];
            int mostBought = Array.IndexOf(rates, rates.Max());
            return new SortedDictionary<string, double>(StringComparer.Ordinal)
            {
                ["rows"] = rows.Length,
                ["categories"] = kept.Length,
                ["accuracy"] = ShareRight(said.Select(probabilities => PlaceOfMost<double>(probabilities))),
                ["accuracyOfFavourite"] = ShareRight(rows.Select(row => Favourite(parted.ValuesOf(row).AsSpan(BehaviourVector.Length)) ?? mostBought)),
                ["accuracyOfMostBought"] = ShareRight(rows.Select(_ => mostBought)),
                ["logLoss"] = LogLoss(said, rows),
                ["logLossOfBaseRate"] = rows.Average(row => -Math.Log(rates[labels[row]])),
            };
        }

        private double ShareRight(IEnumerable<int> guesses) => parted.HeldOut.Zip(guesses, (row, guess) => guess == labels[row] ? 1.0 : 0.0).Average();

        private int PlaceOf(int label) => Array.IndexOf(kept, label) is >= 0 and int place ? place : kept.Length;

        /// <summary>The category that a customer looked at most; null when they looked at none.</summary>
        private int? Favourite(ReadOnlySpan<float> looked)
        {
            int most = PlaceOfMost(looked);
            return looked[most] <= 0 ? null : PlaceOf(most);
        }
    }
}
