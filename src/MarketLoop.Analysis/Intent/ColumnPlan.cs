using System.Text.Json.Serialization;

namespace MarketLoop.Analysis.Intent;

/// <summary>Which learners look at a feature.</summary>
internal enum FeatureUse
{
    /// <summary>All.</summary>
    Both,

    /// <summary>Only the linear ones: trees find logs and steps by themselves.</summary>
    Linear,
}

/// <summary>One number of a prepared row.</summary>
/// <param name="Name">What it says.</param>
/// <param name="Source">Column of the file that it comes from; the first one for a pair.</param>
/// <param name="Use">Who looks at it.</param>
internal sealed record FeatureInfo(string Name, string Source, FeatureUse Use = FeatureUse.Both);

/// <summary>How one column of the file becomes features. Learned on training rows. Immutable.</summary>
[JsonDerivedType(typeof(NumberPlan), "number")]
[JsonDerivedType(typeof(CategoryPlan), "category")]
[JsonDerivedType(typeof(MomentPlan), "moment")]
[JsonDerivedType(typeof(PresencePlan), "presence")]
internal abstract record ColumnPlan
{
    /// <summary>Place of the column in the table.</summary>
    public required int Column { get; init; }

    /// <summary>What it was taken for, in a word.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>The features, in the order in which <see cref="Write"/> writes them.</summary>
    public abstract IReadOnlyList<FeatureInfo> Features { get; init; }

    /// <summary>Writes the features of one row.</summary>
    public abstract void Write(SourceColumn column, int row, Span<float> features);
}

/// <summary>A column that is left out, of which only whether it was filled in is kept.</summary>
internal sealed record PresencePlan : ColumnPlan
{
    /// <inheritdoc />
    public override string Kind => "presence";

    /// <inheritdoc />
    public override required IReadOnlyList<FeatureInfo> Features { get; init; }

    /// <inheritdoc />
    public override void Write(SourceColumn column, int row, Span<float> features) => features[0] = column.Codes[row] == SourceColumn.Blank ? 0f : 1f;
}
