using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Clustering;

/// <summary>
/// Rows centred on their mean and laid out for <see cref="PanelKernels"/>: panels of 32 rows, column by column within a panel, so
/// that a vector holds one column of several rows. The last panel is filled up with zeros. Not changed after it is made; thread-safe.
/// </summary>
internal sealed class RowPanels
{
    // Blocks depend on the shape only, and their sums are added in block order: the same bytes on any number of cores.
    private const int SmallestBlock = 2048;
    private const int MostBlocks = 256;

    private readonly float[] _values;

    /// <summary>Copies and centres n x d rows. O(n d), parallel; 4 n d bytes.</summary>
    /// <param name="rowMajor">The rows, at least one, finite.</param>
    /// <param name="columns">d.</param>
    /// <param name="offset">What to take off each column; null for its mean.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public RowPanels(ReadOnlyMemory<float> rowMajor, int columns, double[]? offset, CancellationToken cancellationToken)
    {
        Columns = columns;
        Count = rowMajor.Length / columns;
        BlockRows = BlockRowsOf(Count);
        Blocks = (Count + BlockRows - 1) / BlockRows;
        _values = new float[(Count + PanelKernels.PanelRows - 1) / PanelKernels.PanelRows * PanelKernels.PanelRows * columns];
        Offset = offset ?? Means(rowMajor, cancellationToken);
        var shift = Array.ConvertAll(Offset, value => (float)value);
        var sums = new double[Blocks];
        ForBlocks(block => sums[block] = Fill(rowMajor.Span, block, shift), cancellationToken);
        SumOfSquares = Total(sums);
    }

    /// <summary>n.</summary>
    public int Count { get; }

    /// <summary>d.</summary>
    public int Columns { get; }

    /// <summary>What was taken off each column: its mean, rounded to float so that adding it back is exact up to one rounding.</summary>
    public double[] Offset { get; }

    /// <summary>Sum of all squared centred values.</summary>
    public double SumOfSquares { get; }

    /// <summary>Rows of a block, a multiple of <see cref="PanelKernels.PanelRows"/>: the unit of parallel work.</summary>
    public int BlockRows { get; }

    /// <summary>Blocks.</summary>
    public int Blocks { get; }

    /// <summary>Rows of a block of so many rows in all.</summary>
    public static int BlockRowsOf(int rows)
    {
        var even = (rows + MostBlocks - 1) / MostBlocks;
        return Math.Max(SmallestBlock, (even + PanelKernels.PanelRows - 1) / PanelKernels.PanelRows * PanelKernels.PanelRows);
    }

    /// <summary>Adds in the order given.</summary>
    public static double Total(ReadOnlySpan<double> parts)
    {
        var sum = 0.0;
        foreach (var part in parts)
        {
            sum += part;
        }

        return sum;
    }

    /// <summary>First row of a block and the row after its last.</summary>
    public (int First, int End) RowsOf(int block) => (block * BlockRows, (int)Math.Min(Count, ((long)block + 1) * BlockRows));

    /// <summary>Runs work on every block, in parallel when there are several.</summary>
    public void ForBlocks(Action<int> work, CancellationToken cancellationToken)
    {
        if (Blocks == 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            work(0);
            return;
        }

        Parallel.For(0, Blocks, new ParallelOptions { CancellationToken = cancellationToken }, work);
    }

    /// <summary>The panel that begins with a row (a multiple of <see cref="PanelKernels.PanelRows"/>).</summary>
    public ReadOnlySpan<float> Panel(int firstRow) => _values.AsSpan(firstRow * Columns, PanelKernels.PanelRows * Columns);

    /// <summary>Copies one centred row out.</summary>
    public void CopyRow(int row, Span<float> destination)
    {
        var lane = row % PanelKernels.PanelRows;
        var panel = Panel(row - lane);
        for (var j = 0; j < Columns; j++)
        {
            destination[j] = panel[(j * PanelKernels.PanelRows) + lane];
        }
    }

    private double[] Means(ReadOnlyMemory<float> rowMajor, CancellationToken cancellationToken)
    {
        var sums = new double[Blocks][];
        ForBlocks(block =>
        {
            var (first, end) = RowsOf(block);
            sums[block] = new double[Columns];
            for (var i = first; i < end; i++)
            {
                VectorKernels.AddWide(rowMajor.Span.Slice(i * Columns, Columns), sums[block]);
            }
        }, cancellationToken);
        var means = new double[Columns];
        for (var j = 0; j < Columns; j++)
        {
            foreach (var sum in sums)
            {
                means[j] += sum[j];
            }

            means[j] = (float)(means[j] / Count);
        }

        return means;
    }

    private double Fill(ReadOnlySpan<float> rowMajor, int block, float[] shift)
    {
        var (first, end) = RowsOf(block);
        var squares = 0.0;
        for (var i = first; i < end; i++)
        {
            var lane = i % PanelKernels.PanelRows;
            var panel = _values.AsSpan((i - lane) * Columns, PanelKernels.PanelRows * Columns);
            squares += PanelKernels.WriteRow(rowMajor.Slice(i * Columns, Columns), shift, panel, lane);
        }

        return squares;
    }
}
