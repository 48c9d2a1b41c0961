using System.Text;
using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Numerics;

/// <summary>How a <see cref="CategoryEncoder"/> is fitted.</summary>
public sealed record CategoryEncoderOptions
{
    /// <summary>Most categories with a column of their own, the most frequent first, 1..10,000; the rest shares one. Default 50. Raising it keeps rarer ones apart and widens the table.</summary>
    public int MostCategories { get; init; } = 50;

    /// <summary>Rows of the overall mean that a category's mean target is mixed with, at least 0; default 20. Raising it trusts small categories less.</summary>
    public double Smoothing { get; init; } = 20;
}

/// <summary>
/// A fitted encoding of one column of words: a column 0/1 for each frequent word, one for all others, and last the smoothed mean target of the word
/// (Micci-Barreca, SIGKDD Explorations 2001, eq. 3 with lambda = n / (n + m)). Immutable, thread-safe.
/// Learned once on training rows and saved with the model, so that serving sees the same numbers; a word never seen counts among the others, with the overall mean.
/// </summary>
public sealed class CategoryEncoder
{
    private const string Kind = "CATE";
    private const ushort FormatVersion = 1;

    private readonly string[] _words;
    private readonly float[] _means;
    private readonly Dictionary<string, int> _places;

    // The last mean is that of the others.
    internal CategoryEncoder(string[] words, float[] means)
    {
        _words = words;
        _means = means;
        _places = words.Index().ToDictionary(word => word.Item, word => word.Index, StringComparer.Ordinal);
    }

    /// <summary>Words with a column of their own, most frequent first, ties in ordinal order.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Width of an encoded row: one for each word, one for the others, one for the mean target.</summary>
    public int Columns => _words.Length + 2;

    /// <summary>Encodes a word into a row. O(columns).</summary>
    /// <exception cref="ArgumentException">The row has another width, or the word is null.</exception>
    public void Encode(string word, Span<float> row)
    {
        ArgumentNullException.ThrowIfNull(word);
        if (row.Length != Columns)
        {
            throw new ArgumentException($"A row of {Columns} values is needed.", nameof(row));
        }

        var place = _places.GetValueOrDefault(word, _words.Length);
        row.Clear();
        row[place] = 1;
        row[^1] = _means[place];
    }

    /// <summary>Writes the fitted words and means; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(_words.Length);
        foreach (var word in _words)
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            writer.Write(bytes.Length);
            writer.Write<byte>(bytes);
        }

        writer.Write<float>(_means);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole encoder of a known version.</exception>
    public static CategoryEncoder Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var words = new string[reader.ReadCount(1, 10_000)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Encoding.UTF8.GetString(reader.ReadArray<byte>(reader.ReadCount(0, 1 << 20)));
        }

        var means = reader.ReadArray<float>(words.Length + 1);
        reader.Complete();
        reader.Require(words.Distinct(StringComparer.Ordinal).Count() == words.Length, "a word stands twice");
        reader.Require(means.All(float.IsFinite), "a mean is not finite");
        return new CategoryEncoder(words, means);
    }
}

/// <summary>Fits a <see cref="CategoryEncoder"/>.</summary>
public static class CategoryEncoderTrainer
{
    /// <summary>Learns the frequent words and their mean targets. O(n).</summary>
    /// <param name="words">n words, none null.</param>
    /// <param name="targets">n targets, finite.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="ArgumentException">There are no rows, the lengths differ, a target is not finite, or an option is out of range.</exception>
    public static CategoryEncoder Fit(IReadOnlyList<string> words, ReadOnlyMemory<float> targets, CategoryEncoderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(words);
        options ??= new CategoryEncoderOptions();
        OptionGuard.Within(options.MostCategories, 1, 10_000);
        OptionGuard.Within(options.Smoothing, 0, double.MaxValue);
        Tabular.ThrowIfUnusable(targets.Span, words.Count, 1);
        cancellationToken.ThrowIfCancellationRequested();

        var sums = new Dictionary<string, (long Count, double Sum)>(StringComparer.Ordinal);
        var total = 0.0;
        for (var i = 0; i < words.Count; i++)
        {
            var target = targets.Span[i];
            var (count, sum) = sums.GetValueOrDefault(words[i]);
            sums[words[i]] = (count + 1, sum + target);
            total += target;
        }

        var mean = total / words.Count;
        var kept = sums
            .OrderByDescending(pair => pair.Value.Count)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(options.MostCategories)
            .ToArray();
        var means = kept.Select(pair => (float)((pair.Value.Sum + (options.Smoothing * mean)) / (pair.Value.Count + options.Smoothing)));
        return new CategoryEncoder([.. kept.Select(pair => pair.Key)], [.. means, (float)mean]);
    }
}
