using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Response;

/// <summary>Chances of a purchase within the horizon.</summary>
/// <param name="PurchaseProbability">When nothing is sent, 0..1.</param>
/// <param name="PurchaseProbabilityIfTreated">When a promotion is sent; null while too few promotions were measured to say.</param>
public sealed record ResponsePrediction(double PurchaseProbability, double? PurchaseProbabilityIfTreated);

/// <summary>Logistic regression on behaviour, with the effect of a promotion beside it. Immutable; written as JSON.</summary>
public sealed record ResponseModel
{
    /// <summary>Days in which the purchase must happen.</summary>
    public required int HorizonDays { get; init; }

    /// <summary>Mean of each column of <see cref="FeatureVector"/> in training.</summary>
    public required IReadOnlyList<double> Means { get; init; }

    /// <summary>Standard deviation of each column; 0 leaves it out.</summary>
    public required IReadOnlyList<double> Deviations { get; init; }

    /// <summary>Log-odds of a purchase for an average customer.</summary>
    public required double Intercept { get; init; }

    /// <summary>Change of the log-odds by one standard deviation of each column.</summary>
    public required IReadOnlyList<double> Coefficients { get; init; }

    /// <summary>Probability from which calling somebody a buyer gave the best F1 in training.</summary>
    public required double Threshold { get; init; }

    /// <summary>Effect of a promotion; null while too few were measured.</summary>
    public PromotionEffect? Promotion { get; init; }

    /// <summary>Predicts for one customer. O(columns).</summary>
    public ResponsePrediction Predict(CustomerFeatures features)
    {
        Span<float> row = stackalloc float[FeatureVector.Length];
        FeatureVector.Write(features, row);
        return Predict(row);
    }

    internal ResponsePrediction Predict(ReadOnlySpan<float> row)
    {
        double logOdds = Intercept;
        double effect = Promotion?.Main ?? 0.0;
        for (int c = 0; c < row.Length; c++)
        {
            if (Deviations[c] > 0.0)
            {
                double standardised = (row[c] - Means[c]) / Deviations[c];
                logOdds += Coefficients[c] * standardised;
                effect += (Promotion?.Interactions[c] ?? 0.0) * standardised;
            }
        }

        double? treated = Promotion is null ? null : Sigmoid(logOdds + (Promotion.Credibility * effect));
        return new ResponsePrediction(Sigmoid(logOdds), treated);
    }

    private static double Sigmoid(double logOdds) => 1.0 / (1.0 + Math.Exp(-logOdds));
}

/// <summary>What a promotion adds to the log-odds.</summary>
/// <param name="Main">For an average customer.</param>
/// <param name="Interactions">By one standard deviation of each column.</param>
/// <param name="Credibility">Share of the effect that is believed, 0..1: max(0, 1 - 1/z^2) with z the measured effect over its standard error.</param>
/// <param name="TreatedRows">Promotions sent that were learned from.</param>
/// <param name="ControlRows">Promotions withheld that were learned from.</param>
public sealed record PromotionEffect(double Main, IReadOnlyList<double> Interactions, double Credibility, int TreatedRows, int ControlRows);
