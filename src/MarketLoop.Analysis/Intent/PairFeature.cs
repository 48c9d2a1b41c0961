namespace MarketLoop.Analysis.Intent;

/// <summary>What is made of two numbers.</summary>
internal enum PairKind
{
    /// <summary>First times second.</summary>
    Product,

    /// <summary>First by second: time by page.</summary>
    Ratio,

    /// <summary>First less second: exits less bounces.</summary>
    Difference,

    /// <summary>Both together.</summary>
    Sum,
}

/// <summary>A feature made of two number columns.</summary>
/// <param name="Kind">How.</param>
/// <param name="First">Place of the first column's plan.</param>
/// <param name="Second">Place of the second's.</param>
/// <param name="Offset">Added below the line of a ratio, so that zero is no trouble.</param>
internal sealed record PairFeature(PairKind Kind, int First, int Second, double Offset)
{
    /// <summary>The feature's value.</summary>
    public float Of(double first, double second)
    {
        double value = Kind switch
        {
            PairKind.Product => first * second,
            PairKind.Ratio => first / (second + (second < 0 ? -Offset : Offset)),
            PairKind.Difference => first - second,
            _ => first + second,
        };
        return (float)Math.Clamp(value, -1e30, 1e30);
    }

    /// <summary>What it says, by the names of its columns.</summary>
    public string Name(string first, string second) => Kind switch
    {
        PairKind.Product => $"{first} x {second}",
        PairKind.Ratio => $"{first} / {second}",
        PairKind.Difference => $"{first} - {second}",
        _ => $"{first} + {second}",
    };
}
