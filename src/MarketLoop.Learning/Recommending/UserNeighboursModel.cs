using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>
/// Stored users with an index from items to users. Any history, a stored user's or not, is compared with those who share an item with it.
/// Immutable, thread-safe. 16 bytes a cell; 9 bytes a user and 8 an item for each call at work, kept between calls.
/// </summary>
public sealed class UserNeighboursModel : IItemScorer
{
    internal const string Kind = "UNBR";
    private const ushort FormatVersion = 1;

    private readonly SparseMatrix _byUser;
    private readonly SparseMatrix _byItem;
    private readonly float[] _rarity;
    private readonly float[] _outward;
    private readonly double _meanLength;
    private readonly double[] _sizes;
    private readonly UserNeighboursOptions _options;
    private readonly ScratchPool<Workspace> _scratch;

    internal UserNeighboursModel(SparseMatrix byUser, float[] rarity, float[] outward, double meanLength, UserNeighboursOptions options)
    {
        _byUser = byUser;
        _byItem = byUser.Transpose();
        _rarity = rarity;
        _outward = outward;
        _meanLength = meanLength;
        _options = options;
        _sizes = Array.ConvertAll(byUser.SquaredNorms(), Size);
        _scratch = new ScratchPool<Workspace>(() => new Workspace(byUser.Rows, byUser.Columns, Math.Min(byUser.Rows, options.Neighbours)));
    }

    /// <inheritdoc />
    public int Items => _byUser.Columns;

    /// <summary>Users stored.</summary>
    public int Users => _byUser.Rows;

    /// <summary>
    /// score(j) = sum over the neighbours v of sim(h, v)^q x_vj / n_j^p. O(users of the history's items + candidates x their items + items).
    /// </summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        scores.Clear();
        var work = _scratch.Rent();
        foreach (var neighbour in Search(work, history, weights, work.Neighbours))
        {
            var influence = Influence(neighbour.Score);
            var items = _byUser.IndicesOf(neighbour.Item);
            var values = _byUser.ValuesOf(neighbour.Item);
            for (var i = 0; i < items.Length; i++)
            {
                scores[items[i]] += influence * values[i];
            }
        }

