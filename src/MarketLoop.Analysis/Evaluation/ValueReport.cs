using MarketLoop.Analysis.Value;
using MarketLoop.Learning.Value;

namespace MarketLoop.Analysis.Evaluation;

/// <summary>Result of <c>evaluate value</c>.</summary>
public sealed record ValueReport
{
    /// <summary>Customers with a first purchase by the end of the calibration.</summary>
    public required int Customers { get; init; }

    /// <summary>Those who came back by then.</summary>
    public required int RepeatCustomers { get; init; }

    /// <summary>Purchases by then, those of one customer and day being one.</summary>
    public required int Purchases { get; init; }

    /// <summary>Day of the first purchase.</summary>
    public required DateOnly From { get; init; }

    /// <summary>Last day that was learned from.</summary>
    public required DateOnly CalibratedUntil { get; init; }

    /// <summary>Day of the last purchase.</summary>
    public required DateOnly Until { get; init; }

    /// <summary>How often, time in weeks.</summary>
    public required FittedModel BgNbd { get; init; }

    /// <summary>How much per purchase; null when nobody came back with money.</summary>
    public required FittedModel? GammaGamma { get; init; }

    /// <summary>Cumulative repeat purchases of all customers at the end of each week of the calibration.</summary>
    public required IReadOnlyList<WeekForecast> Calibration { get; init; }

    /// <summary>The same for the weeks after it, which the model did not see; empty when the file ends with the calibration.</summary>
    public required IReadOnlyList<WeekForecast> Forecast { get; init; }

    /// <summary>How well each customer's later purchases were foretold; null when the file ends with the calibration.</summary>
    public required HoldoutError? Holdout { get; init; }

    /// <summary>What the customers are worth.</summary>
    public required ValueSummary Value { get; init; }

    /// <summary>Customers by recency, frequency and money at the end of the calibration.</summary>
    public required IReadOnlyList<RfmField> Rfm { get; init; }

    /// <summary>Anything that limits what was found; empty when nothing does.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Seconds that fitting and forecasting took.</summary>
    public required double Seconds { get; init; }
}

/// <summary>A fitted model in numbers.</summary>
/// <param name="Parameters">By the paper's letter.</param>
/// <param name="StandardErrors">From the Hessian; null where the data do not tell.</param>
/// <param name="LogLikelihood">At the maximum.</param>
/// <param name="Customers">Customers of the fit.</param>
/// <param name="HasConverged">Whether the maximum was reached.</param>
public sealed record FittedModel(
    IReadOnlyDictionary<string, double> Parameters, IReadOnlyDictionary<string, double?> StandardErrors, double LogLikelihood, int Customers, bool HasConverged)
{
    internal static FittedModel Of(IReadOnlyList<ParameterEstimate> estimates, double logLikelihood, int customers, bool hasConverged) => new(
        estimates.ToDictionary(estimate => estimate.Name, estimate => estimate.Value, StringComparer.Ordinal),
        estimates.ToDictionary(estimate => estimate.Name, estimate => estimate.StandardError, StringComparer.Ordinal),
        logLikelihood,
        customers,
        hasConverged);
}

/// <summary>Cumulative repeat purchases at the end of a week.</summary>
/// <param name="Week">Weeks since the first purchase of the file, from 1.</param>
/// <param name="Expected">By the model.</param>
/// <param name="Actual">As they came.</param>
public sealed record WeekForecast(int Week, double Expected, int Actual);

/// <summary>Purchases of each customer after the calibration: foretold against counted.</summary>
/// <param name="Weeks">Length of the time after.</param>
/// <param name="Expected">Purchases expected of all.</param>
/// <param name="Actual">Purchases counted.</param>
/// <param name="MeanAbsoluteError">Mean over customers of |expected - actual|.</param>
/// <param name="BaselineMeanAbsoluteError">The same when each goes on at the rate seen so far.</param>
/// <param name="RootMeanSquareError">Root of the mean square.</param>
/// <param name="BaselineRootMeanSquareError">The same of the baseline.</param>
/// <param name="ByRepeats">Means by repeat purchases in the calibration, 7 standing for 7 and more.</param>
public sealed record HoldoutError(
    double Weeks, double Expected, int Actual, double MeanAbsoluteError, double BaselineMeanAbsoluteError, double RootMeanSquareError, double BaselineRootMeanSquareError, IReadOnlyList<RepeatGroup> ByRepeats);

/// <summary>Customers of one number of repeat purchases.</summary>
/// <param name="Repeats">The number; the last group holds all above too.</param>
/// <param name="Customers">How many they are.</param>
/// <param name="Expected">Mean purchases expected after the calibration.</param>
/// <param name="Actual">Mean purchases counted.</param>
public sealed record RepeatGroup(int Repeats, int Customers, double Expected, double Actual);

/// <summary>What the customers are worth over the year after the calibration.</summary>
/// <param name="ProbablyAlive">Sum of the probabilities to be still a customer.</param>
/// <param name="MeanExpectedSpend">Mean over customers of the money expected per purchase.</param>
/// <param name="MeanYearValue">Mean over customers of the money expected in 52 weeks, discounted by 10 percent a year.</param>
/// <param name="TopTenthShare">Share (0..1) of that money that the most valuable tenth brings.</param>
public sealed record ValueSummary(double ProbablyAlive, double MeanExpectedSpend, double MeanYearValue, double TopTenthShare);
