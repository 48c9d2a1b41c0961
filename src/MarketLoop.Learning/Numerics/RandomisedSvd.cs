using System.Numerics.Tensors;

namespace MarketLoop.Learning.Numerics;

/// <summary>
/// The leading singular values and right singular vectors of a sparse matrix: the range of (A'A)^q times a random panel, made orthonormal after every
/// turn, then a small eigenproblem inside that range. Source: Halko, Martinsson and Tropp, SIAM Review 53, 2011, algorithms 4.4 and 5.1, here with
/// A'A in place of A, since only the right side is wanted.
/// </summary>
/// <param name="Vectors">Columns x rank, row-major; its columns are orthonormal, the strongest first. What the matrix's rank does not fill is 0.</param>
/// <param name="Values">Rank singular values, descending, at least 0.</param>
internal sealed record RandomisedSvd(float[] Vectors, double[] Values)
{
    private const int Run = VectorKernels.FloatRun;

    /// <summary>Vectors sought beyond those wanted: they take the error of the last ones.</summary>
    private const int Oversampling = 32;

    /// <summary>
    /// Finds them. O((cells + columns l) l) a turn with l = rank + 32, and O(l^3) at the end; panels of (rows + 2 columns) l floats. Each number is computed by one worker in
    /// one order: the bytes do not depend on the number of threads.
    /// </summary>
    /// <param name="matrix">A.</param>
    /// <param name="transposed">A', of the same cells.</param>
    /// <param name="rank">Vectors wanted; the smaller side when it is less.</param>
    /// <param name="turns">q, at least 1. Each turn squares the gaps between singular values once more.</param>
    /// <param name="seed">Of the random panel.</param>
    /// <param name="parallel">Carries the token, looked at within a block of rows.</param>
    public static RandomisedSvd Of(SparseMatrix matrix, SparseMatrix transposed, int rank, int turns, ulong seed, ParallelOptions parallel)
    {
        var columns = matrix.Columns;
        rank = Math.Min(rank, Math.Min(matrix.Rows, columns));
        if (rank == 0)
        {
            return new RandomisedSvd([], []);
        }

        var sought = Math.Min(rank + Oversampling, Math.Min(matrix.Rows, columns));
        var width = LaneKernels.WidthFor(sought);
        var basis = new float[columns * width];
        var image = new float[matrix.Rows * width];
        var random = new SeededRandom(seed);
        for (var row = 0; row < columns; row++)
        {
            for (var column = 0; column < sought; column++)
            {
                basis[(row * width) + column] = (float)random.NextGaussian();
            }
        }

        for (var turn = 0; turn < turns; turn++)
        {
            matrix.Multiply(basis, image, width, parallel);
            transposed.Multiply(image, basis, width, parallel);
            Orthonormalise(basis, width, parallel);
        }

        Orthonormalise(basis, width, parallel); // Once more: one pass leaves an error of the square of the condition number.
        matrix.Multiply(basis, image, width, parallel);
        var gram = Gram(image, width, parallel);
        var directions = SymmetricEigen.Decompose(gram, width);
        return Leading(basis, gram, directions, width, rank, parallel);
    }

    private static RandomisedSvd Leading(float[] basis, double[] diagonal, double[] directions, int width, int rank, ParallelOptions parallel)
    {
        var order = Enumerable.Range(0, width).OrderByDescending(place => diagonal[(place * width) + place]).Take(rank).ToArray();
        var turned = new float[width * width];
        for (var column = 0; column < rank; column++)
        {
            for (var row = 0; row < width; row++)
            {
                turned[(row * width) + column] = (float)directions[(row * width) + order[column]];
            }
        }

        var rows = basis.Length / width;
        Turn(basis, turned, width, parallel);
        var vectors = new float[rows * rank];
        for (var row = 0; row < rows; row++)
        {
            basis.AsSpan(row * width, rank).CopyTo(vectors.AsSpan(row * rank));
        }

        return new RandomisedSvd(vectors, Array.ConvertAll(order, place => Math.Sqrt(Math.Max(0, diagonal[(place * width) + place]))));
    }

    /// <summary>Makes the columns of a panel orthonormal by a Cholesky factor of their products: Q = X L'^-1. A column that depends on those before becomes 0.</summary>
    private static void Orthonormalise(float[] panel, int width, ParallelOptions parallel)
    {
        var gram = Gram(panel, width, parallel);
        var inverse = new double[width * width]; // row i holds row i of L^-1
        for (var i = 0; i < width; i++)
        {
            var own = inverse.AsSpan(i * width, width);
            var scale = gram[(i * width) + i];
            own[i] = 1;
            for (var j = 0; j < i; j++)
            {
                // <x_i, q_j> with the products of the untouched columns, then that share of q_j is taken off.
                var share = TensorPrimitives.Dot<double>(inverse.AsSpan(j * width, j + 1), gram.AsSpan(i * width, j + 1));
                TensorPrimitives.MultiplyAdd(inverse.AsSpan(j * width, j + 1), -share, own[..(j + 1)], own[..(j + 1)]);
                scale -= share * share;
            }

            // Products of floats are known to about 1e-7 of their size; what is left below that is noise, not a direction.
            var factor = scale > 1e-6 * gram[(i * width) + i] ? 1 / Math.Sqrt(scale) : 0;
            TensorPrimitives.Multiply(own, factor, own);
        }

        var turned = new float[width * width];
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                turned[(j * width) + i] = (float)inverse[(i * width) + j];
            }
        }

        Turn(panel, turned, width, parallel);
    }

    /// <summary>panel = panel x square, in place.</summary>
    private static void Turn(float[] panel, float[] square, int width, ParallelOptions parallel)
    {
        var rows = panel.Length / width;
        Parallel.For(
            0,
            (rows + Run - 1) / Run,
            parallel,
            () => new float[width],
            (block, _, turned) =>
            {
                for (var row = block * Run; row < Math.Min(rows, (block + 1) * Run); row++)
                {
                    LaneKernels.SumRows(panel.AsSpan(row * width, width), square, turned);
                    turned.CopyTo(panel, row * width);
                }

                return turned;
            },
            _ => { });
    }

    /// <summary>X'X of a panel, full, summed in float across runs of rows and in double beyond.</summary>
    private static double[] Gram(float[] panel, int width, ParallelOptions parallel)
    {
        var rows = panel.Length / width;
        var gram = new double[width * width];
        Parallel.For(0, width / LaneKernels.Lanes, parallel, block =>
        {
            var own = new float[Run];
            var sum = new float[width];
            for (var from = 0; from < rows; from += Run)
            {
                var run = panel.AsSpan(from * width, Math.Min(Run, rows - from) * width);
                for (var column = block * LaneKernels.Lanes; column < (block + 1) * LaneKernels.Lanes; column++)
                {
                    for (var cell = column; cell < run.Length; cell += width)
                    {
                        own[cell / width] = run[cell];
                    }

                    LaneKernels.SumRows(own.AsSpan(0, run.Length / width), run, sum);
                    VectorKernels.AddWide(sum, gram.AsSpan(column * width, width));
                }
            }
        });
        return gram;
    }
}
