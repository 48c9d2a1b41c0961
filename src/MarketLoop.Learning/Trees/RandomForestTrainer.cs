namespace MarketLoop.Learning.Trees;

/// <summary>
/// A random forest on histograms: many deep trees, each on its own share of the rows and each split on its own share of the columns; the answer
/// is the mean of their probabilities. Splits are chosen by the variance of the labels, which for two classes orders like Gini's impurity.
/// Grown by LightGBM. Sources: Breiman, Machine Learning 45, 2001; Geurts, Ernst and Wehenkel, Machine Learning 63, 2006 (random thresholds).
/// </summary>
public static class RandomForestTrainer
{
    private const int HistogramMegabytes = 512;

    // Categories as 0/1 columns tell little each; with the square root alone most splits would be offered nothing else.
    private const double LeastColumnShare = 0.3;

    /// <summary>Fits a model. O(trees x n d log leaves); the result depends on the seed and not on the number of threads.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite (fill and flag missing values); not changed. Each column is cut into <see cref="RandomForestOptions.Bins"/> at most, 1 byte a value.</param>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="columns">d, at least 1.</param>
    /// <param name="labels">n labels. When all are equal the model is their smoothed rate, see <see cref="TreeEnsembleModel.HasOneClass"/>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="rowWeights">How many rows each row stands for, finite and at least 0, not all 0; empty: one each.</param>
    /// <param name="cancellationToken">Stops the fit within one tree, or once the columns are cut into bins.</param>
    /// <exception cref="ArgumentException">A shape is wrong, there are no rows, a value is not finite, a weight is no weight, or an option is out of range.</exception>
    /// <exception cref="DllNotFoundException">LightGBM's native library, or libgomp1 below it, is not there.</exception>
    public static TreeEnsembleModel Fit(
        ReadOnlyMemory<float> rowMajor, int rows, int columns, ReadOnlyMemory<bool> labels,
        RandomForestOptions? options = null, ReadOnlyMemory<double> rowWeights = default, CancellationToken cancellationToken = default)
    {
        options ??= new RandomForestOptions();
        var sample = TreeSample.Check(rowMajor, rows, columns, labels.Span, rowWeights.Span, options.ClassWeights);
        options.Validate();
        return TreeGrower.GrowForest(sample, seed => Parameters(options with { Seed = seed }, columns), options.Seed, options.Trees, options.Threads, cancellationToken);
    }

    internal static Dictionary<string, string> Parameters(RandomForestOptions options, int columns)
    {
        var parameters = TreeGrower.Parameters(options.Seed, options.Threads, options.MaxLeaves, options.MaxDepth, options.MinRowsPerLeaf, options.Smoothing);
        parameters["objective"] = "regression";
        parameters["boosting"] = "rf";
        parameters["bagging_fraction"] = LightGbmBooster.Text(options.RowShare);
        parameters["bagging_freq"] = "1";
        parameters["feature_fraction_bynode"] = LightGbmBooster.Text(options.ColumnShare > 0 ? options.ColumnShare : Math.Max(1 / Math.Sqrt(columns), LeastColumnShare));
        parameters["max_bin"] = LightGbmBooster.Text(options.Bins);
        parameters["extra_trees"] = options.HasRandomThresholds ? "true" : "false";
        parameters["histogram_pool_size"] = LightGbmBooster.Text(HistogramMegabytes);
        return parameters;
    }
}
