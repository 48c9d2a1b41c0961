using System.Globalization;

namespace MarketLoop.Learning.Trees;

/// <summary>
/// Reads the text form of a LightGBM model ("tree version v4"): blocks that start with <c>Tree=</c> and hold one <c>name=numbers</c>
/// a line; children below 0 are leaves, numbered by their complement.
/// </summary>
internal static class LightGbmText
{
    private const string TreeMark = "Tree=";
    private const string End = "end of trees";

    /// <summary>The trees of a model. O(nodes).</summary>
    /// <param name="texts">What LightGBM wrote; the trees of several runs stand one after the other.</param>
    /// <param name="mean">Mean target of the training rows: the answer of a forest's tree that found no split, which LightGBM writes as 0.</param>
    /// <param name="scale">Probabilities are divided by the number of trees, so that the sum of the trees is their mean.</param>
    public static TreeShape Read(IEnumerable<string> texts, double mean, TreeScale scale)
    {
        List<int> roots = [];
        List<TreeNode> nodes = [];
        List<double> leaves = [];
        List<int> leafRows = [];
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var range in text.AsSpan().Split('\n'))
            {
                var line = text.AsSpan(range);
                if (line.StartsWith(TreeMark) || line.StartsWith(End))
                {
                    AddTree(fields);
                    fields.Clear();
                    if (line.StartsWith(End))
                    {
                        break;
                    }
                }

                var sign = line.IndexOf('=');
                if (sign > 0)
                {
                    fields[line[..sign].ToString()] = line[(sign + 1)..].ToString();
                }
            }
        }

        var divisor = scale == TreeScale.Probability ? roots.Count : 1.0;
        return new TreeShape([.. roots], [.. nodes], [.. leaves.Select(leaf => leaf / divisor)], [.. leafRows]);

        void AddTree(Dictionary<string, string> tree)
        {
            if (!tree.ContainsKey("num_leaves"))
            {
                return;
            }

            var (firstNode, firstLeaf) = (nodes.Count, leaves.Count);
            var values = Doubles(tree, "leaf_value");
            var isSplit = values.Length > 1;
            leaves.AddRange(isSplit || scale == TreeScale.LogOdds ? values : [mean]);
            leafRows.AddRange(isSplit ? Integers(tree, "leaf_count") : [1]);
            roots.Add(isSplit ? firstNode : ~firstLeaf);
            if (!isSplit)
            {
                return;
            }

            var columns = Integers(tree, "split_feature");
            var thresholds = Doubles(tree, "threshold");
            var left = Integers(tree, "left_child");
            var right = Integers(tree, "right_child");
            for (var i = 0; i < columns.Length; i++)
            {
                nodes.Add(new TreeNode(columns[i], FloatAtMost(thresholds[i]), Placed(left[i]), Placed(right[i])));
            }

            int Placed(int child) => child >= 0 ? child + firstNode : ~(~child + firstLeaf);
        }
    }

    // Rows are floats: value <= threshold holds for the same floats when the threshold is rounded down to one.
    private static float FloatAtMost(double threshold)
    {
        var rounded = (float)threshold;
        return rounded <= threshold ? rounded : MathF.BitDecrement(rounded);
    }

    private static int[] Integers(Dictionary<string, string> tree, string name) =>
        Array.ConvertAll(tree[name].Split(' ', StringSplitOptions.RemoveEmptyEntries), word => int.Parse(word, CultureInfo.InvariantCulture));

    private static double[] Doubles(Dictionary<string, string> tree, string name) =>
        Array.ConvertAll(tree[name].Split(' ', StringSplitOptions.RemoveEmptyEntries), word => double.Parse(word, CultureInfo.InvariantCulture));
}
