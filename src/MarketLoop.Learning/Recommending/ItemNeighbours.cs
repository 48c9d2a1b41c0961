using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>How item neighbours are learned.</summary>
public sealed record ItemNeighboursOptions
{
    /// <summary>Neighbours kept for each item, at least 1. Default 100. Raising it costs memory and lets weak links outvote strong ones.</summary>
    public int Neighbours { get; init; } = 100;

    /// <summary>
    /// Added to the norm product, at least 0. Default 0.3. Raising it distrusts pairs seen together only a few times. Measured against
    /// damped norms: with <see cref="UserDamping"/> 0 norms are counts of users, and 3 to 10 is the like.
    /// </summary>
    public double Shrinkage { get; init; } = 0.3;

    /// <summary>
    /// Exponent on the recommended item's norm, 0..1, of which the other item gets the rest. 0.5 is cosine. Default 0.6.
    /// Raising it pushes popular items down, lowering it lets them through.
    /// </summary>
    public double PopularityDamping { get; init; } = 0.6;

    /// <summary>A pair in a user's basket of n items counts n^-damping, 0..2. Default 1. Raising it makes users who take everything say less.</summary>
    public double UserDamping { get; init; } = 1;

    /// <summary>What a cell counts for. Default <see cref="WeightScale.Binary"/>.</summary>
    public WeightScale Scale { get; init; } = WeightScale.Binary;

    /// <summary>Half-life of a cell in days, above 0. Default infinity (no decay). Lowering it forgets faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>Day from which ages are counted; null (default) means the matrix's latest.</summary>
    public double? AsOfDay { get; init; }

    internal void Validate()
    {
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(Shrinkage, 0, double.MaxValue);
        OptionGuard.Within(PopularityDamping, 0, 1);
        CellWeighting.Validate(Scale, HalfLifeDays, UserDamping);
    }
}

/// <summary>
/// Item-to-item collaborative filtering. With x the weighted cells and n_i = sum_u x_ui^2,
/// sim(i to j) = sum_u x_ui x_uj / (n_i^(1-a) n_j^a + shrinkage), a being the popularity damping.
/// Sources: Sarwar et al., WWW 2001; Deshpande and Karypis, ACM TOIS 22, 2004 (damping exponent); Bell and Koren, 2007 (shrinkage).
/// </summary>
public static class ItemNeighboursTrainer
{
    /// <summary>
    /// Fits neighbours. O(sum of squared row lengths), parallel over items; each similarity is summed in ascending users by one
    /// worker, so the bytes do not depend on the number of threads.
    /// </summary>
    /// <param name="matrix">Users x items; empty gives a model without neighbours.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within one item per worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ItemNeighboursModel Fit(InteractionMatrix matrix, ItemNeighboursOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new ItemNeighboursOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var byUser = CellWeighting.Apply(matrix, options.Scale, options.HalfLifeDays, options.UserDamping, options.AsOfDay);
        var byItem = byUser.Transpose();
        var fromNorms = new double[matrix.Items];
        var toNorms = new double[matrix.Items];
        for (var item = 0; item < matrix.Items; item++)
        {
            var norm = 0.0;
            foreach (var value in byItem.WeightsOf(item))
            {
                norm += (double)value * value;
            }

            fromNorms[item] = Math.Pow(norm, 1 - options.PopularityDamping);
            toNorms[item] = Math.Pow(norm, options.PopularityDamping);
        }

        var rows = new ScoredItem[matrix.Items][];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(
            0,
            matrix.Items,
            parallel,
            () => new Workspace(matrix.Items, options.Neighbours),
            (item, _, workspace) =>
            {
                rows[item] = workspace.NeighboursOf(item, byUser, byItem, fromNorms[item], toNorms, options.Shrinkage);
                return workspace;
            },
            workspace => { });
        return ItemNeighboursModel.Of(rows);
    }

    /// <summary>One worker's dense accumulator with the list of places it touched.</summary>
    private sealed class Workspace(int items, int neighbours)
    {
        private readonly double[] _sums = new double[items];
        private readonly bool[] _isTouched = new bool[items];
        private readonly int[] _touched = new int[items];
        private readonly ScoredItem[] _best = new ScoredItem[Math.Min(items, neighbours)];

        public ScoredItem[] NeighboursOf(int item, InteractionMatrix byUser, InteractionMatrix byItem, double fromNorm, double[] toNorms, double shrinkage)
        {
            var count = Gather(item, byUser, byItem);
            var touched = _touched.AsSpan(0, count);
            var selector = new TopItemSelector(_best);
            foreach (var other in touched)
            {
                var together = _sums[other];
                _sums[other] = 0;
                _isTouched[other] = false;
                if (other != item && together > 0)
                {
                    selector.Offer(other, (float)(together / ((fromNorm * toNorms[other]) + shrinkage)));
                }
            }

            return selector.Finish().ToArray();
        }

        private int Gather(int item, InteractionMatrix byUser, InteractionMatrix byItem)
        {
            var count = 0;
            var users = byItem.ItemsOf(item);
            var own = byItem.WeightsOf(item);
            for (var u = 0; u < users.Length; u++)
            {
                double weight = own[u];
                var others = byUser.ItemsOf(users[u]);
                var values = byUser.WeightsOf(users[u]);
                for (var i = 0; i < others.Length; i++)
                {
                    var other = others[i];
                    _sums[other] += weight * values[i];
                    if (!_isTouched[other])
                    {
                        _isTouched[other] = true;
                        _touched[count++] = other;
                    }
                }
            }

            return count;
        }
    }
}
