namespace MarketLoop.Learning.Trees;

/// <summary>One question: is the value of a column at most the threshold? A child below 0 is leaf ~child, else a node; children come after their parent.</summary>
internal readonly record struct TreeNode(int Column, float Threshold, int Left, int Right);

/// <summary>The arrays of an ensemble: the roots (numbered like children), the nodes and leaves of all trees, and how many training rows each leaf held.</summary>
internal sealed class TreeShape(int[] roots, TreeNode[] nodes, double[] leafValues, int[] leafRows)
{
    public int[] Roots { get; } = roots;

    public TreeNode[] Nodes { get; } = nodes;

    public double[] LeafValues { get; } = leafValues;

    public int[] LeafRows { get; } = leafRows;

    /// <summary>One leaf for everybody.</summary>
    public static TreeShape Constant(double value) => new([~0], [], [value], [1]);

    public double Score(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        foreach (var root in Roots)
        {
            sum += LeafValues[~LeafOf(root, row)];
        }

        return sum;
    }

    /// <summary>Scores of a block of rows, tree by tree so that a tree stays in the cache; each sum is taken in the order of <see cref="Score"/>.</summary>
    public void ScoreAll(ReadOnlySpan<float> rowMajor, int columns, Span<double> scores)
    {
        scores.Clear();
        foreach (var root in Roots)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] += LeafValues[~LeafOf(root, rowMajor.Slice(i * columns, columns))];
            }
        }
    }

    /// <summary>Whether columns and children are in range, children come after their parents (so that every row arrives), and no leaf lacks rows.</summary>
    public bool IsSound(int columns)
    {
        for (var i = 0; i < Nodes.Length; i++)
        {
            var node = Nodes[i];
            if (node.Column < 0 || node.Column >= columns || !float.IsFinite(node.Threshold) || !IsChild(node.Left, i + 1) || !IsChild(node.Right, i + 1))
            {
                return false;
            }
        }

        return Array.TrueForAll(Roots, root => IsChild(root, 0)) && Array.TrueForAll(LeafRows, rows => rows > 0);
    }

    /// <summary>
    /// Training rows below each node, and the mean of the leaves weighed by theirs, summed over the trees. Children come after their parents,
    /// so one pass from the end sees them first.
    /// </summary>
    public (double[] NodeRows, double BaseScore) Summarise()
    {
        var means = new double[Nodes.Length];
        var rows = new double[Nodes.Length];
        for (var i = Nodes.Length - 1; i >= 0; i--)
        {
            var (left, right) = (Nodes[i].Left, Nodes[i].Right);
            var leftRows = left < 0 ? LeafRows[~left] : rows[left];
            var rightRows = right < 0 ? LeafRows[~right] : rows[right];
            rows[i] = leftRows + rightRows;
            means[i] = ((leftRows * MeanOf(left)) + (rightRows * MeanOf(right))) / rows[i];
        }

        return (rows, Roots.Sum(MeanOf));

        double MeanOf(int place) => place < 0 ? LeafValues[~place] : means[place];
    }

    private bool IsChild(int child, int first) => child < 0 ? ~child < LeafValues.Length : child >= first && child < Nodes.Length;

    private int LeafOf(int place, ReadOnlySpan<float> row)
    {
        while (place >= 0)
        {
            ref readonly var node = ref Nodes[place];
            place = row[node.Column] <= node.Threshold ? node.Left : node.Right;
        }

        return place;
    }
}
