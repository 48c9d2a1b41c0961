using System.Globalization;
using System.Text;

namespace MarketLoop.Learning.Trees;

/// <summary>
/// One training run of LightGBM: rows go in, trees are grown one by one, the model comes out in its text form. Not thread-safe; the
/// native memory is given back on disposal. Nothing is printed and no file is written.
/// </summary>
internal sealed class LightGbmBooster : IDisposable
{
    // Silent; histograms column by column, each summed by one thread in the order of the rows: the same trees on any number of threads.
    // No missing values (the door refuses them), hence plain comparisons in every node.
    private const string Always = "verbosity=-1 deterministic=true force_col_wise=true use_missing=false is_enable_sparse=false enable_bundle=false";

    private readonly string _parameters;
    private readonly int _columns;
    private readonly LightGbmDatasetHandle _training;
    private readonly LightGbmBoosterHandle _booster;
    private LightGbmDatasetHandle? _validation;

    /// <summary>Bins the rows and gets ready to grow. O(n d log n) for the bins' bounds on at most 200,000 rows.</summary>
    /// <exception cref="DllNotFoundException">The native library is missing.</exception>
    public LightGbmBooster(TreeSample sample, IReadOnlyDictionary<string, string> parameters)
    {
        LightGbmNative.ThrowIfMissing();
        _parameters = string.Join(' ', parameters.Select(pair => $"{pair.Key}={pair.Value}").Prepend(Always));
        _columns = sample.Columns;
        _training = Dataset(sample.RowMajor.Span, sample.Targets, sample.Weights, reference: 0);
        try
        {
            LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_BoosterCreate(_training, _parameters, out _booster));
        }
        catch
        {
            _training.Dispose();
            throw;
        }
    }

    /// <summary>Adds rows that are not learned from, for <see cref="ValidationLoss"/>.</summary>
    public void Watch(ReadOnlySpan<float> rowMajor, ReadOnlySpan<float> targets)
    {
        _validation = Dataset(rowMajor, targets, [], _training.DangerousGetHandle());
        LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_BoosterAddValidData(_booster, _validation));
    }

    /// <summary>Grows one tree; false when nothing could be split any more.</summary>
    public bool TryGrow()
    {
        LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_BoosterUpdateOneIter(_booster, out var isFinished));
        return isFinished == 0;
    }

    /// <summary>The metric named in the parameters over the watched rows. O(validation rows).</summary>
    public double ValidationLoss()
    {
        Span<double> losses = stackalloc double[1];
        LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_BoosterGetEval(_booster, 1, out _, losses));
        return losses[0];
    }

    /// <summary>The first <paramref name="rounds"/> trees as text; all of them when it is 0.</summary>
    public string Text(int rounds)
    {
        LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_BoosterSaveModelToString(_booster, 0, rounds, 0, 0, out var length, []));
        var bytes = new byte[length];
        LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_BoosterSaveModelToString(_booster, 0, rounds, 0, length, out _, bytes));
        return Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.Length - 1));
    }

    /// <summary>LightGBM's own answers, which ours are tested against.</summary>
    /// <param name="rowMajor">n rows.</param>
    /// <param name="kind">0 probability, 1 raw score, 3 contributions with the base value last.</param>
    public double[] Predict(ReadOnlySpan<float> rowMajor, int kind)
    {
        var rows = rowMajor.Length / _columns;
        var results = new double[rows * (kind == 3 ? _columns + 1 : 1)];
        LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_BoosterPredictForMat(
            _booster, rowMajor, LightGbmNative.Float32, rows, _columns, 1, kind, 0, -1, _parameters, out _, results));
        return results;
    }

    public void Dispose()
    {
        _booster.Dispose();
        _validation?.Dispose();
        _training.Dispose();
    }

    /// <summary>A number as LightGBM reads it.</summary>
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private LightGbmDatasetHandle Dataset(ReadOnlySpan<float> rowMajor, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, nint reference)
    {
        LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_DatasetCreateFromMat(
            rowMajor, LightGbmNative.Float32, targets.Length, _columns, 1, _parameters, reference, out var dataset));
        try
        {
            LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_DatasetSetField(dataset, "label", targets, targets.Length, LightGbmNative.Float32));
            if (!weights.IsEmpty)
            {
                LightGbmNative.ThrowIfFailed(LightGbmNative.LGBM_DatasetSetField(dataset, "weight", weights, weights.Length, LightGbmNative.Float32));
            }
        }
        catch
        {
            dataset.Dispose();
            throw;
        }

        return dataset;
    }
}
