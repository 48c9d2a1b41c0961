using MarketLoop.Learning.Statistics;

namespace MarketLoop.Learning.Value;

/// <summary>What Gamma-Gamma needs to know of a customer.</summary>
/// <param name="Purchases">Purchases that <paramref name="MeanSpend"/> is the mean of (x), at least 1.</param>
/// <param name="MeanSpend">Money per purchase (z), above 0.</param>
public readonly record struct SpendHistory(int Purchases, double MeanSpend);

/// <summary>
/// Gamma-Gamma: a customer's spends scatter as Gamma(p, nu) with an own rate nu ~ Gamma(q, gamma), independently of how often the customer
/// buys. Source: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013, eq. 1a.
/// </summary>
public static class GammaGammaTrainer
{
    /// <summary>
    /// Fits p, q and gamma by maximum likelihood: O(n log n) and about fifty passes. One thread, no randomness; the order of rows does not matter.
    /// </summary>
    /// <param name="histories">n customers with spend; those of zero spend are left out by the caller, as the model has no place for them.</param>
    /// <param name="cancellationToken">Stops the fit within one pass.</param>
    /// <exception cref="ArgumentException">There are no customers, a count is below 1, or a spend is not finite and positive.</exception>
    public static GammaGammaModel Fit(ReadOnlySpan<SpendHistory> histories, CancellationToken cancellationToken = default)
    {
        if (histories.IsEmpty)
        {
            throw new ArgumentException("There are no customers to learn from.", nameof(histories));
        }

        var sorted = histories.ToArray();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].Purchases < 1 || !(sorted[i].MeanSpend > 0 && double.IsFinite(sorted[i].MeanSpend)))
            {
                throw new ArgumentException($"Row {i} has {sorted[i].Purchases} purchases of {sorted[i].MeanSpend}: at least 1, finite and above 0.", nameof(histories));
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        Array.Sort(sorted, static (x, y) => x.Purchases != y.Purchases ? x.Purchases.CompareTo(y.Purchases) : x.MeanSpend.CompareTo(y.MeanSpend));
        double total = 0;
        foreach (var history in sorted)
        {
            total += history.MeanSpend;
        }

        // In units of the mean spend gamma is near 1, whatever the currency.
        var unit = total / sorted.Length;
        var climb = LikelihoodClimb.Run(new Likelihood(sorted, unit), sorted.Length, [0, Math.Log(2), 0], cancellationToken);
        ParameterEstimate[] estimates =
        [
            new("p", climb.Parameters[0], climb.Errors[0]),
            new("q", climb.Parameters[1], climb.Errors[1]),
            new("gamma", climb.Parameters[2] * unit, climb.Errors[2] * unit),
        ];
        return new GammaGammaModel(estimates, climb.LogLikelihood - (sorted.Length * Math.Log(unit)), sorted.Length, unit, climb.HasConverged);
    }

    /// <summary>Eq. 1a summed over rows that ascend in purchases, so that gamma functions are taken once for each number of purchases.</summary>
    private sealed class Likelihood(SpendHistory[] sorted, double unit) : ILikelihood
    {
        public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            double p = parameters[0], q = parameters[1], gamma = parameters[2];
            gradient.Clear();
            double sum = 0, front = 0, byP = 0, byQ = 0;
            var purchases = 0;
            foreach (var history in sorted)
            {
                var x = history.Purchases;
                var shape = p * x;
                if (x != purchases)
                {
                    purchases = x;
                    front = SpecialFunctions.LogGammaStep(shape, q) - SpecialFunctions.LogGamma(q);
                    byP = SpecialFunctions.DigammaStep(shape, q);
                    byQ = SpecialFunctions.DigammaStep(q, shape);
                }

                var spend = history.MeanSpend / unit;
                var share = x * spend / gamma; // all spend, in units of gamma
                var logWhole = SpecialFunctions.Log1p(share);
                sum += front + (shape * (Math.Log(share) - logWhole)) - Math.Log(spend) - (q * logWhole);

                gradient[0] += x * (byP + Math.Log(share) - logWhole);
                gradient[1] += byQ - logWhole;
                gradient[2] += ((q * share) - shape) / (gamma * (1 + share));
            }

            return sum;
        }
    }
}
