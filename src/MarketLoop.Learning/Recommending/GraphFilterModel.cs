using System.Buffers;
using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// A fitted graph filter. With P = R'R of the normalised matrix R, V its leading right singular vectors, D the degrees of items to the exponent b and
/// h the history: s = h (P + a D^-1 V V' D), then ds/dt = -s P for the sharpening's time. Products with P go by way of the users, so
/// no items x items matrix is ever stored. Immutable, thread-safe. 16 bytes a cell and 4 bytes a vector and item.
/// </summary>
public sealed class GraphFilterModel : IItemScorer
{
    internal const string Kind = "GRAF";
    private const ushort FormatVersion = 1;
    private const int Together = 32;

    private readonly SparseMatrix _byUser;
    private readonly SparseMatrix _byItem;
    private readonly float[] _scales;
    private readonly float[] _vectors;
    private readonly float _lowPassWeight;
    private readonly double _time;
    private readonly int _steps;

    internal GraphFilterModel(SparseMatrix byUser, SparseMatrix byItem, float[] scales, float[] vectors, float lowPassWeight, double time, int steps)
    {
        _byUser = byUser;
        _byItem = byItem;
        _scales = scales;
        _vectors = vectors;
        _lowPassWeight = lowPassWeight;
        _time = time;
        _steps = steps;
    }

    /// <inheritdoc />
    public int Items => _scales.Length;

    /// <summary>Users of the matrix it was made of.</summary>
    public int Users => _byUser.Rows;

    /// <summary>Vectors of the ideal low-pass.</summary>
    public int Vectors => Items == 0 ? 0 : _vectors.Length / Items;

