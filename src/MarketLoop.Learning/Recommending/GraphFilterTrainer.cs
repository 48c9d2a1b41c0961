using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How a graph filter is made.</summary>
public sealed record GraphFilterOptions
{
    /// <summary>Singular vectors of the ideal low-pass, at least 0 (none). Default 256. Raising it keeps finer tastes, and more noise; costs time and memory in proportion.</summary>
    public int Vectors { get; init; } = 256;

    /// <summary>What the ideal low-pass counts beside the linear filter, at least 0. Default 0.3. Raising it trusts broad tastes more than the neighbourhood.</summary>
    public double LowPassWeight { get; init; } = 0.3;

    /// <summary>Exponent on the degree of a user, 0..2. Default 0.5. Raising it makes users who take everything say less.</summary>
    public double UserExponent { get; init; } = 0.5;

    /// <summary>Exponent on the degree of an item, 0..2. Default 0.5. Raising it pushes popular items down.</summary>
    public double ItemExponent { get; init; } = 0.5;

    /// <summary>How long the smoothed scores are sharpened, 0..10. Default 0 (not at all). Raising it takes away more of what is common to all; good values are 1 to 3.</summary>
    public double SharpeningTime { get; init; }

    /// <summary>Runge-Kutta steps into which that time is cut, 1..16. Default 1. Raising it is more exact and costs in proportion.</summary>
    public int SharpeningSteps { get; init; } = 1;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    /// <summary>Power iterations of the singular vectors, 1..100. Default 30. Raising it makes the last vectors more exact, which takes time and does not always rank better.</summary>
    public int PowerIterations { get; init; } = 30;

    /// <summary>Seed of the random start. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Validate()
    {
        OptionGuard.Within(Vectors, 0, 4_096);
        OptionGuard.Within(LowPassWeight, 0, 1e6);
        OptionGuard.Within(UserExponent, 0, 2);
        OptionGuard.Within(ItemExponent, 0, 2);
        OptionGuard.Within(SharpeningTime, 0, 10);
        OptionGuard.Within(SharpeningSteps, 1, 16);
        OptionGuard.Within(PowerIterations, 1, 100);
        CellWeighting.Validate(Scale, HalfLifeDays, userDamping: 0);
    }
}

/// <summary>
/// A collaborative filter without training: scores are the history smoothed over the graph of users and items, then sharpened.
/// Sources: Shen et al., "How Powerful is Graph Convolution for Recommendation?", CIKM 2021 (GF-CF, eq. 19: linear filter and ideal low-pass);
/// Choi et al., "Blurring-Sharpening Process Models for Collaborative Filtering", SIGIR 2023 (sharpening, eq. 9).
/// </summary>
public static class GraphFilterTrainer
{
    /// <summary>
    /// Normalises the matrix and finds its leading singular vectors. O(cells v) and O(items v^2) a power iteration for v vectors; 16 bytes a cell and
    /// 4 v bytes an item kept, three times that of the items and users for a while. The bytes do not depend on the number of threads.
    /// </summary>
    /// <param name="matrix">Users x items; empty gives a model that scores 0.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within a block of rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static GraphFilterModel Fit(InteractionMatrix matrix, GraphFilterOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new GraphFilterOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var weighted = CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, userDamping: 0, options.AsOfDay);
        var users = new double[matrix.Users];
        var items = new double[matrix.Items];
        for (var user = 0; user < matrix.Users; user++)
        {
            var row = weighted.ItemsOf(user);
            var weights = weighted.WeightsOf(user);
            for (var i = 0; i < row.Length; i++)
            {
                users[user] += weights[i];
                items[row[i]] += weights[i];
            }
        }

        var scales = Array.ConvertAll(items, degree => degree > 0 ? (float)Math.Pow(degree, options.ItemExponent) : 0);
        var byUser = weighted.ToSparse(Normalised(weighted, users, scales, options.UserExponent));
        var byItem = byUser.Transpose();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        var svd = RandomisedSvd.Of(byUser, byItem, Math.Max(1, options.Vectors), options.PowerIterations, options.Seed, parallel);

        // The largest singular value is 1 when both exponents are a half. Made so for all, one time of sharpening means the same for all.
        var size = svd.Values.Length > 0 && svd.Values[0] > 0 ? (float)(1 / svd.Values[0]) : 0;
        TensorPrimitives.Multiply(byUser.Values, size, byUser.Values);
        TensorPrimitives.Multiply(byItem.Values, size, byItem.Values);
        var vectors = options.Vectors == 0 ? [] : svd.Vectors;
        return new GraphFilterModel(byUser, byItem, scales, vectors, (float)options.LowPassWeight, options.SharpeningTime, options.SharpeningSteps);
    }

    private static float[] Normalised(InteractionMatrix weighted, double[] degrees, float[] scales, double userExponent)
    {
        var values = weighted.AllWeights.ToArray();
        for (var user = 0; user < weighted.Users; user++)
        {
            var row = weighted.ItemsOf(user);
            var own = values.AsSpan(weighted.StartOf(user), row.Length);
            var activity = degrees[user] > 0 ? Math.Pow(degrees[user], -userExponent) : 0;
            for (var i = 0; i < row.Length; i++)
            {
                own[i] = scales[row[i]] > 0 ? (float)(own[i] * activity / scales[row[i]]) : 0;
            }
        }

        return values;
    }
}
