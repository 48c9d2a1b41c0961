namespace MarketLoop.Learning.Recommending;

/// <summary>Scores of which all but few are 0: what the links of one history add up to. Costs what is touched, also to clear. Not thread-safe.</summary>
/// <param name="items">Items of the model, at least 0.</param>
public sealed class SparseScores(int items)
{
    private readonly float[] _values = new float[items];
    private readonly bool[] _isTouched = new bool[items];
    private readonly List<int> _touched = [];

    /// <summary>Items of the model.</summary>
    public int Items => _values.Length;

    /// <summary>Items that were added to, each once, in order of their first addition.</summary>
    public IReadOnlyList<int> Touched => _touched;

    /// <summary>The sum of an item; 0 when nothing was added.</summary>
    public float this[int item] => _values[item];

    /// <summary>True when something was added to the item.</summary>
    public bool IsTouched(int item) => _isTouched[item];

    /// <summary>Adds to an item's score. O(1).</summary>
    public void Add(int item, float value)
    {
        if (!_isTouched[item])
        {
            _isTouched[item] = true;
            _touched.Add(item);
        }

        _values[item] += value;
    }

    /// <summary>Standard deviation over all items, those without a score counting 0. O(touched).</summary>
    public double Deviation()
    {
        double sum = 0, squares = 0;
        foreach (var item in _touched)
        {
            sum += _values[item];
            squares += (double)_values[item] * _values[item];
        }

        var mean = sum / Math.Max(1, Items);
        return Math.Sqrt(Math.Max(0, (squares / Math.Max(1, Items)) - (mean * mean)));
    }

    /// <summary>Sets all to 0. O(touched).</summary>
    public void Clear()
    {
        foreach (var item in _touched)
        {
            _values[item] = 0;
            _isTouched[item] = false;
        }

        _touched.Clear();
    }
}
