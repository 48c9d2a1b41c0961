using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Benchmarks.Learners;

/// <summary>Normal columns with labels of a planted law: rows to learn from first, then the held-out ones.</summary>
/// <param name="Values">n x <see cref="Columns"/>, row-major.</param>
/// <param name="Labels">n labels.</param>
internal sealed record LabelledTable(float[] Values, bool[] Labels)
{
    public const int Columns = 30;

    /// <summary>Log-odds of steps, products, a wave and a U in the first ten columns; the other twenty tell nothing. Each label is a toss with that chance.</summary>
    public static LabelledTable Crooked(int rows, ulong seed) => Toss(rows, seed, row =>
        (1.2 * row[0] * row[1]) + (row[2] > 0.5 ? 1.5 : -0.5) + Math.Sin(3 * row[3]) + (0.8 * ((row[4] * row[4]) - 1)) + (0.7 * row[5]) + (row[6] > 0 && row[7] > 0 ? 1.5 : 0) - (0.9 * Math.Abs(row[8])) + (0.4 * row[9]));

    /// <summary>Log-odds that are a weighted sum of all columns.</summary>
    public static LabelledTable Straight(int rows, ulong seed) => Toss(rows, seed, row =>
    {
        double sum = -0.5;
        for (int j = 0; j < Columns; j++)
        {
            sum += row[j] * ((j % 7) - 3) / 8.0;
        }

        return sum;
    });

    /// <summary>Writes <c>values.f32</c> and <c>labels.u8</c> into a folder.</summary>
    public void Write(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "values.f32"), MemoryMarshal.AsBytes<float>(Values));
        File.WriteAllBytes(Path.Combine(folder, "labels.u8"), MemoryMarshal.AsBytes<bool>(Labels));
    }

    private delegate double LogOdds(ReadOnlySpan<float> row);

    private static LabelledTable Toss(int rows, ulong seed, LogOdds law)
    {
        SeededRandom random = new(seed);
        float[] values = new float[rows * Columns];
        bool[] labels = new bool[rows];
        for (int i = 0; i < rows; i++)
        {
            Span<float> row = values.AsSpan(i * Columns, Columns);
            for (int j = 0; j < Columns; j++)
            {
                row[j] = (float)random.NextGaussian();
            }

            labels[i] = random.NextDouble() < 1 / (1 + Math.Exp(-law(row)));
        }

        return new LabelledTable(values, labels);
    }
}
