namespace MarketLoop.Learning.Numerics;

/// <summary>
/// Pairs rows with columns so that the sum of costs is least, by shortest augmenting paths.
/// Sources: Kuhn, Naval Research Logistics Quarterly 2, 1955; Jonker and Volgenant, Computing 38, 1987.
/// </summary>
public static class MinimumCostMatching
{
    /// <summary>The column of each row; -1 for rows left over when there are fewer columns. Of equal matchings always the same. O(n^2 m), n the shorter side.</summary>
    /// <param name="costs">Rows x columns, row-major, finite.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 0.</param>
    /// <exception cref="ArgumentException">The shape is wrong or a cost is not finite.</exception>
    public static int[] Solve(ReadOnlySpan<double> costs, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if ((long)rows * columns != costs.Length)
        {
            throw new ArgumentException($"{costs.Length} costs are not {rows} rows of {columns} columns.", nameof(costs));
        }

        foreach (var cost in costs)
        {
            if (!double.IsFinite(cost))
            {
                throw new ArgumentException("A cost is not finite.", nameof(costs));
            }
        }

        var isTall = rows > columns;
        var (few, many) = isTall ? (columns, rows) : (rows, columns);
        var table = new double[few * many];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = isTall ? costs[(i % many * columns) + (i / many)] : costs[i];
        }

        var partners = Match(table, few, many); // of each of the many
        var columnOf = new int[rows];
        Array.Fill(columnOf, -1);
        for (var j = 0; j < many; j++)
        {
            if (partners[j] >= 0)
            {
                columnOf[isTall ? j : partners[j]] = isTall ? partners[j] : j;
            }
        }

        return columnOf;
    }

    private static int[] Match(double[] costs, int few, int many)
    {
        var rowPrices = new double[few];
        var columnPrices = new double[many];
        var partners = new int[many];
        Array.Fill(partners, -1);
        for (var start = 0; start < few; start++)
        {
            var distances = new double[many];
            var origins = new int[many];
            var isDone = new bool[many];
            Array.Fill(distances, double.PositiveInfinity);
            Array.Fill(origins, -1);
            var (row, reached, last) = (start, 0.0, -1);
            while (true)
            {
                var next = -1;
                for (var j = 0; j < many; j++)
                {
                    if (isDone[j])
                    {
                        continue;
                    }

                    var distance = reached + costs[(row * many) + j] - rowPrices[row] - columnPrices[j];
                    if (distance < distances[j])
                    {
                        (distances[j], origins[j]) = (distance, last);
                    }

                    next = next < 0 || distances[j] < distances[next] ? j : next;
                }

                isDone[next] = true;
                (reached, last) = (distances[next], next);
                if (partners[next] < 0)
                {
                    break;
                }

                row = partners[next];
            }

            Reprice(start, reached, partners, distances, isDone, rowPrices, columnPrices);
            while (last >= 0)
            {
                partners[last] = origins[last] < 0 ? start : partners[origins[last]];
                last = origins[last];
            }
        }

        return partners;
    }

    private static void Reprice(int start, double reached, int[] partners, double[] distances, bool[] isDone, double[] rowPrices, double[] columnPrices)
    {
        rowPrices[start] += reached;
        for (var j = 0; j < partners.Length; j++)
        {
            if (isDone[j] && distances[j] < reached)
            {
                columnPrices[j] -= reached - distances[j];
                rowPrices[partners[j]] += reached - distances[j];
            }
        }
    }
}
