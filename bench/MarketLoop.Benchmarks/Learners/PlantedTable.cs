using System.Runtime.InteropServices;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Benchmarks.Learners;

/// <summary>Normal clusters of random centres, sizes that differ, and the file through which a peer reads the same numbers.</summary>
internal static class PlantedTable
{
    private const double Spread = 3.0;

    /// <summary>n x d values, row-major.</summary>
    public static float[] Clusters(int rows, int columns, int clusters, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] centres = [.. Enumerable.Range(0, clusters * columns).Select(_ => Spread * random.NextGaussian())];
        float[] values = new float[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            int cluster = Math.Min(random.NextInt32(clusters), random.NextInt32(2 * clusters));
            for (int j = 0; j < columns; j++)
            {
                values[(i * columns) + j] = (float)(centres[(cluster * columns) + j] + random.NextGaussian());
            }
        }

        return values;
    }

    /// <summary>Writes raw numbers of the machine's byte order, as <c>numpy.fromfile</c> reads them.</summary>
    public static void Write<T>(string path, T[] values)
        where T : unmanaged => File.WriteAllBytes(path, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Reads whole numbers as <c>numpy.tofile</c> writes them.</summary>
    public static int[] ReadLabels(string path) => MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(path)).ToArray();
}
