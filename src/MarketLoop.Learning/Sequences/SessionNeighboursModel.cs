using System.Numerics.Tensors;
using MarketLoop.Learning.Persistence;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Learning.Sequences;

/// <summary>Past sessions, most recent first, with an index by item. Immutable, thread-safe. About 16 bytes an entry, and 12 bytes a session for each thread that scores.</summary>
public sealed class SessionNeighboursModel : IItemScorer
{
    private const string Kind = "SESN";
    private const ushort FormatVersion = 1;
    private const int Reach = 64; // items further from the shared one do not vote: bounds the cost of endless sessions

    [ThreadStatic]
    private static Workspace? _workspace;

    private readonly SessionNeighboursOptions _options;
    private readonly int[] _starts;
    private readonly int[] _items;
    private readonly double[] _ages;
    private readonly float[] _factors;
    private readonly float[] _idf;
    private readonly float[] _distances;
    private readonly int[] _postingStarts;
    private readonly int[] _postings;
    private readonly int[] _positions;

    internal SessionNeighboursModel(int itemCount, SessionNeighboursOptions options, int[] starts, int[] items, double[] ages)
    {
        _options = options;
        _starts = starts;
        _items = items;
        _ages = ages;
        _factors = new float[ages.Length];
        for (var session = 0; session < ages.Length; session++)
        {
            var length = starts[session + 1] - starts[session];
            _factors[session] = (float)(Math.Pow(length, -options.LengthDamping) * Math.Pow(2, -ages[session] / options.HalfLifeDays));
        }

        _distances = [(float)options.Itself, .. Enumerable.Range(0, Reach).Select(gap => (float)Math.Exp(-gap / options.DistanceSteps))];
        (_postingStarts, _postings, _positions) = Index(itemCount, starts, items);
        _idf = new float[itemCount];
        for (var item = 0; item < itemCount; item++)
        {
            var sessions = Math.Max(1, _postingStarts[item + 1] - _postingStarts[item]);
            _idf[item] = (float)(1 + (options.IdfWeight * Math.Log((double)Math.Max(1, ages.Length) / sessions)));
        }
    }

    /// <inheritdoc />
    public int Items => _idf.Length;

    /// <summary>Sessions kept.</summary>
    public int Sessions => _ages.Length;

    /// <summary>Lets the sessions most like the history vote. O(items + history x sample + neighbours x session length).</summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        scores.Clear();
        var workspace = _workspace ??= new Workspace();
        workspace.Prepare(Sessions, _options.Neighbours);
        var touched = Gather(history, weights, workspace);
        var selector = new TopItemSelector(workspace.Nearest.AsSpan(0, Math.Min(_options.Neighbours, touched)));
        for (var i = 0; i < touched; i++)
        {
            var session = workspace.Touched[i];
            selector.Offer(session, workspace.Sums[session] * _factors[session]);
            workspace.Sums[session] = 0;
            workspace.IsTouched[session] = false;
        }

        foreach (var (session, similarity) in selector.Finish())
        {
            Vote(session, workspace.Matches[session], similarity, scores);
        }

