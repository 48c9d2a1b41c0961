using System.Numerics.Tensors;
using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Recommending;

/// <summary>Solves for the factors of one row, given the other side: one worker's scratch. Not thread-safe.</summary>
/// <remarks>
/// (w0 G + sum c h h' + r I) x = sum c h, with G the Gram matrix of the other side, h its rows that were seen, c their weights and w0 the
/// weight of what was not seen (eq. 4 of Hu et al. in the form of Rendle et al.).
/// </remarks>
internal sealed class AlsRow(int stride)
{
    private const int PanelRows = 128; // with 64 factors a panel of 32 kB: it stays in the first-level cache or near it

    private readonly float[] _panel = new float[PanelRows * stride];
    private readonly float[] _system = new float[stride * stride];
    private readonly float[] _residual = new float[stride];
    private readonly float[] _direction = new float[stride];
    private readonly float[] _image = new float[stride];
    private int[] _seen = [];
    private float[] _weights = [];

    /// <summary>Room for the known entries of a history; grows as needed and is kept.</summary>
    public (int[] Seen, float[] Weights) Room(int entries)
    {
        if (_seen.Length < entries)
        {
            _seen = new int[entries];
            _weights = new float[entries];
        }

        return (_seen, _weights);
    }

    /// <summary>Builds and factors the system of a row, and solves it. O(n k^2 / 2 + k^3 / 6) multiply-adds.</summary>
    /// <param name="other">The other side.</param>
    /// <param name="weightedGram">w0 G, on and above the diagonal.</param>
    /// <param name="seen">Rows of the other side.</param>
    /// <param name="weights">A weight for each, at least 0.</param>
    /// <param name="penalty">r.</param>
    /// <param name="x">Receives the factors.</param>
    public void SolveExactly(FactorSide other, ReadOnlySpan<float> weightedGram, ReadOnlySpan<int> seen, ReadOnlySpan<float> weights, float penalty, Span<float> x)
    {
        x.Clear();
        weightedGram.CopyTo(_system);
        for (var i = 0; i < stride; i++)
        {
            _system[(i * stride) + i] += penalty;
        }

        for (var from = 0; from < seen.Length; from += PanelRows)
        {
            var count = Math.Min(PanelRows, seen.Length - from);
            for (var i = 0; i < count; i++)
            {
                var weight = MathF.Sqrt(weights[from + i]);
                var row = _panel.AsSpan(i * stride, stride);
                TensorPrimitives.Multiply(other[seen[from + i]], weight, row);
                TensorPrimitives.MultiplyAdd(row, weight, x, x);
            }

            FactorKernels.AddOuterProducts(_panel.AsSpan(0, count * stride), stride, _system);
        }

        Factor();
        FactorKernels.Solve(_system, stride, x);
    }

    /// <summary>Solves another right side with the system of the last <see cref="SolveExactly"/>. O(k^2).</summary>
    public void SolveAgain(Span<float> b) => FactorKernels.Solve(_system, stride, b);

    /// <summary>Improves x by steps of conjugate gradient, never forming the system. O(steps (n k + k^2)). Source: Takacs, Pilaszy and Tikk, RecSys 2011.</summary>
    public void Improve(FactorSide other, ReadOnlySpan<float> fullGram, ReadOnlySpan<int> seen, ReadOnlySpan<float> weights, float penalty, int steps, Span<float> x)
    {
        Apply(other, fullGram, seen, weights, penalty, x, _residual);
        TensorPrimitives.Negate(_residual, _residual);
        for (var i = 0; i < seen.Length; i++)
        {
            VectorKernels.AddScaled(other[seen[i]], weights[i], _residual);
        }

        _residual.CopyTo(_direction, 0);
        var length = TensorPrimitives.SumOfSquares<float>(_residual);
        for (var step = 0; step < steps && length > 1e-20f; step++)
        {
            Apply(other, fullGram, seen, weights, penalty, _direction, _image);
            var rate = length / TensorPrimitives.Dot<float>(_direction, _image);
            VectorKernels.AddScaled(_direction, rate, x);
            VectorKernels.AddScaled(_image, -rate, _residual);
            var next = TensorPrimitives.SumOfSquares<float>(_residual);
            TensorPrimitives.MultiplyAdd(_direction, next / length, _residual, _direction);
            length = next;
        }
    }

    private void Apply(FactorSide other, ReadOnlySpan<float> fullGram, ReadOnlySpan<int> seen, ReadOnlySpan<float> weights, float penalty, ReadOnlySpan<float> x, Span<float> result)
    {
        for (var i = 0; i < stride; i++)
        {
            result[i] = (penalty * x[i]) + TensorPrimitives.Dot(fullGram.Slice(i * stride, stride), x);
        }

        for (var i = 0; i < seen.Length; i++)
        {
            var row = other[seen[i]];
            VectorKernels.AddScaled(row, weights[i] * TensorPrimitives.Dot(row, x), result);
        }
    }

    // The penalty keeps the system definite by far; only rounding in a hopelessly scaled one could take a pivot to 0.
    private void Factor()
    {
        if (!FactorKernels.TryFactor(_system, stride))
        {
            throw new ArithmeticException("A system of the factors is not positive definite in float: raise the regularisation or scale the weights down.");
        }
    }
}
