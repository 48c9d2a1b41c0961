using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Data of the same mean and covariance as the rows, without clusters: several sets uniform in the principal box and one normal. What
/// clusterings of it score is what chance alone gives.
/// </summary>
internal sealed class StructurelessData
{
    private const int MostRows = 1_000;
    private const int MostRestarts = 2;
    private const double LeastInertia = 1e-9; // as a share of the variance: below is rounding

    private readonly float[][] _sets;
    private readonly SilhouetteSample[] _silhouettes;
    private readonly int _rows;
    private readonly int _columns;
    private readonly double _floor;

    /// <param name="sample">The rows.</param>
    /// <param name="columns">d.</param>
    /// <param name="uniform">Uniform sets, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    public StructurelessData(float[] sample, int columns, int uniform, ulong seed)
    {
        var shape = new PrincipalShape(sample, columns);
        _columns = columns;
        _rows = Math.Min(sample.Length / columns, MostRows);
        _floor = LeastInertia * shape.Variance;
        _sets =
        [
            .. Enumerable.Range(0, uniform).Select(i => shape.Uniform(_rows, SeededRandom.Fork(seed, 10 + (ulong)i))),
            shape.Normal(_rows, SeededRandom.Fork(seed, 4)),
        ];
        _silhouettes = Array.ConvertAll((float[][])[_sets[0], _sets[^1]], set => new SilhouetteSample(set, columns, _rows, SeededRandom.Fork(seed, 5)));
    }

    /// <summary>Clusters every set.</summary>
    public KMeansModel[] Fit(KMeansOptions options, CancellationToken cancellationToken) => Array.ConvertAll(
        _sets, set => KMeansTrainer.Fit(set, _rows, _columns, options with { Restarts = Math.Min(MostRestarts, options.Restarts) }, cancellationToken));

    /// <summary>The larger mean silhouette of a uniform set and the normal one.</summary>
    public double Silhouette(KMeansModel[] fits, CancellationToken cancellationToken) =>
        Math.Max(_silhouettes[0].Mean(fits[0], cancellationToken), _silhouettes[1].Mean(fits[^1], cancellationToken));

    /// <summary>
    /// The gap statistic: mean of log inertia over the uniform sets less that of the rows (both for each row, as the sets are smaller), with the deviation over
    /// the sets times sqrt(1 + 1 / sets). Source: Tibshirani, Walther and Hastie, JRSS B 63, 2001.
    /// </summary>
    public (double Gap, double Error) Gap(KMeansModel model, int rows, KMeansModel[] fits)
    {
        var logs = Array.ConvertAll(fits[..^1], fit => Log(fit.Inertia / _rows));
        var mean = logs.Average();
        var deviation = Math.Sqrt(logs.Average(log => (log - mean) * (log - mean)));
        return (mean - Log(model.Inertia / rows), deviation * Math.Sqrt(1 + (1.0 / logs.Length)));
    }

    private double Log(double inertia) => Math.Log(Math.Max(Math.Max(inertia, _floor), double.Epsilon));
}