    /// <summary>
    /// One history: O(cells + items x vectors), and twice the cells four times a sharpening step. Buffers of (2 items + users) x 8 floats come from the shared pool.
    /// </summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        ScoreTogether([0, history.Length], history, weights, scores);
    }

    /// <summary>32 histories at a time, at the cost of about two to four single ones. Buffers of (2 items + users) x 32 floats come from the shared pool.</summary>
    /// <inheritdoc />
    public void ScoreBatch(ReadOnlySpan<int> starts, ReadOnlySpan<int> items, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, starts, items, weights, scores);
        for (var from = 0; from + 1 < starts.Length; from += Together)
        {
            var count = Math.Min(Together, starts.Length - 1 - from);
            ScoreTogether(starts.Slice(from, count + 1), items, weights, scores.Slice(from * Items, count * Items));
        }
    }

    /// <summary>
    /// The entry whose share of the item's score is largest, found by running the filter backwards from the item. Costs as much as <see cref="Score"/>.
    /// </summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        if ((uint)item >= (uint)Items)
        {
            return -1;
        }

        using var work = new Workspace(this, LaneKernels.Lanes);
        work.State[item * LaneKernels.Lanes] = 1;
        Sharpen(work);
        var shares = Explain(work, history);
        var best = -1;
        var strongest = 0f;
        for (var h = 0; h < history.Length; h++)
        {
            var strength = shares[h] * (weights.IsEmpty ? 1 : weights[h]);
            if (strength > strongest)
            {
                strongest = strength;
                best = h;
            }
        }

        return best;
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Users);
        writer.Write(Items);
        writer.Write(Vectors);
        writer.Write((double)_lowPassWeight);
        writer.Write(_time);
        writer.Write(_steps);
        writer.Write(_byUser);
        writer.Write<float>(_scales);
        writer.Write<float>(_vectors);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole graph filter of a known version.</exception>
    public static GraphFilterModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var users = reader.ReadCount(0, int.MaxValue - 1);
        var items = reader.ReadCount(0, int.MaxValue - 1);
        var vectorCount = reader.ReadCount(0, Math.Min(users, items));
        var lowPassWeight = (float)reader.ReadFiniteDouble();
        var time = reader.ReadFiniteDouble();
        var steps = reader.ReadCount(1, 16);
        var byUser = reader.ReadSparse(users, items);
        var scales = reader.ReadArray<float>(items);
        var vectors = reader.ReadArray<float>((long)items * vectorCount);
        reader.Complete();
        reader.Require(time is >= 0 and <= 10 && lowPassWeight >= 0, "an option is out of range");
        reader.Require(items == 0 || TensorPrimitives.IsFiniteAll<float>(scales), "a degree is not finite");
        reader.Require(vectors.Length == 0 || TensorPrimitives.IsFiniteAll<float>(vectors), "a vector is not finite");
        return new GraphFilterModel(byUser, byUser.Transpose(), scales, vectors, lowPassWeight, time, steps);
    }

    private void ScoreTogether(ReadOnlySpan<int> starts, ReadOnlySpan<int> histories, ReadOnlySpan<float> weights, Span<float> scores)
    {
        var count = starts.Length - 1;
        using var work = new Workspace(this, LaneKernels.WidthFor(count));
        for (var lane = 0; lane < count; lane++)
        {
            for (var h = starts[lane]; h < starts[lane + 1]; h++)
            {
                if ((uint)histories[h] < (uint)Items)
                {
                    work.State[(histories[h] * work.Width) + lane] += weights.IsEmpty ? 1 : weights[h];
                }
            }
        }

        Smooth(work, starts, histories, weights);
        Sharpen(work);
        for (var item = 0; item < Items; item++)
        {
            for (var lane = 0; lane < count; lane++)
            {
                scores[(lane * Items) + item] = work.State[(item * work.Width) + lane];
            }
        }
    }

    /// <summary>state = h P + a h D^-1 V V' D.</summary>
    private void Smooth(Workspace work, ReadOnlySpan<int> starts, ReadOnlySpan<int> histories, ReadOnlySpan<float> weights)
    {
        _byUser.Multiply(work.State, work.Users, work.Width);
        _byItem.Multiply(work.Users, work.State, work.Width);
        if (Vectors == 0 || _lowPassWeight == 0)
        {
            return;
        }

        // h D^-1 V from the few entries of the histories, lane by lane; then every item's row takes part in all lanes together.
        work.Coordinates.Clear();
        var own = work.Vector;
        for (var lane = 0; lane + 1 < starts.Length; lane++)
        {
            own.Clear();
            for (var h = starts[lane]; h < starts[lane + 1]; h++)
            {
                if ((uint)histories[h] < (uint)Items && _scales[histories[h]] > 0)
                {
                    VectorKernels.AddScaled(VectorOf(histories[h]), (weights.IsEmpty ? 1 : weights[h]) / _scales[histories[h]], own);
                }
            }

            for (var v = 0; v < own.Length; v++)
            {
                work.Coordinates[(v * work.Width) + lane] = own[v];
            }
        }

        for (var item = 0; item < Items; item++)
        {
            var row = work.Row;
            LaneKernels.SumRows(VectorOf(item), work.Coordinates, row);
            VectorKernels.AddScaled(row, _lowPassWeight * _scales[item], work.State.Slice(item * work.Width, work.Width));
        }
    }

    /// <summary>ds/dt = -s P by the classic Runge-Kutta method, which for a linear equation is the exponential's series up to its fourth term.</summary>
    private void Sharpen(Workspace work)
    {
        var step = _time / _steps;
        for (var done = 0; _time > 0 && done < _steps; done++)
        {
            work.State.CopyTo(work.Term);
            var factor = 1.0;
            for (var power = 1; power <= 4; power++)
            {
                _byUser.Multiply(work.Term, work.Users, work.Width);
                _byItem.Multiply(work.Users, work.Term, work.Width);
                factor *= -step / power;
                VectorKernels.AddScaled(work.Term, (float)factor, work.State);
            }
        }
    }

    /// <summary>(P + a D^-1 V V' D) x in the places of the history, x being the first lane of the state.</summary>
    private float[] Explain(Workspace work, ReadOnlySpan<int> history)
    {
        const int Width = LaneKernels.Lanes;
        work.Vector.Clear();
        for (var i = 0; i < Items; i++)
        {
            VectorKernels.AddScaled(VectorOf(i), work.State[i * Width] * _scales[i], work.Vector);
        }

        _byUser.Multiply(work.State, work.Users, Width);
        _byItem.Multiply(work.Users, work.State, Width);
        var shares = new float[history.Length];
        for (var h = 0; h < history.Length; h++)
        {
            var i = history[h];
            if ((uint)i < (uint)Items && _scales[i] > 0)
            {
                shares[h] = work.State[i * Width] + (_lowPassWeight / _scales[i] * TensorPrimitives.Dot(VectorOf(i), work.Vector));
            }
        }

        return shares;
    }

    private ReadOnlySpan<float> VectorOf(int item) => _vectors.AsSpan(item * Vectors, Vectors);

    /// <summary>Pooled buffers of one call; the state starts as 0.</summary>
    private readonly ref struct Workspace
    {
        private readonly float[] _pooled;

        public Workspace(GraphFilterModel model, int width)
        {
            Width = width;
            var panel = model.Items * width;
            var users = model.Users * width;
            var coordinates = model.Vectors * width;
            _pooled = ArrayPool<float>.Shared.Rent((2 * panel) + users + coordinates + model.Vectors + width);
            State = _pooled.AsSpan(0, panel);
            Term = _pooled.AsSpan(panel, panel);
            Users = _pooled.AsSpan(2 * panel, users);
            Coordinates = _pooled.AsSpan((2 * panel) + users, coordinates);
            Vector = _pooled.AsSpan((2 * panel) + users + coordinates, model.Vectors);
            Row = _pooled.AsSpan((2 * panel) + users + coordinates + model.Vectors, width);
            State.Clear();
        }

        public int Width { get; }

        /// <summary>Items x width.</summary>
        public Span<float> State { get; }

        /// <summary>Items x width: the term of the series at hand.</summary>
        public Span<float> Term { get; }

        /// <summary>Users x width: half-way of a product with P.</summary>
        public Span<float> Users { get; }

        /// <summary>Vectors x width.</summary>
        public Span<float> Coordinates { get; }

        /// <summary>One history's coordinates.</summary>
        public Span<float> Vector { get; }

        /// <summary>One item's lanes.</summary>
        public Span<float> Row { get; }

        public void Dispose() => ArrayPool<float>.Shared.Return(_pooled);
    }
}
