using MarketLoop.Analysis.Segmentation;

namespace MarketLoop.Analysis.Evaluation;

/// <summary>Result of <c>evaluate segments</c>.</summary>
public sealed record SegmentReport
{
    /// <summary>The moment looked from.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Customers sorted into segments.</summary>
    public required int Customers { get; init; }

    /// <summary>Number of segments chosen; 0 with too few customers.</summary>
    public required int K { get; init; }

    /// <summary>False when data without any types would have scored as well.</summary>
    public required bool HasStructure { get; init; }

    /// <summary>What the gap statistic would choose; 1 means no types, 0 too few customers.</summary>
    public required int GapK { get; init; }

    /// <summary>Score of each number tried.</summary>
    public required IReadOnlyList<SegmentCountScore> Scores { get; init; }

    /// <summary>The segments, largest first.</summary>
    public required IReadOnlyList<SegmentProfile> Segments { get; init; }

    /// <summary>What other algorithms make of the same customers, the one that serves first.</summary>
    public required IReadOnlyList<SegmentAlgorithm> Algorithms { get; init; }

    /// <summary>The same on customers whose features were exchanged among each other; null with too few customers.</summary>
    public required SegmentControl? Control { get; init; }

    /// <summary>How alike the segments of other seeds are.</summary>
    public required SegmentStability Stability { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Why { get; init; }
}

/// <summary>Score of one number of segments.</summary>
/// <param name="K">The number.</param>
/// <param name="Silhouette">Mean silhouette, -1..1.</param>
/// <param name="WithoutStructure">Silhouette of data of the same shape without types.</param>
/// <param name="Gap">Gap statistic; larger is better.</param>
/// <param name="GapError">Its standard error.</param>
/// <param name="Stability">Agreement of reruns on half of the customers, as adjusted Rand index.</param>
public sealed record SegmentCountScore(int K, double Silhouette, double WithoutStructure, double Gap, double GapError, double Stability);

/// <summary>Agreement with reseeded runs, as adjusted Rand index (1 the same, 0 chance).</summary>
/// <param name="Reseeds">Runs compared.</param>
/// <param name="Mean">Mean agreement.</param>
/// <param name="Lowest">Lowest agreement.</param>
/// <param name="Counts">Number of segments that each run chose.</param>
public sealed record SegmentStability(int Reseeds, double Mean, double Lowest, IReadOnlyList<int> Counts);

/// <summary>What one algorithm makes of the customers, with as many segments.</summary>
/// <param name="Name">K-means, or a tree cut (of a sample when there are many customers).</param>
/// <param name="Silhouette">Mean silhouette, -1..1, on the same sample for all.</param>
/// <param name="Agreement">Adjusted Rand index with the segments that serve.</param>
/// <param name="Sizes">Customers of each segment, largest first.</param>
public sealed record SegmentAlgorithm(string Name, double Silhouette, double Agreement, IReadOnlyList<int> Sizes);

/// <summary>
/// The negative control: each feature keeps its spread, but goes to other customers, so that whatever types live in the combination of features are gone.
/// What is still found lies in single features (two sorts of amounts, say).
/// </summary>
/// <param name="K">Number of segments chosen there.</param>
/// <param name="HasStructure">Whether structure was reported there.</param>
/// <param name="Silhouette">Mean silhouette there with as many segments as serve.</param>
/// <param name="GapK">What the gap statistic would choose there.</param>
/// <param name="Excess">By how much the real customers' silhouette lies above; about 0 when no types live in the combination.</param>
public sealed record SegmentControl(int K, bool HasStructure, double Silhouette, int GapK, double Excess);
