using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Numerics;

public sealed class SymmetricEigenTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(67)]
    public void Values_and_vectors_give_the_matrix_back(int n)
    {
        var random = new SeededRandom((ulong)n);
        var a = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                a[(i * n) + j] = a[(j * n) + i] = random.NextGaussian();
            }
        }

        AssertDecomposed(a, n);
    }

    [Fact]
    public void Equal_values_low_rank_and_nothing_at_all_are_met()
    {
        const int N = 12;
        var identity = new double[N * N];
        var ones = Enumerable.Repeat(1.0, N * N).ToArray();
        for (var i = 0; i < N; i++)
        {
            identity[(i * N) + i] = 3;
        }

        AssertDecomposed(identity, N);
        AssertDecomposed(ones, N);
        AssertDecomposed(new double[N * N], N);
        Assert.Empty(SymmetricEigen.Decompose([], 0));
    }

    [Fact]
    public void Numbers_that_are_not_finite_end_with_a_reason() =>
        Assert.Throws<ArithmeticException>(() => SymmetricEigen.Decompose([1, double.NaN, double.NaN, 1], 2));

    private static void AssertDecomposed(double[] matrix, int n)
    {
        var diagonal = matrix.ToArray();
        var vectors = SymmetricEigen.Decompose(diagonal, n);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var back = Enumerable.Range(0, n).Sum(k => vectors[(i * n) + k] * diagonal[(k * n) + k] * vectors[(j * n) + k]);
                Assert.Equal(matrix[(i * n) + j], back, 1e-10);
                Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, n).Sum(k => vectors[(k * n) + i] * vectors[(k * n) + j]), 1e-10);
            }
        }
    }
}
