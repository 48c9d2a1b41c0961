namespace MarketLoop.Learning.Trees;

/// <summary>
/// Path-dependent TreeSHAP over one ensemble. A path keeps, for each distinct column on the way down, the share of training rows that
/// goes this way when the column is unknown (zero) and whether the row itself does (one); weights are the permutation weights of subsets
/// by their size. Not thread-safe: one for each row explained.
/// </summary>
internal sealed class TreeShapley(TreeShape shape, double[] nodeRows)
{
    private Step[] _steps = new Step[64];

    /// <summary>Adds the contributions of all trees to one row's score.</summary>
    public void Add(ReadOnlySpan<float> row, Span<double> contributions)
    {
        foreach (var root in shape.Roots)
        {
            if (root >= 0)
            {
                Descend(row, contributions, new Branch(root, 0, 0, 1, 1, -1));
            }
        }
    }

    // Each depth owns the stretch of _steps after its parent's, so that going back up restores the parent's path.
    private void Descend(ReadOnlySpan<float> row, Span<double> contributions, Branch branch)
    {
        var start = branch.ParentStart + branch.ParentLength;
        var length = branch.ParentLength;
        if (_steps.Length < start + length + 1)
        {
            Array.Resize(ref _steps, 2 * (start + length + 1));
        }

        _steps.AsSpan(branch.ParentStart, length).CopyTo(_steps.AsSpan(start));
        var path = _steps.AsSpan(start, length + 1);
        Extend(path, branch.Zero, branch.One, branch.Column);
        length++;
        if (branch.Place < 0)
        {
            AddLeaf(path, shape.LeafValues[~branch.Place], contributions);
            return;
        }

        var node = shape.Nodes[branch.Place];
        var isLeft = row[node.Column] <= node.Threshold;
        var (hot, cold) = isLeft ? (node.Left, node.Right) : (node.Right, node.Left);
        double zero = 1, one = 1;
        for (var i = 1; i < length; i++)
        {
            // A column met again: its earlier step is taken back and both become one.
            if (path[i].Column == node.Column)
            {
                (zero, one) = (path[i].Zero, path[i].One);
                Unwind(path, i);
                length--;
                break;
            }
        }

        var rows = nodeRows[branch.Place];
        Descend(row, contributions, new Branch(hot, start, length, zero * RowsOf(hot) / rows, one, node.Column));
        Descend(row, contributions, new Branch(cold, start, length, zero * RowsOf(cold) / rows, 0, node.Column));
    }

    private double RowsOf(int place) => place < 0 ? shape.LeafRows[~place] : nodeRows[place];

    private static void AddLeaf(ReadOnlySpan<Step> path, double value, Span<double> contributions)
    {
        for (var i = 1; i < path.Length; i++)
        {
            contributions[path[i].Column] += UnwoundSum(path, i) * (path[i].One - path[i].Zero) * value;
        }
    }

    private static void Extend(Span<Step> path, double zero, double one, int column)
    {
        var last = path.Length - 1;
        path[last] = new Step(column, zero, one, last == 0 ? 1 : 0);
        for (var i = last - 1; i >= 0; i--)
        {
            path[i + 1].Weight += one * path[i].Weight * (i + 1) / (last + 1);
            path[i].Weight = zero * path[i].Weight * (last - i) / (last + 1);
        }
    }

    private static void Unwind(Span<Step> path, int index)
    {
        var last = path.Length - 1;
        var (zero, one) = (path[index].Zero, path[index].One);
        var next = path[last].Weight;
        for (var i = last - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var kept = path[i].Weight;
                path[i].Weight = next * (last + 1) / ((i + 1) * one);
                next = kept - (path[i].Weight * zero * (last - i) / (last + 1));
            }
            else
            {
                path[i].Weight = path[i].Weight * (last + 1) / (zero * (last - i));
            }
        }

        for (var i = index; i < last; i++)
        {
            path[i] = path[i + 1] with { Weight = path[i].Weight };
        }
    }

    // The sum of the weights that Unwind would leave, without changing the path.
    private static double UnwoundSum(ReadOnlySpan<Step> path, int index)
    {
        var last = path.Length - 1;
        var (zero, one) = (path[index].Zero, path[index].One);
        var next = path[last].Weight;
        var sum = 0.0;
        for (var i = last - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = next * (last + 1) / ((i + 1) * one);
                sum += weight;
                next = path[i].Weight - (weight * zero * (last - i) / (last + 1));
            }
            else
            {
                sum += path[i].Weight * (last + 1) / (zero * (last - i));
            }
        }

        return sum;
    }

    private record struct Step(int Column, double Zero, double One, double Weight);

    private readonly record struct Branch(int Place, int ParentStart, int ParentLength, double Zero, double One, int Column);
}
