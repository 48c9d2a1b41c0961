using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Recommending;

/// <summary>Factors of one side (users or items): rows x k floats, padded with zeros to whole tiles.</summary>
internal sealed class FactorSide(int rows, int factors)
{
    private const int GramBlock = 4_096;

    public int Rows { get; } = rows;

    public int Factors { get; } = factors;

    /// <summary>Padded length of a row.</summary>
    public int Stride { get; } = FactorKernels.Padded(factors);

    public float[] Values { get; } = new float[(long)rows * FactorKernels.Padded(factors)];

    public Span<float> this[int row] => Values.AsSpan(row * Stride, Stride);

    /// <summary>Normal rows whose length is about the one given.</summary>
    public static FactorSide Random(int rows, int factors, ulong seed, double length = 0.1)
    {
        var side = new FactorSide(rows, factors);
        var deviation = length / Math.Sqrt(factors);
        for (var row = 0; row < rows; row++)
        {
            var random = SeededRandom.Fork(seed, (ulong)row);
            foreach (ref var value in side[row][..factors])
            {
                value = (float)(deviation * random.NextGaussian());
            }
        }

        return side;
    }

    /// <summary>A side of given rows, copied; refuses what does not fit or is not finite.</summary>
    public static FactorSide Of(ReadOnlySpan<float> values, int factors)
    {
        OptionGuard.Within(factors, 1, 1_024);
        if (values.Length % factors != 0)
        {
            throw new ArgumentException($"{values.Length} numbers make no whole rows of {factors}.", nameof(values));
        }

        if (!values.IsEmpty && !TensorPrimitives.IsFiniteAll(values))
        {
            throw new ArgumentException("A number of the vectors is not finite.", nameof(values));
        }

        var side = new FactorSide(values.Length / factors, factors);
        for (var row = 0; row < side.Rows; row++)
        {
            values.Slice(row * factors, factors).CopyTo(side[row]);
        }

        return side;
    }

    /// <summary>Reads the padded rows that a model's file holds.</summary>
    public static FactorSide Read(ModelReader reader, int rows, int factors)
    {
        var values = reader.ReadArray<float>((long)rows * FactorKernels.Padded(factors));
        reader.Require(values.Length == 0 || TensorPrimitives.IsFiniteAll<float>(values), "a factor is not finite");
        var side = new FactorSide(rows, factors);
        values.CopyTo(side.Values, 0);
        return side;
    }

    /// <summary>The sum of outer products of all rows on and above the diagonal; blocks are added in one order, so threads do not matter.</summary>
    public float[] Gram(CancellationToken cancellationToken)
    {
        var blocks = (Rows + GramBlock - 1) / GramBlock;
        var parts = new float[blocks][];
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellationToken }, block =>
        {
            var from = block * GramBlock;
            parts[block] = new float[Stride * Stride];
            FactorKernels.AddOuterProducts(Values.AsSpan(from * Stride, Math.Min(GramBlock, Rows - from) * Stride), Stride, parts[block]);
        });
        var sum = new float[Stride * Stride];
        foreach (var part in parts)
        {
            TensorPrimitives.Add(sum, part, sum);
        }

        return sum;
    }
}
