namespace MarketLoop.Learning.Trees;

/// <summary>
/// One decision tree, grown where it helps most first, on histograms. Splits are chosen by the variance of the labels, which for two classes orders
/// like Gini's impurity; a leaf answers its share of positives, drawn a little to the mean. No randomness. Grown by LightGBM.
/// Source: Breiman, Friedman, Olshen and Stone, "Classification and Regression Trees", 1984.
/// </summary>
public static class DecisionTreeTrainer
{
    /// <summary>Fits a model. O(n d log leaves); the result does not depend on the number of threads.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite (fill and flag missing values); not changed. Each column is cut into at most 255 bins, 1 byte a value.</param>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="columns">d, at least 1.</param>
    /// <param name="labels">n labels. When all are equal the model is their smoothed rate, see <see cref="TreeEnsembleModel.HasOneClass"/>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="rowWeights">How many rows each row stands for, finite and at least 0, not all 0; empty: one each.</param>
    /// <param name="cancellationToken">Looked at before the tree is grown, which takes well below a second for a million rows.</param>
    /// <exception cref="ArgumentException">A shape is wrong, there are no rows, a value is not finite, a weight is no weight, or an option is out of range.</exception>
    /// <exception cref="DllNotFoundException">LightGBM's native library, or libgomp1 below it, is not there.</exception>
    public static TreeEnsembleModel Fit(
        ReadOnlyMemory<float> rowMajor, int rows, int columns, ReadOnlyMemory<bool> labels,
        DecisionTreeOptions? options = null, ReadOnlyMemory<double> rowWeights = default, CancellationToken cancellationToken = default)
    {
        options ??= new DecisionTreeOptions();
        var sample = TreeSample.Check(rowMajor, rows, columns, labels.Span, rowWeights.Span, options.ClassWeights);
        options.Validate();
        return TreeGrower.Grow(sample, Parameters(options), rounds: 1, TreeScale.Probability, cancellationToken);
    }

    internal static Dictionary<string, string> Parameters(DecisionTreeOptions options)
    {
        var parameters = TreeGrower.Parameters(seed: 0, options.Threads, options.MaxLeaves, options.MaxDepth, options.MinRowsPerLeaf, options.Smoothing);
        parameters["objective"] = "regression";
        parameters["boosting"] = "gbdt";
        parameters["learning_rate"] = "1";
        return parameters;
    }
}
