namespace MarketLoop.Analysis.Intent;

/// <summary>
/// A category: a 0/1 column for each frequent word, and where words are many, the log-odds of the label among the rows of the word (mixed with <see cref="Smoothing"/> rows of the
/// overall rate; Micci-Barreca, SIGKDD Explorations 2001) and how frequent it is. A blank is a word of its own; a word never seen has the overall rate and frequency 0.
/// </summary>
internal sealed record CategoryPlan : ColumnPlan
{
    private const int MostOwnColumns = 12;
    private const double Smoothing = 20;
    private const string BlankWord = "";

    private Dictionary<string, int>? places;

    /// <inheritdoc />
    public override string Kind => Words.Count == 2 ? "flag" : "category";

    /// <inheritdoc />
    public override required IReadOnlyList<FeatureInfo> Features { get; init; }

    /// <summary>Words with a column of their own.</summary>
    public required IReadOnlyList<string> Own { get; init; }

    /// <summary>All words of training, most frequent first.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Training rows of each word.</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <summary>Positive ones among them.</summary>
    public required IReadOnlyList<int> Positives { get; init; }

    /// <summary>Training rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Positive training rows.</summary>
    public required int PositiveRows { get; init; }

    /// <summary>True when the words have codes: there are more than columns of their own.</summary>
    public required bool HasCodes { get; init; }

    /// <summary>Learns from training rows.</summary>
    public static CategoryPlan Fit(int column, SourceColumn source, ReadOnlySpan<int> rows, bool[] labels)
    {
        Dictionary<string, (int Count, int Positives)> tally = new(StringComparer.Ordinal);
        foreach (int row in rows)
        {
            string word = WordAt(source, row);
            (int count, int positives) = tally.GetValueOrDefault(word);
            tally[word] = (count + 1, positives + (labels[row] ? 1 : 0));
        }

        (string Word, int Count, int Positives)[] words =
        [
            .. tally.Select(pair => (pair.Key, pair.Value.Count, pair.Value.Positives)).OrderByDescending(word => word.Count).ThenBy(word => word.Key, StringComparer.Ordinal),
        ];
        int least = Math.Max(5, rows.Length / 500);
        string[] own = words.Length == 2 ? [words[1].Word] : [.. words.Where(word => word.Count >= least).Take(MostOwnColumns).Select(word => word.Word)];
        bool hasCodes = words.Length > 3;
        List<FeatureInfo> features = [.. own.Select(word => new FeatureInfo($"{source.Name} = {(word.Length == 0 ? "(blank)" : word)}", source.Name))];
        if (hasCodes)
        {
            features.Add(new FeatureInfo($"{source.Name} rate", source.Name));
            features.Add(new FeatureInfo($"{source.Name} frequency", source.Name));
        }

        return new CategoryPlan
        {
            Column = column,
            Features = features,
            Own = own,
            Words = [.. words.Select(word => word.Word)],
            Counts = [.. words.Select(word => word.Count)],
            Positives = [.. words.Select(word => word.Positives)],
            Rows = rows.Length,
            PositiveRows = words.Sum(word => word.Positives),
            HasCodes = hasCodes,
        };
    }

    /// <inheritdoc />
    public override void Write(SourceColumn column, int row, Span<float> features)
    {
        string word = WordAt(column, row);
        for (int i = 0; i < Own.Count; i++)
        {
            features[i] = string.Equals(Own[i], word, StringComparison.Ordinal) ? 1f : 0f;
        }

        if (HasCodes)
        {
            int place = PlaceOf(word);
            features[Own.Count] = place < 0 ? Code(0, 0, Rows, PositiveRows) : Code(Counts[place], Positives[place], Rows, PositiveRows);
            features[Own.Count + 1] = place < 0 ? 0f : (float)Math.Log(1 + Counts[place]);
        }
    }

    /// <summary>
    /// Overwrites the rates of training rows by those that the other parts' rows have: a row must not see its own label.
    /// </summary>
    /// <param name="column">The column.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="parts">Part of each of them.</param>
    /// <param name="labels">Labels of the table.</param>
    /// <param name="write">Told the place among the rows and the rate.</param>
    public void WriteOwnRates(SourceColumn column, ReadOnlySpan<int> rows, int[] parts, bool[] labels, Action<int, float> write)
    {
        Dictionary<(int Part, int Place), (int Count, int Positives)> inside = [];
        int[] partCounts = new int[parts.Max() + 1];
        int[] partPositives = new int[partCounts.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            (int, int) key = (parts[i], PlaceOf(WordAt(column, rows[i])));
            int positive = labels[rows[i]] ? 1 : 0;
            (int count, int positives) = inside.GetValueOrDefault(key);
            inside[key] = (count + 1, positives + positive);
            partCounts[parts[i]]++;
            partPositives[parts[i]] += positive;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            int place = PlaceOf(WordAt(column, rows[i]));
            (int count, int positives) = inside[(parts[i], place)];
            write(i, Code(Counts[place] - count, Positives[place] - positives, Rows - partCounts[parts[i]], PositiveRows - partPositives[parts[i]]));
        }
    }

    private static string WordAt(SourceColumn column, int row) => column.Codes[row] switch
    {
        SourceColumn.Blank => BlankWord,
        var code => column.Words[code],
    };

    private static float Code(int count, int positives, int all, int allPositives)
    {
        double prior = (allPositives + 0.5) / (all + 1.0);
        double rate = (positives + (Smoothing * prior)) / (count + Smoothing);
        return (float)Math.Log(rate / (1 - rate));
    }

    private int PlaceOf(string word)
    {
        places ??= Words.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        return places.GetValueOrDefault(word, -1);
    }
}
