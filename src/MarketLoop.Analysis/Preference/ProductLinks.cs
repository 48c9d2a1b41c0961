namespace MarketLoop.Analysis.Preference;

/// <summary>A sparse product-to-product matrix: for each product the products it speaks for, and how much. Immutable.</summary>
/// <param name="starts">Row i holds the entries starts[i] .. starts[i + 1] - 1.</param>
/// <param name="targets">Target products, rising within a row.</param>
/// <param name="weights">Weights, in step with <paramref name="targets"/>.</param>
internal sealed class ProductLinks(int[] starts, int[] targets, float[] weights)
{
    public ReadOnlySpan<int> Starts => starts;

    public ReadOnlySpan<int> Targets => targets;

    public ReadOnlySpan<float> Weights => weights;

    /// <summary>Adds a product's row, times a factor, to the scores. O(row).</summary>
    public void AddTo(int item, double factor, Span<double> scores)
    {
        for (int e = starts[item]; e < starts[item + 1]; e++)
        {
            scores[targets[e]] += factor * weights[e];
        }
    }

    /// <summary>Weight of one link; 0 where there is none. O(log row).</summary>
    public double Between(int item, int target)
    {
        int found = Array.BinarySearch(targets, starts[item], starts[item + 1] - starts[item], target);
        return found >= 0 ? weights[found] : 0.0;
    }
}
