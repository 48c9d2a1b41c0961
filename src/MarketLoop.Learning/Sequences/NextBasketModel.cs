using System.Numerics.Tensors;
using MarketLoop.Learning.Persistence;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Learning.Sequences;

/// <summary>Habits of users: decayed frequencies of their items. Immutable, thread-safe. 24 bytes a user's item, and 5 bytes a user and an item for each thread that scores.</summary>
public sealed class NextBasketModel : IItemScorer
{
    private const string Kind = "NBSK";
    private const ushort FormatVersion = 1;

    [ThreadStatic]
    private static Workspace? _workspace;

    private readonly InteractionMatrix _habits;
    private readonly InteractionMatrix _users;
    private readonly float[] _norms;

    internal NextBasketModel(NextBasketOptions options, InteractionMatrix habits)
    {
        Options = options;
        _habits = habits;
        _users = habits.Transpose();
        _norms = [.. Enumerable.Range(0, habits.Users).Select(user => TensorPrimitives.Norm(habits.WeightsOf(user)))];
    }

    /// <inheritdoc />
    public int Items => _habits.Items;

    /// <summary>How it learned; <see cref="NextBasketOptions.Weigh"/> gives the weights that a history should come with.</summary>
    public NextBasketOptions Options { get; }

    /// <summary>
    /// score(j) = alpha u_j + (1 - alpha) mean over the nearest users of v_j, u being the history with its weights; give those of
    /// <see cref="NextBasketOptions.Weigh"/>. O(items + users with an item of the history + neighbours' items).
    /// </summary>
    /// <inheritdoc />
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, Span<float> scores)
    {
        ScoringDoor.Validate(Items, history, weights, scores);
        scores.Clear();
        for (var h = 0; h < history.Length; h++)
        {
            if ((uint)history[h] < (uint)Items)
            {
                scores[history[h]] += weights.IsEmpty ? 1 : weights[h];
            }
        }

        if (Options.PersonalShare == 1 || Options.Neighbours == 0 || scores.IsEmpty)
        {
            return;
        }

        var workspace = _workspace ??= new Workspace();
        var nearest = Nearest(history, scores, workspace);
        TensorPrimitives.Multiply(scores, (float)Options.PersonalShare, scores);
        foreach (var (user, _) in nearest)
        {
            var items = _habits.ItemsOf(user);
            var values = _habits.WeightsOf(user);
            var share = (float)((1 - Options.PersonalShare) / nearest.Length);
            for (var i = 0; i < items.Length; i++)
            {
                scores[items[i]] += share * values[i];
            }
        }
    }

    /// <summary>The entry itself where the item is in the history: habits speak for themselves. -1 otherwise.</summary>
    /// <inheritdoc />
    public int StrongestReason(ReadOnlySpan<int> history, ReadOnlySpan<float> weights, int item)
    {
        ScoringDoor.Validate(history, weights);
        var best = -1;
        var strongest = 0f;
        for (var h = 0; h < history.Length && (uint)item < (uint)Items; h++)
        {
            var weight = weights.IsEmpty ? 1 : weights[h];
            if (history[h] == item && weight > strongest)
            {
                (strongest, best) = (weight, h);
            }
        }

        return best;
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Items);
        writer.Write(_habits.Users);
        writer.Write(Options.GroupSize);
        writer.Write(Options.Neighbours);
        writer.Write(Options.WithinDecay);
        writer.Write(Options.AcrossDecay);
        writer.Write(Options.PersonalShare);
        for (var user = 0; user < _habits.Users; user++)
        {
            writer.Write(_habits.ItemsOf(user).Length);
            writer.Write(_habits.ItemsOf(user));
            writer.Write(_habits.WeightsOf(user));
        }

        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole model of a known version.</exception>
    public static NextBasketModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var items = reader.ReadCount(0, Array.MaxLength);
        var users = reader.ReadCount(0, Array.MaxLength);
        var options = new NextBasketOptions
        {
            GroupSize = reader.ReadCount(1),
            Neighbours = reader.ReadCount(),
            WithinDecay = reader.ReadFiniteDouble(),
            AcrossDecay = reader.ReadFiniteDouble(),
            PersonalShare = reader.ReadFiniteDouble(),
        };
        List<(int[] Items, float[] Values)> rows = [];
        for (var user = 0; user < users; user++)
        {
            var count = reader.ReadCount(0, items);
            rows.Add((reader.ReadArray<int>(count), reader.ReadArray<float>(count)));
        }

        reader.Complete();
        options.Validate(reader);
        var builder = new InteractionMatrixBuilder(users, items);
        for (var user = 0; user < users; user++)
        {
            for (var i = 0; i < rows[user].Items.Length; i++)
            {
                var (item, value) = (rows[user].Items[i], rows[user].Values[i]);
                reader.Require((uint)item < (uint)items && float.IsFinite(value) && value >= 0, "a habit is not a weight of an item");
                builder.Add(user, item, value);
            }
        }

        return new NextBasketModel(options, builder.Build());
    }

    /// <summary>The users nearest to the vector in <paramref name="own"/>, by cosine, among those who share an item with it.</summary>
    private ReadOnlySpan<ScoredItem> Nearest(ReadOnlySpan<int> history, ReadOnlySpan<float> own, Workspace workspace)
    {
        workspace.Prepare(_habits.Users, Items, Options.Neighbours);
        var touched = 0;
        foreach (var item in history)
        {
            if ((uint)item >= (uint)Items || workspace.IsDone[item])
            {
                continue;
            }

            workspace.IsDone[item] = true;
            var users = _users.ItemsOf(item);
            var values = _users.WeightsOf(item);
            for (var i = 0; i < users.Length; i++)
            {
                if (workspace.Products[users[i]] == 0)
                {
                    workspace.Touched[touched++] = users[i];
                    workspace.Products[users[i]] = float.Epsilon; // touched, even if the product is 0
                }

                workspace.Products[users[i]] += own[item] * values[i];
            }
        }

        foreach (var item in history)
        {
            if ((uint)item < (uint)Items)
            {
                workspace.IsDone[item] = false;
            }
        }

        var selector = new TopItemSelector(workspace.Best.AsSpan(0, Math.Min(touched, Options.Neighbours)));
        foreach (var user in workspace.Touched.AsSpan(0, touched))
        {
            if (_norms[user] > 0)
            {
                selector.Offer(user, workspace.Products[user] / _norms[user]);
            }

            workspace.Products[user] = 0;
        }

        return selector.Finish();
    }

    /// <summary>One thread's scratch, clean between uses.</summary>
    private sealed class Workspace
    {
        public float[] Products { get; private set; } = [];

        public int[] Touched { get; private set; } = [];

        public bool[] IsDone { get; private set; } = [];

        public ScoredItem[] Best { get; private set; } = [];

        public void Prepare(int users, int items, int neighbours)
        {
            if (Products.Length < users)
            {
                Products = new float[users];
                Touched = new int[users];
            }

            if (IsDone.Length < items)
            {
                IsDone = new bool[items];
            }

            if (Best.Length < Math.Min(users, neighbours))
            {
                Best = new ScoredItem[Math.Min(users, neighbours)];
            }
        }
    }
}
