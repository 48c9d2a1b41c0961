using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What one visitor did, in time order.</summary>
/// <param name="Items">Items, oldest first.</param>
/// <param name="Kinds">A number for each: the kind of event, or 1.</param>
/// <param name="Days">When, in days; strictly ascending.</param>
internal sealed record TimedRow(int[] Items, float[] Kinds, double[] Days)
{
    private const double SecondsPerDay = 86_400;

    /// <summary>Orders by time. Events at one moment keep the order of the file: each later one is put the least bit later, else they were a basket without order.</summary>
    public static TimedRow Of(IEnumerable<(double Seconds, int Item, float Kind)> events)
    {
        (double Seconds, int Item, float Kind)[] ordered = [.. events.OrderBy(one => one.Seconds)];
        double[] days = new double[ordered.Length];
        for (int i = 0; i < days.Length; i++)
        {
            double day = ordered[i].Seconds / SecondsPerDay;
            days[i] = i > 0 && day <= days[i - 1] ? Math.BitIncrement(days[i - 1]) : day;
        }

        return new TimedRow([.. ordered.Select(one => one.Item)], [.. ordered.Select(one => one.Kind)], days);
    }

    /// <summary>Rows as what may be learned from: an entry weighs the number of its kind.</summary>
    public static ItemSequences Sequences(IReadOnlyList<TimedRow> rows, int items)
    {
        ItemSequencesBuilder builder = new(rows.Count, items);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int i = 0; i < rows[row].Items.Length; i++)
            {
                builder.Add(row, rows[row].Items[i], rows[row].Kinds[i], rows[row].Days[i]);
            }
        }

        return builder.Build();
    }

    /// <summary>The entries at some places.</summary>
    public TimedRow At(IReadOnlyCollection<int> places) => new([.. places.Select(i => Items[i])], [.. places.Select(i => Kinds[i])], [.. places.Select(i => Days[i])]);
}
