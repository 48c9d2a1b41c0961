using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests;

/// <summary>Rows of numbers with a label each; the unlabelled learners ignore it.</summary>
public sealed record Table(float[] Values, int Rows, int Columns, bool[] Labels)
{
    public byte[] Fingerprint() => [.. MemoryMarshal.AsBytes<float>(Values), .. MemoryMarshal.AsBytes<bool>(Labels)];

    public Table Permuted(ulong seed)
    {
        var order = Enumerable.Range(0, Rows).ToArray();
        new SeededRandom(seed).Shuffle<int>(order);
        return new Table([.. order.SelectMany(i => Values[(i * Columns)..((i + 1) * Columns)])], Rows, Columns, [.. order.Select(i => Labels[i])]);
    }

    public ReadOnlySpan<float> Row(int index) => Values.AsSpan(index * Columns, Columns);
}

/// <summary>Data with a known truth.</summary>
internal static class Planted
{
    /// <summary>Normal clusters with random centres at least <paramref name="apart"/> deviations from each other.</summary>
    public static (Table Table, int[] Truth) Clusters(int[] sizes, int columns, double apart, ulong seed)
    {
        var random = new SeededRandom(seed);
        var centres = Centres(sizes.Length, columns, apart, random);
        var truth = sizes.SelectMany((size, cluster) => Enumerable.Repeat(cluster, size)).ToArray();
        random.Shuffle<int>(truth);
        var values = new float[truth.Length * columns];
        for (var i = 0; i < truth.Length; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                values[(i * columns) + j] = (float)(centres[truth[i]][j] + random.NextGaussian());
            }
        }

        return (new Table(values, truth.Length, columns, new bool[truth.Length]), truth);
    }

    /// <summary>Rows whose label follows a logistic law with the given coefficients (intercept first).</summary>
    public static Table Logistic(int rows, double[] coefficients, ulong seed)
    {
        var random = new SeededRandom(seed);
        var columns = coefficients.Length - 1;
        var values = new float[rows * columns];
        var labels = new bool[rows];
        for (var i = 0; i < rows; i++)
        {
            var logOdds = coefficients[0];
            for (var j = 0; j < columns; j++)
            {
                var value = random.NextGaussian();
                values[(i * columns) + j] = (float)value;
                logOdds += coefficients[j + 1] * value;
            }

            labels[i] = random.NextDouble() < 1 / (1 + Math.Exp(-logOdds));
        }

        return new Table(values, rows, columns, labels);
    }

    /// <summary>
    /// Rows of four normal columns whose label is whether exactly one of the first two is positive, turned over with the given probability: no
    /// column tells anything alone, and the last two tell nothing at all.
    /// </summary>
    public static Table Crossed(int rows, double noise, ulong seed)
    {
        var random = new SeededRandom(seed);
        var values = new float[rows * 4];
        var labels = new bool[rows];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < 4; j++)
            {
                values[(i * 4) + j] = (float)random.NextGaussian();
            }

            labels[i] = (values[i * 4] > 0) ^ (values[(i * 4) + 1] > 0) ^ (random.NextDouble() < noise);
        }

        return new Table(values, rows, 4, labels);
    }

    /// <summary>Users who take most items from one of several groups; the truth is item / perGroup.</summary>
    public static InteractionMatrixBuilder Groups(int users, int groups, int perGroup, int taken, double noise, ulong seed)
    {
        var random = new SeededRandom(seed);
        var builder = new InteractionMatrixBuilder(users, groups * perGroup);
        for (var user = 0; user < users; user++)
        {
            var group = user % groups;
            for (var i = 0; i < taken; i++)
            {
                var item = random.NextDouble() < noise ? random.NextInt32(groups * perGroup) : (group * perGroup) + random.NextInt32(perGroup);
                builder.Add(user, item, 1 + random.NextInt32(3), 100 * random.NextDouble());
            }
        }

        return builder;
    }

    private static double[][] Centres(int count, int columns, double apart, SeededRandom random)
    {
        var side = apart * Math.Pow(count, 1.0 / columns) * 1.5;
        while (true)
        {
            var centres = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, columns).Select(_ => side * random.NextDouble()).ToArray()).ToArray();
            var nearest = centres.SelectMany((a, i) => centres[..i].Select(b => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()))).DefaultIfEmpty(double.MaxValue).Min();
            if (nearest >= apart)
            {
                return centres;
            }

            side *= 1.05;
        }
    }
}
