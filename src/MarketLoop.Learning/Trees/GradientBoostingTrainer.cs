namespace MarketLoop.Learning.Trees;

/// <summary>
/// Gradient-boosted trees on histograms: each tree answers what the sum of the earlier ones still gets wrong, by a Newton step on the log-loss.
/// Grown by LightGBM. Sources: Friedman, Annals of Statistics 29, 2001; Ke et al., "LightGBM", NIPS 2017.
/// </summary>
public static class GradientBoostingTrainer
{
    /// <summary>Fits a model. O(rounds x n d) and less; the result depends on the seed and not on the number of threads.</summary>
    /// <param name="rowMajor">n x d values, row-major, finite (fill and flag missing values); not changed. Each column is cut into at most 255 bins, 1 byte a value.</param>
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
        GradientBoostingOptions? options = null, ReadOnlyMemory<double> rowWeights = default, CancellationToken cancellationToken = default)
    {
        options ??= new GradientBoostingOptions();
        var sample = TreeSample.Check(rowMajor, rows, columns, labels.Span, rowWeights.Span, options.ClassWeights);
        options.Validate(columns);
        if (options.Stopping is not null && options.DropShare > 0)
        {
            throw new ArgumentException("DropShare rescales earlier trees later on, so the best round cannot be cut out: leave Stopping null.", nameof(options));
        }

        return TreeGrower.GrowWatched(sample, Parameters(options), options.Rounds, TreeScale.LogOdds, options.Stopping, cancellationToken);
    }

    internal static Dictionary<string, string> Parameters(GradientBoostingOptions options)
    {
        var parameters = TreeGrower.Parameters(options.Seed, options.Threads, options.MaxLeaves, options.MaxDepth, options.MinRowsPerLeaf, options.L2);
        parameters["objective"] = "binary";
        parameters["metric"] = "binary_logloss";
        parameters["boosting"] = options.DropShare > 0 ? "dart" : "gbdt";
        parameters["drop_rate"] = LightGbmBooster.Text(options.DropShare);
        parameters["learning_rate"] = LightGbmBooster.Text(options.LearningRate);
        parameters["lambda_l1"] = LightGbmBooster.Text(options.L1);
        parameters["bagging_fraction"] = LightGbmBooster.Text(options.RowShare);
        parameters["bagging_freq"] = options.RowShare < 1 ? "1" : "0";
        parameters["feature_fraction"] = LightGbmBooster.Text(options.ColumnShare);
        parameters["feature_fraction_bynode"] = LightGbmBooster.Text(options.SplitColumnShare);
        parameters["extra_trees"] = options.HasRandomThresholds ? "true" : "false";
        return parameters;
    }
}
