using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Bayesian personalised ranking: factors such that each user's seen items score higher than others, by steps on the logistic loss of drawn comparisons. Sources: Rendle,
/// Freudenthaler, Gantner and Schmidt-Thieme, UAI 2009 (figure 4); Zhang, Chen, Wang and Yu, SIGIR 2013 (the hardest of several candidates).
/// </summary>
public static class BprTrainer
{
    /// <summary>
    /// Fits factors of the items; users are folded in when they come, as for <see cref="ImplicitAlsTrainer"/>. O(epochs x cells x (1 + candidates) k). In blocks of
    /// users: each user steps through its comparisons by itself while the items rest, then each item through its own while the users rest, so
    /// the bytes do not depend on the number of threads. Memory: 4 k bytes a user and an item, and 20 bytes a cell of the largest user.
    /// </summary>
    /// <param name="matrix">Users x items; each cell is compared once an epoch, whatever its weight. Empty gives a model that scores 0.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within a few users per worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static FactorModel Fit(InteractionMatrix matrix, BprOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new BprOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        var run = new BprRun(matrix, options, cancellationToken);
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            run.Pass(epoch);
        }

        Normalise(run.Items, matrix);
        return new FactorModel(run.Items, options.FoldInUnobservedWeight, options.FoldInRegularisation, exponent: 1);
    }

    // Items that nobody had are unknown and score 0; the others get a mean squared length of 1, so that the penalty of the fold-in means the same everywhere.
    private static void Normalise(FactorSide items, InteractionMatrix matrix)
    {
        var seen = new bool[items.Rows];
        foreach (var item in matrix.AllItems)
        {
            seen[item] = true;
        }

        var sum = 0.0;
        for (var item = 0; item < items.Rows; item++)
        {
            if (seen[item])
            {
                sum += TensorPrimitives.SumOfSquares<float>(items[item]);
            }
            else
            {
                items[item].Clear();
            }
        }

        if (sum > 0)
        {
            TensorPrimitives.Multiply(items.Values, (float)Math.Sqrt(seen.Count(one => one) / sum), items.Values);
        }
    }
}
