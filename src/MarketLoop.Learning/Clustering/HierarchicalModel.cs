namespace MarketLoop.Learning.Clustering;

/// <summary>A tree of rows, and its cut as centroids that new rows can be given to. Immutable, thread-safe.</summary>
public sealed class HierarchicalModel
{
    internal HierarchicalModel(Dendrogram tree, KMeansModel cut)
    {
        Tree = tree;
        Cut = cut;
    }

    /// <summary>The tree of the rows, or of a sample of them.</summary>
    public Dendrogram Tree { get; }

    /// <summary>
    /// Centroids of the cut, largest first; sizes count all rows by their nearest centroid, which at the borders may differ from the tree's own clusters.
    /// </summary>
    public KMeansModel Cut { get; }

    /// <summary>The cluster of one row: the nearest centroid of the cut. O(k d).</summary>
    /// <exception cref="ArgumentException">The row has another length or holds NaN.</exception>
    public int Assign(ReadOnlySpan<float> row) => Cut.Assign(row);

    /// <summary>Writes tree and cut; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        Tree.Save(stream);
        Cut.Save(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole tree with its cut.</exception>
    public static HierarchicalModel Load(Stream stream)
    {
        var tree = Dendrogram.Load(stream);
        return new HierarchicalModel(tree, KMeansModel.Load(stream));
    }
}
