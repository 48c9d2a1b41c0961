using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Clustering;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Numerics;

/// <summary>Every kernel against its scalar twin, for lengths 0..67 and at unaligned starts. Run again under narrower vectors by <see cref="KernelWidthTests"/>.</summary>
[Trait("Kind", "Kernel")]
public sealed class KernelTests
{
    private static readonly float[] X = Numbers(700 + 67 + 8, 1);
    private static readonly float[] Y = Numbers(700 + 67 + 8, 2);

    public static TheoryData<int> Offsets => [0, 1, 2, 3, 5, 7];

    [Theory]
    [MemberData(nameof(Offsets))]
    public void Dot_agrees_with_its_twin_also_across_runs(int offset)
    {
        foreach (var length in Lengths())
        {
            var x = X.AsSpan(offset, length);
            var y = Y.AsSpan(7 - offset, length);
            Assert.Equal(Twins.Dot(x, y), VectorKernels.DotWide(x, y), 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void Add_scaled_agrees_with_its_twin_and_touches_nothing_else(int offset)
    {
        foreach (var length in Lengths())
        {
            var sums = Numbers(length + 16, 3);
            var before = sums.ToArray();

            VectorKernels.AddScaled(X.AsSpan(offset, length), -1.75f, sums.AsSpan(8, length));

            for (var i = 0; i < sums.Length; i++)
            {
                var isInside = i >= 8 && i < 8 + length;
                Assert.Equal(isInside ? before[i] + (-1.75f * X[offset + i - 8]) : before[i], sums[i], isInside ? 1e-5f : 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void Add_wide_is_exact(int offset)
    {
        for (var length = 0; length <= 67; length++)
        {
            var sums = new double[length];
            VectorKernels.AddWide(X.AsSpan(offset, length), sums);
            VectorKernels.AddWide(Y.AsSpan(offset, length), sums);
            for (var i = 0; i < length; i++)
            {
                Assert.Equal((double)X[offset + i] + Y[offset + i], sums[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void Squared_distance_agrees_with_its_twin(int offset)
    {
        for (var length = 1; length <= 67; length++)
        {
            var x = X.AsSpan(offset, length);
            var y = Y.AsSpan(7 - offset, length);
            Assert.Equal(Twins.SquaredDistance(x, y), VectorKernels.SquaredDistance(x, y), 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void A_wide_sum_agrees_with_its_twin_also_across_runs(int offset)
    {
        foreach (var length in Lengths())
        {
            var x = X.AsSpan(offset, length);
            Assert.Equal(Twins.Dot(x, Enumerable.Repeat(1f, length).ToArray()), VectorKernels.SumWide(x), 1e-4);
        }
    }

    [Fact]
    public void Sums_of_rows_agree_with_their_twin_for_every_number_of_rows_and_width_and_touch_nothing_else()
    {
        for (var rows = 0; rows <= 67; rows++)
        {
            var width = LaneKernels.Lanes * (1 + (rows % 9));
            var panel = Numbers(rows * width, (ulong)rows);
            var values = Numbers(rows, (ulong)rows + 100);
            var indices = Enumerable.Range(0, rows).Select(row => (row * 7) % Math.Max(1, rows)).ToArray();
            var picked = Numbers(width + 2, 3);
            var all = picked.ToArray();

            LaneKernels.SumRows(indices, values, panel, picked.AsSpan(1, width));
            LaneKernels.SumRows(values, panel, all.AsSpan(1, width));

            Assert.Equal(picked[0], all[0]);
            Assert.Equal(picked[^1], all[^1]);
            for (var lane = 0; lane < width; lane++)
            {
                Assert.Equal(Enumerable.Range(0, rows).Sum(row => (double)values[row] * panel[(indices[row] * width) + lane]), picked[1 + lane], 1e-4);
                Assert.Equal(Enumerable.Range(0, rows).Sum(row => (double)values[row] * panel[(row * width) + lane]), all[1 + lane], 1e-4);
            }
        }
    }

    [Fact]
    public void Nearest_of_a_panel_agrees_with_its_twin_for_every_number_of_columns_and_centroids()
    {
        for (var columns = 1; columns <= 67; columns++)
        {
            var clusters = 1 + (columns % 11);
            var rows = Numbers(PanelKernels.PanelRows * columns, (ulong)columns);
            var centroids = new CentroidSet(Numbers(clusters * columns, (ulong)columns + 100), columns);
            var panel = Panel(rows, columns);
            var labels = new int[PanelKernels.PanelRows];
            var scores = new float[PanelKernels.PanelRows];

            centroids.Nearest(panel, labels, scores);

            for (var i = 0; i < PanelKernels.PanelRows; i++)
            {
                var row = rows.AsSpan(i * columns, columns);
                var least = double.PositiveInfinity;
                for (var c = 0; c < clusters; c++)
                {
                    least = Math.Min(least, Twins.SquaredDistance(row, centroids[c]));
                }

                Assert.Equal(least, Twins.SquaredDistance(row, centroids[labels[i]]), 1e-4);
                Assert.Equal(least, (2 * scores[i]) + Twins.Dot(row, row), 1e-3);
                Assert.Equal(least, centroids.SquaredDistance(panel, i, labels[i]), 1e-4);
            }
        }
    }

    [Fact]
    public void Nearest_of_a_panel_gives_ties_to_the_lower_index()
    {
        var labels = new int[PanelKernels.PanelRows];

        new CentroidSet([5, 5, 1, 2, 1, 2, 9, 9, 1, 2], 2).Nearest(Panel([.. Enumerable.Repeat((float[])[1, 2], PanelKernels.PanelRows).SelectMany(row => row)], 2), labels, new float[PanelKernels.PanelRows]);

        Assert.All(labels, label => Assert.Equal(1, label));
    }

    [Fact]
    public void Lowering_agrees_with_its_twin_for_every_number_of_columns()
    {
        for (var columns = 1; columns <= 67; columns++)
        {
            var rows = Numbers(PanelKernels.PanelRows * columns, (ulong)columns);
            var centre = Numbers(columns, (ulong)columns + 100);
            var nearest = Array.ConvertAll(Numbers(PanelKernels.PanelRows, 5), value => value * value * 2 * columns);
            var lowered = new float[PanelKernels.PanelRows];

            var sum = PanelKernels.Lower(Panel(rows, columns), centre, nearest, lowered);

            for (var i = 0; i < PanelKernels.PanelRows; i++)
            {
                Assert.Equal(Math.Min(nearest[i], Twins.SquaredDistance(rows.AsSpan(i * columns, columns), centre)), lowered[i], 1e-3);
            }

            Assert.Equal(lowered.Sum(value => (double)value), sum, 1e-5 * sum);
            Assert.Equal(sum, PanelKernels.Lower(Panel(rows, columns), centre, nearest, []));
        }
    }

    [Fact]
    public void The_inverse_agrees_with_its_twin()
    {
        var random = new SeededRandom(4);
        foreach (var n in Enumerable.Range(1, 67).Concat([130, 300]))
        {
            var matrix = new double[n, n];
            for (var sample = 0; sample < n; sample++)
            {
                var row = Enumerable.Range(0, n).Select(_ => random.NextGaussian()).ToArray();
                for (var i = 0; i < n; i++)
                {
                    for (var j = 0; j < n; j++)
                    {
                        matrix[i, j] += (row[i] * row[j] / n) + (i == j ? 1.0 / n : 0);
                    }
                }
            }

            var packed = matrix.Cast<double>().Select(value => (float)value).ToArray();
            var expected = Twins.Inverse(matrix);

            new SymmetricInverse(packed, n, TestContext.Current.CancellationToken).Run();

            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    Assert.Equal(expected[i, j], packed[(i * n) + j], 1e-4);
                }
            }
        }
    }

    [Fact]
    public void A_matrix_that_is_not_definite_has_no_inverse() =>
        Assert.Throws<ArithmeticException>(() => new SymmetricInverse([1, 2, 2, 1], 2, TestContext.Current.CancellationToken).Run());

    [Fact]
    public void The_logistic_pass_agrees_with_its_twin()
    {
        foreach (var rows in Enumerable.Range(1, 67).Concat([255, 256, 257, 8_191, 8_193]))
        {
            var table = Planted.Logistic(rows, [0.3, 1, -2, 0.5], (ulong)rows);
            var standardiser = StandardiserTrainer.Fit(table.Values, rows, 3, cancellationToken: TestContext.Current.CancellationToken);
            double[] coefficients = [0.1, -0.4, 0.8, 1.5];

            var panels = new LogisticPanels(table.Values, rows, standardiser, table.Labels, [.. table.Labels.Select(label => label ? 2 : 0.5)]);
            var pass = panels.Evaluate(coefficients, stride: 1, isCurved: true, TestContext.Current.CancellationToken);
            var flat = panels.Evaluate(coefficients, stride: 1, isCurved: false, TestContext.Current.CancellationToken);

            var prepared = new float[table.Values.Length];
            standardiser.Transform(table.Values, prepared);
            var twin = new LogisticPass(4, isCurved: true);
            for (var i = 0; i < rows; i++)
            {
                double[] row = [1, .. prepared[(i * 3)..((i + 1) * 3)]];
                var weight = table.Labels[i] ? 2 : 0.5;
                var eta = row.Zip(coefficients, (x, b) => x * b).Sum();
                var probability = 1 / (1 + Math.Exp(-eta));
                twin.Loss -= weight * Math.Log(table.Labels[i] ? probability : 1 - probability);
                for (var a = 0; a < 4; a++)
                {
                    twin.Gradient[a] += weight * (probability - (table.Labels[i] ? 1 : 0)) * row[a];
                    for (var b = 0; b <= a; b++)
                    {
                        twin.Hessian[(a * 4) + b] += weight * probability * (1 - probability) * row[a] * row[b];
                    }
                }
            }

            Assert.Equal(twin.Loss, pass.Loss, 1e-8 * rows);
            Assert.All(Enumerable.Range(0, 4), a => Assert.Equal(twin.Gradient[a], pass.Gradient[a], 1e-8 * rows));
            Assert.All(Enumerable.Range(0, 16), a => Assert.Equal(twin.Hessian[a], pass.Hessian[a], 1e-6 * rows));
            Assert.Equal((pass.Loss, pass.Misplaced), (flat.Loss, flat.Misplaced));
            Assert.Equal(pass.Gradient, flat.Gradient);
        }
    }

    [Fact]
    public void Standardising_agrees_with_its_twin()
    {
        for (var columns = 1; columns <= 67; columns++)
        {
            var rows = 5;
            var values = X.AsSpan(columns % 8, rows * columns).ToArray();
            var options = new StandardiserOptions { LogColumns = [.. Enumerable.Range(0, columns).Where(column => column % 3 == 0)] };
            var standardiser = StandardiserTrainer.Fit(values, rows, columns, options, TestContext.Current.CancellationToken);
            var transformed = new float[values.Length];

            standardiser.Transform(values, transformed);

            for (var j = 0; j < columns; j++)
            {
                var column = Enumerable.Range(0, rows).Select(i => (double)values[(i * columns) + j]).Select(value => j % 3 == 0 ? Math.Sign(value) * Math.Log(1 + Math.Abs(value)) : value).ToArray();
                var mean = column.Average();
                var deviation = Math.Sqrt(column.Sum(value => (value - mean) * (value - mean)) / rows);
                Assert.All(Enumerable.Range(0, rows), i => Assert.Equal((column[i] - mean) / deviation, transformed[(i * columns) + j], 1e-4));
            }
        }
    }

    private static float[] Panel(float[] rows, int columns)
    {
        var panel = new float[PanelKernels.PanelRows * columns];
        for (var i = 0; i < PanelKernels.PanelRows; i++)
        {
            PanelKernels.WriteRow(rows.AsSpan(i * columns, columns), new float[columns], panel, i);
        }

        return panel;
    }

    private static IEnumerable<int> Lengths() => Enumerable.Range(0, 68).Concat([511, 512, 513, 700]);

    private static float[] Numbers(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }
}