        if (_options.IdfWeight > 0)
        {
            TensorPrimitives.Multiply(scores, _idf, scores);
        }
    }

    /// <summary>The entry whose sessions hold the item most often, weighed as in scoring. O(history x sample x session length).</summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        var best = -1;
        var strongest = 0.0;
        for (var h = FirstOf(history); h < history.Length && (uint)item < (uint)Items; h++)
        {
            var (from, to) = PostingsOf(history[h]);
            var sum = 0.0;
            for (var p = from; p < to; p++)
            {
                var session = _postings[p];
                sum += _items.AsSpan(_starts[session].._starts[session + 1]).Contains(item) ? _factors[session] : 0;
            }

            var strength = sum * WeightOf(history.Length, h) * (weights.IsEmpty ? 1 : weights[h]);
            if (strength > strongest)
            {
                (strongest, best) = (strength, h);
            }
        }

        return best;
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Items);
        foreach (var number in (ReadOnlySpan<int>)[_options.Neighbours, _options.Sample, _options.HistoryLength, (int)_options.Position, Sessions])
        {
            writer.Write(number);
        }

        // Infinity is a legal half-life; numbers in files are finite, so rates are stored.
        foreach (var number in (ReadOnlySpan<double>)
            [1 / _options.PositionSteps, 1 / _options.HalfLifeDays, _options.LengthDamping, 1 / _options.DistanceSteps, _options.Before, _options.Itself, _options.IdfWeight])
        {
            writer.Write(number);
        }

        writer.Write<int>(_starts);
        writer.Write<int>(_items);
        writer.Write<double>(_ages);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole model of a known version.</exception>
    public static SessionNeighboursModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var itemCount = reader.ReadCount(0, Array.MaxLength);
        var (neighbours, sample, length, position) = (reader.ReadCount(1), reader.ReadCount(1), reader.ReadCount(1), reader.ReadCount(0, 3));
        var sessions = reader.ReadCount(0, Array.MaxLength);
        var options = new SessionNeighboursOptions
        {
            Neighbours = neighbours,
            Sample = sample,
            HistoryLength = length,
            Position = (PositionDecay)position,
            PositionSteps = 1 / reader.ReadFiniteDouble(),
            HalfLifeDays = 1 / reader.ReadFiniteDouble(),
            LengthDamping = reader.ReadFiniteDouble(),
            DistanceSteps = 1 / reader.ReadFiniteDouble(),
            Before = reader.ReadFiniteDouble(),
            Itself = reader.ReadFiniteDouble(),
            IdfWeight = reader.ReadFiniteDouble(),
        };
        var starts = reader.ReadArray<int>(sessions + 1L);
        reader.Require(starts[0] == 0, "the first session does not start at 0");
        for (var session = 0; session < sessions; session++)
        {
            reader.Require(starts[session] <= starts[session + 1], "sessions do not ascend");
        }

        var items = reader.ReadArray<int>(starts[sessions]);
        var ages = reader.ReadArray<double>(sessions);
        reader.Complete();
        options.Validate(reader);
        reader.Require(items.All(item => (uint)item < (uint)itemCount), "an entry is not an item");
        reader.Require(ages.All(age => double.IsFinite(age) && age >= 0), "an age is not finite or below 0");
        return new SessionNeighboursModel(itemCount, options, starts, items, ages);
    }

    private static (int[] Starts, int[] Sessions, int[] Positions) Index(int itemCount, int[] starts, int[] items)
    {
        var lastSession = new int[itemCount];
        Array.Fill(lastSession, -1);
        var postingStarts = new int[itemCount + 1];
        ForEachEntry((session, _, item, isFirst) => postingStarts[item + 1] += isFirst ? 1 : 0);
        for (var item = 0; item < itemCount; item++)
        {
            postingStarts[item + 1] += postingStarts[item];
        }

        Array.Fill(lastSession, -1);
        var next = postingStarts.AsSpan(0, itemCount).ToArray();
        var postings = new int[postingStarts[itemCount]];
        var positions = new int[postings.Length];
        ForEachEntry((session, position, item, isFirst) =>
        {
            if (isFirst)
            {
                postings[next[item]] = session;
                positions[next[item]++] = position;
            }
        });
        return (postingStarts, postings, positions);

        // Each session from its end: the first time that an item is met is its last place.
        void ForEachEntry(Action<int, int, int, bool> visit)
        {
            for (var session = 0; session < starts.Length - 1; session++)
            {
                for (var entry = starts[session + 1] - 1; entry >= starts[session]; entry--)
                {
                    var item = items[entry];
                    visit(session, entry - starts[session], item, lastSession[item] != session);
                    lastSession[item] = session;
                }
            }
        }
    }

    /// <summary>Adds up what each session shares with the history. Newest entries first, so a session's match is its newest.</summary>
    private int Gather(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Workspace workspace)
    {
        var touched = 0;
        for (var h = history.Length - 1; h >= FirstOf(history); h--)
        {
            var weight = (float)WeightOf(history.Length, h) * (weights.IsEmpty ? 1 : weights[h]);
            var (from, to) = PostingsOf(history[h]);
            for (var p = from; p < to; p++)
            {
                var session = _postings[p];
                workspace.Sums[session] += weight;
                if (!workspace.IsTouched[session])
                {
                    workspace.IsTouched[session] = true;
                    workspace.Matches[session] = _positions[p];
                    workspace.Touched[touched++] = session;
                }
            }
        }

        return touched;
    }

    private void Vote(int session, int match, float similarity, Span<float> scores)
    {
        var items = _items.AsSpan(_starts[session].._starts[session + 1]);
        var before = similarity * (float)_options.Before;
        for (var i = Math.Max(0, match - Reach); i < match; i++)
        {
            scores[items[i]] += before * _distances[match - i];
        }

        for (var i = match; i < Math.Min(items.Length, match + Reach + 1); i++)
        {
            scores[items[i]] += similarity * _distances[i - match];
        }
    }

    private (int From, int To) PostingsOf(int item) => (uint)item >= (uint)Items
        ? (0, 0)
        : (_postingStarts[item], (int)Math.Min(_postingStarts[item + 1], (long)_postingStarts[item] + _options.Sample));

    private int FirstOf(ReadOnlySpan<int> history) => Math.Max(0, history.Length - _options.HistoryLength);

    private double WeightOf(int length, int place)
    {
        var back = length - 1 - place;
        return _options.Position switch
        {
            PositionDecay.Reciprocal => 1.0 / (1 + back),
            PositionDecay.Linear => 1 - ((double)back / Math.Min(length, _options.HistoryLength)),
            PositionDecay.Exponential => Math.Exp(-back / _options.PositionSteps),
            _ => 1,
        };
    }

    /// <summary>One thread's scratch, clean between uses.</summary>
    private sealed class Workspace
    {
        public float[] Sums { get; private set; } = [];

        public bool[] IsTouched { get; private set; } = [];

        public int[] Matches { get; private set; } = [];

        public int[] Touched { get; private set; } = [];

        public ScoredItem[] Nearest { get; private set; } = [];

        public void Prepare(int sessions, int neighbours)
        {
            if (Sums.Length < sessions)
            {
                Sums = new float[sessions];
                IsTouched = new bool[sessions];
                Matches = new int[sessions];
                Touched = new int[sessions];
            }

            if (Nearest.Length < Math.Min(neighbours, sessions))
            {
                Nearest = new ScoredItem[Math.Min(neighbours, sessions)];
            }
        }
    }
}
