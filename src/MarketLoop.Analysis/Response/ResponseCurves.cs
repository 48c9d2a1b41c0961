using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.Models;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Analysis.Response;

/// <summary>Draws how the response model did on the held-out rows, and what it owes each feature.</summary>
internal static class ResponseCurves
{
    private const int Shuffles = 3;
    private const int Digits = 5;

    /// <summary>Draws them. O(rows x columns); the same seed gives the same curves.</summary>
    public static ModelCurves Draw(ResponseModel model, List<ResponseRow> heldOut, int seed, CancellationToken cancellationToken)
    {
        double[] probabilities = [.. heldOut.Select(row => Predict(model, row.Features, row.IsContacted))];
        bool[] labels = [.. heldOut.Select(row => row.Bought)];
        double[] weights = [.. heldOut.Select(row => row.Weight)];
        ClassificationMetrics measured = ClassificationMetrics.Compute(probabilities, labels, model.Threshold, weights: weights);
        return ClassifierCurves.Draw(probabilities, labels, weights, model.Threshold, Importance(model, heldOut, labels, weights, measured.LogLoss, (ulong)seed, cancellationToken));
    }

    /// <summary>The chance of a purchase of one row, as what was done to it.</summary>
    public static double Predict(ResponseModel model, ReadOnlySpan<float> features, bool isContacted)
    {
        ResponsePrediction predicted = model.Predict(features);
        return isContacted ? predicted.PurchaseProbabilityIfTreated ?? predicted.PurchaseProbability : predicted.PurchaseProbability;
    }

    // Permutation importance, Breiman 2001: what a column told is gone when it is dealt out anew, and its spread stays as it was.
    private static FeatureImportance[] Importance(
        ResponseModel model, List<ResponseRow> heldOut, bool[] labels, double[] weights, double logLoss, ulong seed, CancellationToken cancellationToken)
    {
        double[] probabilities = new double[labels.Length];
        float[] row = new float[FeatureVector.Length];
        List<FeatureImportance> found = [];
        for (int column = 0; column < FeatureVector.Length; column++)
        {
            if (!(model.Deviations[column] > 0.0))
            {
                continue;
            }

            float[] values = [.. heldOut.Select(each => each.Features[column])];
            SeededRandom random = SeededRandom.Fork(seed, (ulong)column);
            double shuffled = 0;
            for (int shuffle = 0; shuffle < Shuffles; shuffle++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                random.Shuffle<float>(values);
                for (int i = 0; i < probabilities.Length; i++)
                {
                    heldOut[i].Features.CopyTo(row, 0);
                    row[column] = values[i];
                    probabilities[i] = Predict(model, row, heldOut[i].IsContacted);
                }

                shuffled += ClassificationMetrics.Compute(probabilities, labels, model.Threshold, weights: weights).LogLoss;
            }

            found.Add(new FeatureImportance(FeatureVector.Names[column], Math.Round((shuffled / Shuffles) - logLoss, Digits)));
        }

        return [.. found.OrderByDescending(feature => feature.LogLossIncrease).ThenBy(feature => feature.Feature, StringComparer.Ordinal)];
    }
}
