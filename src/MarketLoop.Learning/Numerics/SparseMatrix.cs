namespace MarketLoop.Learning.Numerics;

/// <summary>A sparse matrix in compressed rows, for products with panels (n rows of a multiple of <see cref="LaneKernels.Lanes"/> lanes). Immutable, thread-safe.</summary>
/// <param name="Columns">Columns.</param>
/// <param name="Starts">Where each row starts, and where the last ends: rows + 1 numbers from 0.</param>
/// <param name="Indices">Columns of the cells, ascending within a row.</param>
/// <param name="Values">Value of each cell.</param>
internal sealed record SparseMatrix(int Columns, int[] Starts, int[] Indices, float[] Values)
{
    /// <summary>Rows.</summary>
    public int Rows => Starts.Length - 1;

    /// <summary>The matrix with rows and columns exchanged. O(cells + rows + columns).</summary>
    public SparseMatrix Transpose()
    {
        var starts = new int[Columns + 1];
        foreach (var column in Indices)
        {
            starts[column + 1]++;
        }

        for (var column = 0; column < Columns; column++)
        {
            starts[column + 1] += starts[column];
        }

        var next = starts.AsSpan(0, Columns).ToArray();
        var rows = new int[Indices.Length];
        var values = new float[Indices.Length];
        for (var row = 0; row < Rows; row++)
        {
            for (var cell = Starts[row]; cell < Starts[row + 1]; cell++)
            {
                var place = next[Indices[cell]]++;
                rows[place] = row;
                values[place] = Values[cell];
            }
        }

        return new SparseMatrix(Rows, starts, rows, values);
    }

    /// <summary>Cells of each column.</summary>
    public int[] ColumnCounts()
    {
        var counts = new int[Columns];
        foreach (var column in Indices)
        {
            counts[column]++;
        }

        return counts;
    }

    /// <summary>Columns of a row, ascending.</summary>
    public ReadOnlySpan<int> IndicesOf(int row) => Indices.AsSpan(Starts[row]..Starts[row + 1]);

    /// <summary>Values of those, in the same order.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => Values.AsSpan(Starts[row]..Starts[row + 1]);

    /// <summary>Sum of squares of each row, in double.</summary>
    public double[] SquaredNorms()
    {
        var norms = new double[Rows];
        for (var row = 0; row < Rows; row++)
        {
            foreach (var value in ValuesOf(row))
            {
                norms[row] += (double)value * value;
            }
        }

        return norms;
    }

    /// <summary>product = this x panel. O(cells x width); each number is summed in ascending columns.</summary>
    /// <param name="panel">Columns x width.</param>
    /// <param name="product">Rows x width, overwritten.</param>
    /// <param name="width">Lanes of a row, a multiple of <see cref="LaneKernels.Lanes"/>.</param>
    public void Multiply(ReadOnlySpan<float> panel, Span<float> product, int width) => Multiply(panel, product, width, 0, Rows);

    /// <summary>The same on all cores; the bytes do not depend on their number.</summary>
    public void Multiply(float[] panel, float[] product, int width, ParallelOptions parallel)
    {
        const int Block = 256;
        Parallel.For(0, (Rows + Block - 1) / Block, parallel, block => Multiply(panel, product, width, block * Block, Math.Min(Rows, (block + 1) * Block)));
    }

    private void Multiply(ReadOnlySpan<float> panel, Span<float> product, int width, int from, int to)
    {
        for (var row = from; row < to; row++)
        {
            LaneKernels.SumRows(IndicesOf(row), ValuesOf(row), panel, product.Slice(row * width, width));
        }
    }
}