        work.Forget();
        _scratch.Return(work);
        TensorPrimitives.Multiply(scores, _outward, scores);
    }

    /// <summary>The stored users most like a history, best first; a stored user's own history finds that user too. Costs as <see cref="Score"/>; allocates nothing.</summary>
    /// <param name="history">As for <see cref="Score"/>.</param>
    /// <param name="weights">As for <see cref="Score"/>.</param>
    /// <param name="best">Receives user indices with their similarity (in <see cref="ScoredItem.Item"/> and <see cref="ScoredItem.Score"/>); its length is how many are wanted.</param>
    /// <returns>How many were found.</returns>
    /// <exception cref="ArgumentException">A length does not fit or a weight is not finite.</exception>
    public int FindUsers(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<ScoredItem> best)
    {
        ScoringDoor.Validate(history, weights);
        var work = _scratch.Rent();
        var count = Search(work, history, weights, best).Length;
        work.Forget();
        _scratch.Return(work);
        return count;
    }

    /// <summary>The entry to which the neighbours that took the item owe most of their likeness. Costs as <see cref="Score"/> and history x neighbours look-ups.</summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        var work = _scratch.Rent();
        var shares = new double[history.Length];
        foreach (var neighbour in Search(work, history, weights, work.Neighbours))
        {
            var items = _byUser.IndicesOf(neighbour.Item);
            var values = _byUser.ValuesOf(neighbour.Item);
            var place = items.BinarySearch(item);
            var influence = place < 0 ? 0 : Influence(neighbour.Score) * values[place] / Math.Max(1e-30, Product(work, neighbour.Item));
            for (var h = 0; influence > 0 && h < history.Length; h++)
            {
                var common = items.BinarySearch(history[h]);
                shares[h] += common < 0 ? 0 : influence * work.Query[history[h]] * values[common];
            }
        }

        work.Forget();
        _scratch.Return(work);
        var best = shares.Length == 0 ? 0 : shares.Max();
        return best > 0 ? Array.IndexOf(shares, best) : -1;
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Users);
        writer.Write(Items);
        writer.Write((int)_options.Similarity);
        writer.Write(_options.Neighbours);
        writer.Write(_options.MostUsersPerItem);
        writer.Write(_options.Candidates);
        foreach (var number in (double[])[_options.Shrinkage, _options.Amplification, _options.Bm25Saturation, _options.Bm25LengthShare, _meanLength])
        {
            writer.Write(number);
        }

        writer.Write(_byUser);
        writer.Write<float>(_rarity);
        writer.Write<float>(_outward);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole model of a known version.</exception>
    public static UserNeighboursModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var users = reader.ReadCount(0, int.MaxValue - 1);
        var items = reader.ReadCount(0, int.MaxValue - 1);
        var options = new UserNeighboursOptions
        {
            Similarity = (Similarity)reader.ReadCount(0, 2),
            Neighbours = reader.ReadCount(1),
            MostUsersPerItem = reader.ReadCount(1),
            Candidates = reader.ReadCount(1),
            Shrinkage = reader.ReadFiniteDouble(),
            Amplification = reader.ReadFiniteDouble(),
            Bm25Saturation = reader.ReadFiniteDouble(),
            Bm25LengthShare = reader.ReadFiniteDouble(),
        };
        var meanLength = reader.ReadFiniteDouble();
        var byUser = reader.ReadSparse(users, items);
        var rarity = reader.ReadArray<float>(items);
        var outward = reader.ReadArray<float>(items);
        reader.Complete();
        reader.Require(items == 0 || (TensorPrimitives.IsFiniteAll<float>(rarity) && TensorPrimitives.IsFiniteAll<float>(outward)), "a number is not finite");
        return new UserNeighboursModel(byUser, rarity, outward, meanLength, options);
    }

    /// <summary>Finds the most alike and leaves the query in the workspace, which must be told to forget it.</summary>
    private Span<ScoredItem> Search(Workspace work, ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<ScoredItem> best)
    {
        var size = Ask(work, history, weights);
        var isCrowded = false;
        foreach (var item in work.Asked)
        {
            if (_byItem.IndicesOf(item).Length <= _options.MostUsersPerItem)
            {
                work.Gather(_byItem.IndicesOf(item), _byItem.ValuesOf(item), work.Query[item]);
            }
            else
            {
                isCrowded = true;
            }
        }

        var selector = new TopItemSelector(best);
        foreach (var user in isCrowded ? Candidates(work, size, best.Length) : work.Met)
        {
            var together = isCrowded ? Product(work, user) : work.Sums[user];
            if (together > 0 && Alike(size, _sizes[user], together) is > 0 and var similarity)
            {
                selector.Offer(user, similarity);
            }
        }

        return selector.Finish();
    }

    /// <summary>Lays the history out over the items as a stored user would be, and gives its size.</summary>
    private double Ask(Workspace work, ReadOnlySpan<int> history, ReadOnlySpan<float> weights)
    {
        var length = 0.0;
        for (var h = 0; h < history.Length; h++)
        {
            if ((uint)history[h] < (uint)Items)
            {
                var weight = weights.IsEmpty ? 1 : weights[h];
                work.Ask(history[h], weight);
                length += weight;
            }
        }

        var norm = 0.0;
        foreach (var item in work.Asked)
        {
            var value = _options.Similarity == Similarity.Bm25
                ? Bm25.Saturated(work.Query[item], length, _meanLength, _options.Bm25Saturation, _options.Bm25LengthShare)
                : work.Query[item];
            work.Query[item] = (float)(value * _rarity[item]);
            norm += work.Query[item] * (double)work.Query[item];
        }

        return Size(norm);
    }

    /// <summary>
    /// Those whom the rarer items bring nearest. When they are too few, users of the items with too many are added, spread evenly over each,
    /// the rarest of those items first.
    /// </summary>
    private ReadOnlySpan<int> Candidates(Workspace work, double size, int wanted)
    {
        var most = Math.Min(Users, Math.Max(_options.Candidates, wanted));
        if (work.Met.Length > most)
        {
            var selector = new TopItemSelector(work.CandidateRoom(most));
            foreach (var user in work.Met)
            {
                selector.Offer(user, Alike(size, _sizes[user], work.Sums[user]));
            }

            return work.Keep(selector.Finish());
        }

        foreach (var item in work.AskedByCrowd(_byItem.Starts))
        {
            var users = _byItem.IndicesOf(item);
            var step = Math.Max(1, users.Length / most);
            for (var u = 0; u < users.Length && work.Met.Length < most; u += step)
            {
                work.Meet(users[u]);
            }
        }

        return work.Met;
    }

    private double Product(Workspace work, int user)
    {
        var items = _byUser.IndicesOf(user);
        var values = _byUser.ValuesOf(user);
        var sum = 0.0;
        for (var i = 0; i < items.Length; i++)
        {
            sum += (double)work.Query[items[i]] * values[i];
        }

        return sum;
    }

    /// <summary>What the measure divides by: the norm for the cosine, its square for Jaccard.</summary>
    private double Size(double squaredNorm) => _options.Similarity == Similarity.Cosine ? Math.Sqrt(squaredNorm) : squaredNorm;

    private float Alike(double size, double other, double together) => (float)(_options.Similarity switch
    {
        Similarity.Jaccard => together / Math.Max(1e-30, size + other - together + _options.Shrinkage),
        Similarity.Bm25 => together,
        _ => together / Math.Max(1e-30, (size * other) + _options.Shrinkage),
    });

    private float Influence(float similarity) => _options.Amplification == 1 ? similarity : (float)Math.Pow(similarity, _options.Amplification);

    /// <summary>One call's working memory: sums over users and the query over items, clean between calls but for what <see cref="Forget"/> has yet to wipe.</summary>
    private sealed class Workspace(int users, int items, int neighbours)
    {
        private readonly bool[] _isMet = new bool[users];
        private readonly int[] _met = new int[users];
        private readonly int[] _asked = new int[items];
        private readonly bool[] _isAsked = new bool[items];
        private ScoredItem[] _candidates = [];
        private int[] _kept = [];
        private int _metCount;
        private int _askedCount;

        public float[] Sums { get; } = new float[users];

        public float[] Query { get; } = new float[items];

        public ScoredItem[] Neighbours { get; } = new ScoredItem[neighbours];

        public ReadOnlySpan<int> Met => _met.AsSpan(0, _metCount);

        public ReadOnlySpan<int> Asked => _asked.AsSpan(0, _askedCount);

        public void Ask(int item, float weight)
        {
            Query[item] += weight;
            if (!_isAsked[item])
            {
                _isAsked[item] = true;
                _asked[_askedCount++] = item;
            }
        }

        public void Gather(ReadOnlySpan<int> users, ReadOnlySpan<float> values, float weight)
        {
            for (var u = 0; u < users.Length; u++)
            {
                Sums[users[u]] += weight * values[u];
                Meet(users[u]);
            }
        }

        public void Meet(int user)
        {
            if (!_isMet[user])
            {
                _isMet[user] = true;
                _met[_metCount++] = user;
            }
        }

        public Span<ScoredItem> CandidateRoom(int most)
        {
            if (_candidates.Length < most)
            {
                _candidates = new ScoredItem[most];
                _kept = new int[most];
            }

            return _candidates.AsSpan(0, most);
        }

        public ReadOnlySpan<int> Keep(ReadOnlySpan<ScoredItem> candidates)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                _kept[i] = candidates[i].Item;
            }

            return _kept.AsSpan(0, candidates.Length);
        }

        /// <summary>The items asked for, those with the fewest users first.</summary>
        public ReadOnlySpan<int> AskedByCrowd(int[] starts)
        {
            var asked = _asked.AsSpan(0, _askedCount);
            asked.Sort((a, b) => (starts[a + 1] - starts[a], a).CompareTo((starts[b + 1] - starts[b], b)));
            return asked;
        }

        public void Forget()
        {
            foreach (var user in Met)
            {
                Sums[user] = 0;
                _isMet[user] = false;
            }

            foreach (var item in Asked)
            {
                Query[item] = 0;
                _isAsked[item] = false;
            }

            _metCount = 0;
            _askedCount = 0;
        }
    }
}
