using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>How factors are told from content.</summary>
public sealed record ContentFactorMapOptions
{
    /// <summary>Penalty on the squared weight of a feature, above 0. Default 1. Raising it trusts features that few items share less.</summary>
    public double Regularisation { get; init; } = 1;

    /// <summary>Most steps of the solver, 1..10,000. Default 200; it stops earlier when it has converged.</summary>
    public int Steps { get; init; } = 200;

    internal void Validate()
    {
        OptionGuard.Within(Regularisation, 1e-6, 1e9);
        OptionGuard.Within(Steps, 1, 10_000);
    }
}

/// <summary>
/// Tells the factors of an item from its content, so that it can be recommended before anybody has dealt with it: ridge regression of the known items' factors on
/// their features. Source: Gantner, Drumond, Freudenthaler, Rendle and Schmidt-Thieme, "Learning attribute-to-feature mappings for cold-start
/// recommendations", ICDM 2010 (section IV-B, with squared loss). Immutable, thread-safe. 4 k bytes a feature.
/// </summary>
public sealed class ContentFactorMap
{
    private const string Kind = "CMAP";
    private const ushort FormatVersion = 1;

    private readonly int _width;
    private readonly float[] _weights; // features + 1 rows; the last is what every item has

    private ContentFactorMap(int features, int factors, float[] weights)
    {
        Features = features;
        Factors = factors;
        _width = LaneKernels.WidthFor(factors);
        _weights = weights;
    }

    /// <summary>Features of an item's content.</summary>
    public int Features { get; }

    /// <summary>Factors of an item.</summary>
    public int Factors { get; }

    /// <summary>
    /// Fits the weights by conjugate gradient on the normal equations, all factors side by side. O(steps x cells x k), parallel; the bytes do not depend on the number of threads.
    /// </summary>
    /// <param name="model">Factors to be told; items without any (nobody dealt with them) are not learned from.</param>
    /// <param name="content">Content of the model's items, in their order; it may go on with items that the model does not know.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within a block of rows.</param>
    /// <exception cref="ArgumentException">The content has fewer items than the model, or an option is out of range.</exception>
    public static ContentFactorMap Fit(FactorModel model, ContentFeatures content, ContentFactorMapOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(content);
        options ??= new ContentFactorMapOptions();
        options.Validate();
        RequireAll(model, content);
        cancellationToken.ThrowIfCancellationRequested();

        var width = LaneKernels.WidthFor(model.Factors);
        int[] known = [.. Enumerable.Range(0, model.Items).Where(item => model.FactorsOf(item).ContainsAnyExcept(0f))];
        var rows = WithConstant(content.Rows, known);
        var targets = new float[known.Length * width];
        for (var i = 0; i < known.Length; i++)
        {
            model.FactorsOf(known[i]).CopyTo(targets.AsSpan(i * width));
        }

        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        return new ContentFactorMap(content.Features, model.Factors, new RidgeSolver(rows, width, options.Regularisation, parallel).Solve(targets, options.Steps));
    }

    /// <summary>The factors that the content of an item tells. O(features of the item x k).</summary>
    /// <param name="features">Its features; those outside 0..Features-1 (words never met) are passed over, repeated ones add up. Empty gives the mean item.</param>
    /// <param name="values">A finite number for each; empty means 1 for all.</param>
    /// <param name="factors"><see cref="Factors"/> long; overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit or a value is not finite.</exception>
    public void Tell(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> factors)
    {
        ScoringDoor.Validate(features, values);
        if (factors.Length != Factors)
        {
            throw new ArgumentException($"The buffer holds {factors.Length} factors, the map tells {Factors}.", nameof(factors));
        }

        Row(Features)[..Factors].CopyTo(factors);
        for (var i = 0; i < features.Length; i++)
        {
            if ((uint)features[i] < (uint)Features)
            {
                VectorKernels.AddScaled(Row(features[i])[..Factors], values.IsEmpty ? 1 : values[i], factors);
            }
        }
    }

    /// <summary>A model of all the content's items: known ones keep their factors, those without get what their content tells.</summary>
    /// <param name="model">The model.</param>
    /// <param name="content">Content of the model's items, in their order, and of those that are new after them. An item without any feature stays without factors.</param>
    /// <exception cref="ArgumentException">The content has fewer items than the model, or features or factors are not this map's.</exception>
    public FactorModel Complete(FactorModel model, ContentFeatures content)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(content);
        RequireAll(model, content);
        if (content.Features != Features || model.Factors != Factors)
        {
            throw new ArgumentException($"The map tells {Factors} factors from {Features} features; the model has {model.Factors}, the content {content.Features}.", nameof(content));
        }

        var items = new FactorSide(content.Items, Factors);
        for (var item = 0; item < content.Items; item++)
        {
            if (item < model.Items && model.FactorsOf(item).ContainsAnyExcept(0f))
            {
                model.FactorsOf(item).CopyTo(items[item]);
            }
            else if (content.Rows.IndicesOf(item).Length > 0)
            {
                Tell(content.Rows.IndicesOf(item), content.Rows.ValuesOf(item), items[item][..Factors]);
            }
        }

        return model.With(items);
    }

    /// <summary>Writes the map; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Features);
        writer.Write(Factors);
        writer.Write<float>(_weights);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole map of a known version.</exception>
    public static ContentFactorMap Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var features = reader.ReadCount(0, int.MaxValue - 1);
        var factors = reader.ReadCount(1, 1_024);
        var weights = reader.ReadArray<float>((features + 1L) * LaneKernels.WidthFor(factors));
        reader.Complete();
        reader.Require(TensorPrimitives.IsFiniteAll<float>(weights), "a weight is not finite");
        return new ContentFactorMap(features, factors, weights);
    }

    private ReadOnlySpan<float> Row(int feature) => _weights.AsSpan(feature * _width, _width);

    private static void RequireAll(FactorModel model, ContentFeatures content)
    {
        if (content.Items < model.Items)
        {
            throw new ArgumentException($"The content has {content.Items} items, the model {model.Items}.", nameof(content));
        }
    }

    // The rows of some items, each with one more feature that all of them have.
    private static SparseMatrix WithConstant(SparseMatrix content, int[] items)
    {
        var starts = new int[items.Length + 1];
        List<int> indices = [];
        List<float> values = [];
        for (var i = 0; i < items.Length; i++)
        {
            indices.AddRange(content.IndicesOf(items[i]));
            values.AddRange(content.ValuesOf(items[i]));
            indices.Add(content.Columns);
            values.Add(1);
            starts[i + 1] = indices.Count;
        }

        return new SparseMatrix(content.Columns + 1, starts, [.. indices], [.. values]);
    }
}
