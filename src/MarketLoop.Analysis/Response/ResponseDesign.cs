using MarketLoop.Analysis.Features;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Statistics;

namespace MarketLoop.Analysis.Response;

/// <summary>How rows become the columns of a regression: behaviour, and where promotions can be learned from: chosen for one, sent one, and behaviour times sent.</summary>
/// <remarks>
/// "Chosen for one" keeps apart what the choice of the audience does and what the promotion does: both arms carry it.
/// A prediction for anybody leaves it out, so that the two probabilities differ by the promotion alone.
/// </remarks>
internal sealed class ResponseDesign
{
    private readonly Standardiser scale;
    private readonly bool hasPromotion;

    private ResponseDesign(Standardiser scale, bool hasPromotion)
    {
        this.scale = scale;
        this.hasPromotion = hasPromotion;
    }

    public int Columns => hasPromotion ? (2 * Base) + 2 : Base;

    private static int Base => FeatureVector.Length;

    public static ResponseDesign For(List<ResponseRow> rows, bool hasPromotion, CancellationToken cancellationToken)
    {
        float[] raw = [.. rows.SelectMany(r => r.Features)];
        return new ResponseDesign(StandardiserTrainer.Fit(raw, rows.Count, Base, cancellationToken: cancellationToken), hasPromotion);
    }

    public float[] Matrix(List<ResponseRow> rows)
    {
        float[] matrix = new float[rows.Count * Columns];
        for (int i = 0; i < rows.Count; i++)
        {
            Span<float> row = matrix.AsSpan(i * Columns, Columns);
            scale.Transform(rows[i].Features, row[..Base]);
            if (hasPromotion)
            {
                row[Base] = rows[i].IsExperiment ? 1f : 0f;
                row[Base + 1] = rows[i].IsContacted ? 1f : 0f;
                if (rows[i].IsContacted)
                {
                    row[..Base].CopyTo(row[(Base + 2)..]);
                }
            }
        }

        return matrix;
    }

    /// <summary>Takes the fitted coefficients back from the regression's own scale of its columns.</summary>
    public ResponseModel Read(LogisticRegressionModel fitted, int horizonDays, WelchComparison comparison)
    {
        double[] perColumn = new double[Columns];
        double intercept = fitted.Intercept;
        for (int c = 0; c < Columns; c++)
        {
            double deviation = fitted.Preparation.Deviations[c];
            perColumn[c] = deviation > 0.0 ? fitted.Coefficients[c] / deviation : 0.0;
            intercept -= perColumn[c] * fitted.Preparation.Means[c];
        }

        return new ResponseModel
        {
            HorizonDays = horizonDays,
            Means = scale.Means.ToArray(),
            Deviations = scale.Deviations.ToArray(),
            Intercept = intercept,
            Coefficients = perColumn[..Base],
            Threshold = 0.5,
            Promotion = hasPromotion
                ? new PromotionEffect(perColumn[Base + 1], perColumn[(Base + 2)..], Credibility(comparison), (int)comparison.TreatedCount, (int)comparison.ControlCount)
                : null,
        };
    }

    // Positive-part shrinkage: an effect no larger than its own standard error is not believed at all.
    private static double Credibility(WelchComparison comparison)
    {
        if (comparison is not { Difference: { } difference, StandardError: { } error } || error <= 0.0)
        {
            return 0.0;
        }

        double z = difference / error;
        return Math.Max(0.0, 1.0 - (1.0 / Math.Max(z * z, double.Epsilon)));
    }
}
