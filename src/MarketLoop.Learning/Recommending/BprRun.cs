using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>The descent of <see cref="BprTrainer"/>, block by block. Not thread-safe.</summary>
internal sealed class BprRun
{
    private const int BlockCells = 8_192; // enough for all cores, few enough that items do not rest for long
    private const int Tries = 20;

    private readonly InteractionMatrix _matrix;
    private readonly BprOptions _options;
    private readonly ParallelOptions _parallel;
    private readonly FactorSide _users;
    private readonly double[] _drawnBefore;
    private Comparison[] _comparisons = [];

    public BprRun(InteractionMatrix matrix, BprOptions options, CancellationToken cancellationToken)
    {
        _matrix = matrix;
        _options = options;
        _parallel = new ParallelOptions { CancellationToken = cancellationToken };
        _users = FactorSide.Random(matrix.Users, options.Factors, options.Seed + 1, length: 0.5);
        Items = FactorSide.Random(matrix.Items, options.Factors, options.Seed, length: 0.5);
        _drawnBefore = options.PopularityExponent > 0 ? Shares() : [];
    }

    /// <summary>Factors of the items.</summary>
    public FactorSide Items { get; }

    /// <summary>Compares every cell once.</summary>
    public void Pass(int epoch)
    {
        var order = new SeededRandom(_options.Seed).Sample(_matrix.Users, _matrix.Users);
        SeededRandom.Fork(_options.Seed, (ulong)epoch).Shuffle<int>(order);
        var starts = new List<int>();
        for (var first = 0; first < order.Length;)
        {
            starts.Clear();
            starts.Add(0);
            var last = first;
            while (last < order.Length && starts[^1] < BlockCells)
            {
                starts.Add(starts[^1] + _matrix.ItemsOf(order[last++]).Length);
            }

            if (_comparisons.Length < starts[^1])
            {
                _comparisons = new Comparison[starts[^1]];
            }

            var from = first;
            var seed = _options.Seed + (0x9E3779B97F4A7C15UL * ((ulong)epoch + 1));
            Parallel.For(0, last - first, _parallel, i => StepUser(order[from + i], _comparisons.AsSpan(starts[i]..starts[i + 1]), SeededRandom.Fork(seed, (ulong)order[from + i])));
            StepItems(starts[^1]);
            first = last;
        }
    }

    // Steps of one user, its comparisons in random order; writes them down for the items.
    private void StepUser(int user, Span<Comparison> comparisons, SeededRandom random)
    {
        var seen = _matrix.ItemsOf(user);
        var own = _users[user];
        for (var i = 0; i < seen.Length; i++)
        {
            comparisons[i] = new Comparison(user, seen[i], -1, 0, 0);
        }

        random.Shuffle(comparisons);
        Span<float> difference = stackalloc float[own.Length];
        foreach (ref var comparison in comparisons)
        {
            var (other, otherScore) = Draw(own, seen, random);
            if (other < 0)
            {
                continue;
            }

            var score = TensorPrimitives.Dot<float>(own, Items[comparison.Liked]);
            comparison = new Comparison(user, comparison.Liked, other, score, otherScore);
            TensorPrimitives.Subtract<float>(Items[comparison.Liked], Items[other], difference);
            Step(own, difference, Slope(score - otherScore));
        }
    }

    // The item of highest score among some that the user has not seen; none when chance finds none.
    private (int Item, float Score) Draw(ReadOnlySpan<float> own, ReadOnlySpan<int> seen, SeededRandom random)
    {
        var (best, highest) = (-1, float.NegativeInfinity);
        for (int candidate = 0, tries = 0; candidate < _options.Candidates && tries < Tries * _options.Candidates; tries++)
        {
            var item = _drawnBefore.Length == 0 ? random.NextInt32(Items.Rows) : DrawByPopularity(random);
            if (seen.BinarySearch(item) >= 0)
            {
                continue;
            }

            candidate++;
            var score = TensorPrimitives.Dot<float>(own, Items[item]);
            (best, highest) = score > highest ? (item, score) : (best, highest);
        }

        return (best, highest);
    }

    private int DrawByPopularity(SeededRandom random)
    {
        var place = Array.BinarySearch(_drawnBefore, random.NextDouble() * _drawnBefore[^1]);
        return Math.Min(place < 0 ? ~place : place + 1, Items.Rows - 1);
    }

    // Each item steps through the comparisons it took part in, in their order, by one worker; its own score is that of now, the other's as it was written down.
    private void StepItems(int count)
    {
        PairGroups parts = new();
        for (var i = 0; i < count; i++)
        {
            if (_comparisons[i].Other >= 0)
            {
                parts.Add(_comparisons[i].Liked, i);
                parts.Add(_comparisons[i].Other, i);
            }
        }

        parts.ForEach(_parallel, (item, own) =>
        {
            var factors = Items[item];
            for (var i = 0; i < own.Count; i++)
            {
                var comparison = _comparisons[own[i]];
                var user = _users[comparison.User];
                var score = TensorPrimitives.Dot<float>(user, factors);
                Step(factors, user, item == comparison.Liked ? Slope(score - comparison.OtherScore) : -Slope(comparison.LikedScore - score));
            }
        });
    }

    private void Step(Span<float> factors, ReadOnlySpan<float> direction, float slope)
    {
        TensorPrimitives.Multiply(factors, (float)(1 - (_options.LearningRate * _options.Regularisation)), factors);
        VectorKernels.AddScaled(direction, (float)(_options.LearningRate * slope), factors);
    }

    private static float Slope(float lead) => 1 / (1 + MathF.Exp(lead));

    // For each item the sum of shares up to and with it.
    private double[] Shares()
    {
        var counts = new int[_matrix.Items];
        foreach (var item in _matrix.AllItems)
        {
            counts[item]++;
        }

        var sum = 0.0;
        return Array.ConvertAll(counts, count => sum += count == 0 ? 0 : Math.Pow(count, _options.PopularityExponent));
    }

    /// <summary>An item a user has and one it has not (-1: none was found), with the user's scores when they were compared.</summary>
    private readonly record struct Comparison(int User, int Liked, int Other, float LikedScore, float OtherScore);
}
