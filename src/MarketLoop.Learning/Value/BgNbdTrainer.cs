using MarketLoop.Learning.Statistics;

namespace MarketLoop.Learning.Value;

/// <summary>
/// BG/NBD: while alive a customer buys at an own rate lambda ~ Gamma(r, alpha); after each purchase the customer leaves for good with an
/// own probability p ~ Beta(a, b). Source: Fader, Hardie and Lee, "Counting Your Customers the Easy Way", Marketing Science 24(2), 2005.
/// </summary>
public static class BgNbdTrainer
{
    /// <summary>
    /// Fits r, alpha, a and b by maximum likelihood (their eq. 6). Equal histories are counted once, so the cost is O(n log n) and about a
    /// hundred passes over the distinct ones. One thread, no randomness; the order of rows does not matter.
    /// </summary>
    /// <param name="histories">n customers, all with a first purchase. When nobody came back the model expects (almost) nothing of anybody.</param>
    /// <param name="cancellationToken">Stops the fit within one pass.</param>
    /// <exception cref="ArgumentException">There are no customers, a number is not finite or out of range, or all ages are 0.</exception>
    public static BgNbdModel Fit(ReadOnlySpan<PurchaseHistory> histories, CancellationToken cancellationToken = default)
    {
        if (histories.IsEmpty)
        {
            throw new ArgumentException("There are no customers to learn from.", nameof(histories));
        }

        for (var i = 0; i < histories.Length; i++)
        {
            histories[i].ThrowIfUnusable(i);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var groups = Groups(histories);
        double ages = 0, repeats = 0;
        foreach (var (history, count) in groups)
        {
            ages += count * history.Age;
            repeats += (double)count * history.Repeats;
        }

        if (ages == 0)
        {
            throw new ArgumentException("Every customer was seen for the first time at the end: there is no time to learn from.", nameof(histories));
        }

        // In units of the mean age the parameters are near 1, whatever the caller counts in.
        var unit = ages / histories.Length;
        var climb = LikelihoodClimb.Run(new Likelihood(groups, unit), histories.Length, [0, 0, 0, 0], cancellationToken);
        string[] names = ["r", "alpha", "a", "b"];
        var estimates = new ParameterEstimate[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var scale = i == 1 ? unit : 1;
            estimates[i] = new ParameterEstimate(names[i], climb.Parameters[i] * scale, climb.Errors[i] * scale);
        }

        return new BgNbdModel(estimates, climb.LogLikelihood - (repeats * Math.Log(unit)), histories.Length, climb.HasConverged);
    }

    private static List<(PurchaseHistory History, int Count)> Groups(ReadOnlySpan<PurchaseHistory> histories)
    {
        var sorted = histories.ToArray();
        Array.Sort(sorted, static (x, y) =>
            x.Repeats != y.Repeats ? x.Repeats.CompareTo(y.Repeats) : x.Recency != y.Recency ? x.Recency.CompareTo(y.Recency) : x.Age.CompareTo(y.Age));
        List<(PurchaseHistory History, int Count)> groups = [];
        foreach (var history in sorted)
        {
            if (groups.Count > 0 && groups[^1].History == history)
            {
                groups[^1] = (history, groups[^1].Count + 1);
            }
            else
            {
                groups.Add((history, 1));
            }
        }

        return groups;
    }

    /// <summary>Eq. 6 summed over groups that ascend in repeats, so that gamma functions are taken once for each number of repeats.</summary>
    private sealed class Likelihood(List<(PurchaseHistory History, int Count)> groups, double unit) : ILikelihood
    {
        public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            double r = parameters[0], alpha = parameters[1], a = parameters[2], b = parameters[3];
            gradient.Clear();
            double sum = 0, front = 0, byR = 0, byA = 0, byB = 0;
            var repeats = -1;
            foreach (var (history, count) in groups)
            {
                var x = history.Repeats;
                if (x != repeats)
                {
                    repeats = x;
                    front = x == 0 ? 0 : SpecialFunctions.LogGammaStep(r, x) + SpecialFunctions.LogGammaStep(b, x) - SpecialFunctions.LogGammaStep(a + b, x);
                    byR = SpecialFunctions.DigammaStep(r, x);
                    byA = -SpecialFunctions.DigammaStep(a + b, x);
                    byB = SpecialFunctions.DigammaStep(b, x) + byA;
                }

                double age = history.Age / unit, recency = history.Recency / unit;
                var logAge = SpecialFunctions.Log1p(age / alpha);
                var logRecency = SpecialFunctions.Log1p(recency / alpha);
                // gone : alive are the odds of having left; see eq. 6, its two terms divided.
                var logOdds = x == 0 ? double.NegativeInfinity : Math.Log(a / (b + x - 1)) + ((r + x) * (logAge - logRecency));
                var gone = logOdds > 0 ? 1 / (1 + Math.Exp(-logOdds)) : Math.Exp(logOdds) / (1 + Math.Exp(logOdds));
                var alive = 1 - gone;
                var logSum = logOdds > 0 ? logOdds + SpecialFunctions.Log1p(Math.Exp(-logOdds)) : SpecialFunctions.Log1p(Math.Exp(logOdds));
                sum += count * (front - ((r + x) * logAge) - (x * Math.Log(alpha)) + logSum);

                gradient[0] += count * (byR - (alive * logAge) - (gone * logRecency));
                gradient[1] += count * ((r / alpha) - ((r + x) * ((alive / (alpha + age)) + (gone / (alpha + recency)))));
                gradient[2] += count * (byA + (gone / a));
                gradient[3] += count * (byB - (x == 0 ? 0 : gone / (b + x - 1)));
            }

            return sum;
        }
    }
}
