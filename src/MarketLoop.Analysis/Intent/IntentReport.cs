using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Evaluation;

namespace MarketLoop.Analysis.Intent;

/// <summary>Quality of one model: out-of-fold predictions pooled, each number the mean over the sortings into folds.</summary>
public sealed record IntentQuality
{
    /// <summary>Area under the ROC curve.</summary>
    public required double Auc { get; init; }

    /// <summary>Average precision.</summary>
    public required double AveragePrecision { get; init; }

    /// <summary>Mean of -ln(probability of what happened).</summary>
    public required double LogLoss { get; init; }

    /// <summary>Mean squared error of the probabilities.</summary>
    public required double Brier { get; init; }

    /// <summary>F1 of the calls made at thresholds chosen inside each training part.</summary>
    public required double F1 { get; init; }

    /// <summary>Best F1 that any one threshold gives on the pooled predictions: chosen with their labels, hence a little too good; for comparison with figures made that way.</summary>
    public required double BestF1 { get; init; }

    /// <summary>Share of calls that are right, at the chosen thresholds.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Positives among those called positive, at the chosen thresholds.</summary>
    public required double Precision { get; init; }

    /// <summary>Called positive among the positives, at the chosen thresholds.</summary>
    public required double Recall { get; init; }

    /// <summary>Mean of the thresholds chosen.</summary>
    public required double Threshold { get; init; }

    /// <summary>Count-weighted gap between predicted and observed rates.</summary>
    public required double CalibrationError { get; init; }
}

/// <summary>The answer against the best single model, by drawing rows with replacement.</summary>
/// <param name="Samples">Draws.</param>
/// <param name="AucAgainst">The single model of the best AUC.</param>
/// <param name="Auc">Difference in AUC to it; above 0 is better.</param>
/// <param name="LogLossAgainst">The single model of the best log-loss.</param>
/// <param name="LogLoss">Difference in log-loss to it; below 0 is better.</param>
public sealed record IntentBootstrap(int Samples, string AucAgainst, BootstrapDifference Auc, string LogLossAgainst, BootstrapDifference LogLoss);

/// <summary>What a column of the file was taken for.</summary>
/// <param name="Name">Its header.</param>
/// <param name="Kind">number, flag, category, date, or presence (only whether it is filled in).</param>
public sealed record IntentColumn(string Name, string Kind);

/// <summary>How much worse the answer gets when a column is shuffled.</summary>
/// <param name="Column">The column.</param>
/// <param name="LogLossIncrease">On held-out rows; about 0 for a column that says nothing.</param>
public sealed record ColumnImportance(string Column, double LogLossIncrease);

/// <summary>Result of <c>evaluate intent</c>; its JSON (web defaults) is the verb's answer.</summary>
public sealed record IntentReport
{
    /// <summary>Column predicted.</summary>
    public required string Target { get; init; }

    /// <summary>Value that counts as positive.</summary>
    public required string Positive { get; init; }

    /// <summary>Rows used.</summary>
    public required int Rows { get; init; }

    /// <summary>Positive ones.</summary>
    public required int Positives { get; init; }

    /// <summary>Rows left out because their target is blank.</summary>
    public required int RowsWithoutTarget { get; init; }

    /// <summary>Folds of each sorting.</summary>
    public required int Folds { get; init; }

    /// <summary>The sortings into folds, by name.</summary>
    public required IReadOnlyList<string> FoldColumns { get; init; }

    /// <summary>The model chosen and blended inside each training part.</summary>
    public required IntentQuality Auto { get; init; }

    /// <summary>Standard deviation of its figures over the sortings; absent with one.</summary>
    public IntentQuality? AutoDeviation { get; init; }

    /// <summary>Each family's best setting, chosen inside each training part and fitted once on it.</summary>
    public required IReadOnlyDictionary<string, IntentQuality> Models { get; init; }

    /// <summary>Standard deviations of their figures; absent with one sorting.</summary>
    public IReadOnlyDictionary<string, IntentQuality>? ModelDeviations { get; init; }

    /// <summary>Settings chosen, and in how many training parts; "blend" or a family for the answer itself.</summary>
    public required IReadOnlyDictionary<string, int> Chosen { get; init; }

    /// <summary>The answer against the best single model.</summary>
    public required IntentBootstrap Bootstrap { get; init; }

    /// <summary>Calibration of the answer, first sorting.</summary>
    public required IReadOnlyList<CalibrationBin> Calibration { get; init; }

    /// <summary>What the columns were taken for, in the first training part.</summary>
    public required IReadOnlyList<IntentColumn> Columns { get; init; }

    /// <summary>Columns left out, and why.</summary>
    public required IReadOnlyList<DroppedColumn> Dropped { get; init; }

    /// <summary>Columns by what the answer owes them, most first.</summary>
    public required IReadOnlyList<ColumnImportance> Importance { get; init; }

    /// <summary>True when the time limit was reached and the last training parts tried quick candidates only.</summary>
    public required bool LimitReached { get; init; }

    /// <summary>Seconds it took.</summary>
    public required double Seconds { get; init; }
}
