using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Evaluation;

/// <summary>Sorts rows into folds that hold both classes in equal shares.</summary>
public static class StratifiedFolds
{
    /// <summary>The fold of each row. The rows of each class are shuffled and dealt out in turn, so that folds differ by one row of a class at most. O(n).</summary>
    /// <param name="labels">n labels, n at least <paramref name="folds"/>.</param>
    /// <param name="folds">Number of folds, at least 2.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    /// <returns>n numbers, 0..folds-1.</returns>
    /// <exception cref="ArgumentException">There are fewer than 2 folds, or fewer rows than folds.</exception>
    public static int[] Assign(ReadOnlySpan<bool> labels, int folds, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (labels.Length < folds)
        {
            throw new ArgumentException($"{labels.Length} rows cannot be sorted into {folds} folds.", nameof(labels));
        }

        var assigned = new int[labels.Length];
        var random = new SeededRandom(seed);
        var next = 0;
        foreach (var label in (ReadOnlySpan<bool>)[true, false])
        {
            var rows = new List<int>();
            for (var i = 0; i < labels.Length; i++)
            {
                if (labels[i] == label)
                {
                    rows.Add(i);
                }
            }

            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows));
            foreach (var row in rows)
            {
                assigned[row] = next++ % folds;
            }
        }

        return assigned;
    }
}
