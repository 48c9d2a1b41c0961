using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How EASE is learned.</summary>
public sealed record EaseOptions
{
    /// <summary>Penalty added to the diagonal of X'X, above 0. Default 300. Raising it trusts pairs less and leans towards popular items.</summary>
    public double Lambda { get; init; } = 300;

    /// <summary>Links kept for each item, the strongest by magnitude, at least 1. Default 300. Raising it costs memory and changes little.</summary>
    public int Neighbours { get; init; } = 300;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    /// <summary>Most items, 1..30,000. Default 8,000: the fit keeps one items x items matrix of float and takes items^3 steps. More are refused.</summary>
    public int MostItems { get; init; } = 8_000;

    internal void Validate()
    {
        OptionGuard.Within(Lambda, 1e-3, double.MaxValue);
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(MostItems, 1, 30_000);
        CellWeighting.Validate(Scale, HalfLifeDays, userDamping: 0);
    }
}

/// <summary>
/// EASE-R: the linear item-to-item model min |X - XB|^2 + lambda |B|^2 with a zero diagonal, in closed form:
/// P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj. Source: Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, eq. 8.
/// </summary>
public static class EaseTrainer
{
    /// <summary>
    /// Fits the links. O(items^3), half as many multiply-adds, and 4 items^2 bytes, plus the sum of squared row lengths; parallel, and since each
    /// number is computed by one worker in one order the bytes do not depend on the number of threads. In float.
    /// </summary>
    /// <param name="matrix">Users x items; empty gives a model without links.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within a block of rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or the matrix has more than <see cref="EaseOptions.MostItems"/> items.</exception>
    public static ItemNeighboursModel Fit(InteractionMatrix matrix, EaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new EaseOptions();
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(matrix.Items, options.MostItems, nameof(matrix));
        cancellationToken.ThrowIfCancellationRequested();

        var items = matrix.Items;
        var inverse = new float[items * items];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        FillGram(CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, userDamping: 0, options.AsOfDay), inverse, options.Lambda, parallel);
        new SymmetricInverse(inverse, items, cancellationToken).Run();
        return ItemNeighboursModel.Of(Links(inverse, items, options.Neighbours, parallel));
    }

    /// <summary>Writes the lower triangle of X'X + lambda I; each row is summed in double, in ascending users, by one worker.</summary>
    private static void FillGram(InteractionMatrix byUser, float[] gram, double lambda, ParallelOptions parallel)
    {
        var items = byUser.Items;
        var byItem = byUser.Transpose();
        Parallel.For(
            0,
            items,
            parallel,
            () => new double[items],
            (item, _, sums) =>
            {
                Array.Clear(sums);
                var users = byItem.ItemsOf(item);
                var own = byItem.WeightsOf(item);
                for (var u = 0; u < users.Length; u++)
                {
                    double weight = own[u];
                    var others = byUser.ItemsOf(users[u]);
                    var values = byUser.WeightsOf(users[u]);
                    for (var i = 0; i < others.Length && others[i] <= item; i++)
                    {
                        sums[others[i]] += weight * values[i];
                    }
                }

                sums[item] += lambda;
                TensorPrimitives.ConvertSaturating<double, float>(sums.AsSpan(0, item + 1), gram.AsSpan(item * items, item + 1));
                return sums;
            },
            _ => { });
    }

    private static ScoredItem[][] Links(float[] p, int items, int neighbours, ParallelOptions parallel)
    {
        var rows = new ScoredItem[items][];
        var negativeDiagonal = new float[items];
        for (var item = 0; item < items; item++)
        {
            negativeDiagonal[item] = -p[(item * items) + item];
        }

        Parallel.For(0, items, parallel, () => new float[items], (i, _, links) =>
        {
            TensorPrimitives.Divide(p.AsSpan(i * items, items), negativeDiagonal, links);
            var selector = new TopItemSelector(new ScoredItem[Math.Min(neighbours, items)]);
            for (var j = 0; j < items; j++)
            {
                if (j != i && links[j] != 0)
                {
                    selector.Offer(j, Math.Abs(links[j]));
                }
            }

            // Selected by magnitude, since a strong "not together" matters too; kept with its sign, strongest "together" first.
            var kept = selector.Finish().ToArray();
            for (var k = 0; k < kept.Length; k++)
            {
                var j = kept[k].Item;
                kept[k] = new ScoredItem(j, links[j]);
            }

            Array.Sort(kept, static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Item.CompareTo(b.Item));
            rows[i] = kept;
            return links;
        }, _ => { });
        return rows;
    }
}
