using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Trees;

/// <summary>What the leaves of an ensemble hold.</summary>
public enum TreeScale
{
    /// <summary>Log-odds, summed over the trees (boosting).</summary>
    LogOdds = 0,

    /// <summary>Probabilities divided by the number of trees, so that their sum is the mean (single tree, forest).</summary>
    Probability = 1,
}

/// <summary>
/// Fitted decision trees in flat arrays: a single tree, a forest or a boosted ensemble. A row goes left where its value is at most
/// the threshold. Immutable, thread-safe; evaluating needs no native library.
/// </summary>
public sealed class TreeEnsembleModel
{
    private const string Kind = "TREE";
    private const ushort FormatVersion = 1;
    private const int BlockRows = 512;

    private readonly TreeShape _shape;
    private readonly double[] _nodeRows;

    internal TreeEnsembleModel(TreeShape shape, int columns, TreeScale scale, bool hasOneClass)
    {
        _shape = shape;
        Columns = columns;
        Scale = scale;
        HasOneClass = hasOneClass;
        (_nodeRows, BaseScore) = shape.Summarise();
    }

    /// <summary>Columns of a row.</summary>
    public int Columns { get; }

    /// <summary>Trees grown; with early stopping those that were kept.</summary>
    public int Trees => _shape.Roots.Length;

    /// <summary>Leaves of all trees.</summary>
    public int Leaves => _shape.LeafValues.Length;

    /// <summary>What scores and contributions are measured in.</summary>
    public TreeScale Scale { get; }

    /// <summary>All labels were equal: the model is their smoothed rate (positives + 0.5) / (rows + 1) for everybody.</summary>
    public bool HasOneClass { get; }

    /// <summary>Mean score of the training rows, tree by tree (those that a tree saw); contributions are counted from it.</summary>
    public double BaseScore { get; }

    /// <summary>Probability (0..1) of a positive for one row. O(trees x depth); allocates nothing.</summary>
    /// <exception cref="ArgumentException">The row has another length or holds a value that is not finite.</exception>
    public double Predict(ReadOnlySpan<float> row) => ToProbability(Score(row));

    /// <summary>Score of one row on <see cref="Scale"/>. O(trees x depth); allocates nothing.</summary>
    /// <exception cref="ArgumentException">The row has another length or holds a value that is not finite.</exception>
    public double Score(ReadOnlySpan<float> row)
    {
        ThrowIfUnusable(row);
        return _shape.Score(row);
    }

    /// <summary>Probabilities of many rows, in parallel. O(n trees x depth).</summary>
    /// <param name="rowMajor">n rows of <see cref="Columns"/> values.</param>
    /// <param name="probabilities">n probabilities are written, each the same as <see cref="Predict"/> gives.</param>
    /// <param name="cancellationToken">Stops within some hundred rows.</param>
    /// <exception cref="ArgumentException">Lengths do not fit or a value is not finite.</exception>
    public void PredictAll(ReadOnlyMemory<float> rowMajor, Memory<double> probabilities, CancellationToken cancellationToken = default)
    {
        var rows = probabilities.Length;
        if ((long)rows * Columns != rowMajor.Length)
        {
            throw new ArgumentException($"{rowMajor.Length} values are not {rows} rows of {Columns} columns.", nameof(rowMajor));
        }

        Tabular.ThrowIfNotFinite(rowMajor.Span, Columns);
        Parallel.For(0, (rows + BlockRows - 1) / BlockRows, new ParallelOptions { CancellationToken = cancellationToken }, block =>
        {
            var first = block * BlockRows;
            var results = probabilities.Span.Slice(first, Math.Min(BlockRows, rows - first));
            _shape.ScoreAll(rowMajor.Span.Slice(first * Columns, results.Length * Columns), Columns, results);
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = ToProbability(results[i]);
            }
        });
    }

    /// <summary>
    /// What each column adds to the score of one row: exact Shapley values of the trees where an unknown column sends a row both ways in
    /// proportion to the training rows (path-dependent TreeSHAP). They sum with <see cref="BaseScore"/> to <see cref="Score"/>.
    /// O(leaves x depth^2): microseconds to milliseconds for boosted trees, tens of milliseconds for a forest of deep trees.
    /// Source: Lundberg, Erion and Lee, "Consistent individualized feature attribution for tree ensembles", 2018, algorithm 2.
    /// </summary>
    /// <param name="row">One row of <see cref="Columns"/> values.</param>
    /// <param name="contributions"><see cref="Columns"/> values are written, on <see cref="Scale"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit or a value is not finite.</exception>
    public void Contributions(ReadOnlySpan<float> row, Span<double> contributions)
    {
        ThrowIfUnusable(row);
        if (contributions.Length != Columns)
        {
            throw new ArgumentException($"{contributions.Length} contributions do not fit {Columns} columns.", nameof(contributions));
        }

        contributions.Clear();
        new TreeShapley(_shape, _nodeRows).Add(row, contributions);
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Columns);
        writer.Write((int)Scale);
        writer.Write(HasOneClass);
        writer.Write(Trees);
        writer.Write(_shape.Nodes.Length);
        writer.Write(Leaves);
        writer.Write<int>(_shape.Roots);
        writer.Write<TreeNode>(_shape.Nodes);
        writer.Write<double>(_shape.LeafValues);
        writer.Write<int>(_shape.LeafRows);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole tree ensemble of a known version.</exception>
    public static TreeEnsembleModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var columns = reader.ReadCount(1);
        var scale = (TreeScale)reader.ReadCount(0, (int)TreeScale.Probability);
        var hasOneClass = reader.ReadBoolean();
        var trees = reader.ReadCount(1);
        var nodes = reader.ReadCount();
        var leaves = reader.ReadCount(1);
        var shape = new TreeShape(
            reader.ReadArray<int>(trees), reader.ReadArray<TreeNode>(nodes), reader.ReadArray<double>(leaves), reader.ReadArray<int>(leaves));
        reader.Complete();
        reader.Require(TensorPrimitives.IsFiniteAll<double>(shape.LeafValues), "a leaf is not finite");
        reader.Require(shape.IsSound(columns), "a tree leads nowhere");
        return new TreeEnsembleModel(shape, columns, scale, hasOneClass);
    }

    /// <summary>The model of labels that are all equal.</summary>
    internal static TreeEnsembleModel Constant(double rate, int columns, TreeScale scale) =>
        new(TreeShape.Constant(scale == TreeScale.LogOdds ? Math.Log(rate / (1 - rate)) : rate), columns, scale, hasOneClass: true);

    private double ToProbability(double score) => Scale == TreeScale.LogOdds ? 1 / (1 + Math.Exp(-score)) : Math.Clamp(score, 0, 1);

    private void ThrowIfUnusable(ReadOnlySpan<float> row)
    {
        if (row.Length != Columns)
        {
            throw new ArgumentException($"The row has {row.Length} values, the model {Columns} columns.", nameof(row));
        }

        Tabular.ThrowIfNotFinite(row, Columns);
    }
}
