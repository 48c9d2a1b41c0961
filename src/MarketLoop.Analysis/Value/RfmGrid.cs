using MarketLoop.Domain;

namespace MarketLoop.Analysis.Value;

/// <summary>What the grid looks at of one customer.</summary>
/// <param name="RecencyDays">Days since the last order.</param>
/// <param name="Orders">Orders.</param>
/// <param name="Monetary">Money spent.</param>
public readonly record struct RfmRow(double RecencyDays, int Orders, double Monetary);

/// <summary>Scores of one customer, 1..5 each, 5 the best fifth.</summary>
/// <param name="Recency">How lately.</param>
/// <param name="Frequency">How often.</param>
/// <param name="Monetary">How much.</param>
public readonly record struct RfmScore(int Recency, int Frequency, int Monetary);

/// <summary>One named field of the grid.</summary>
/// <param name="Name">What a shopkeeper would call these customers.</param>
/// <param name="Customers">How many they are.</param>
/// <param name="Share">Their share of all, 0..1.</param>
/// <param name="RecencyDays">Mean days since the last order.</param>
/// <param name="Orders">Mean orders.</param>
/// <param name="Monetary">Mean money spent.</param>
/// <param name="MonetaryShare">Their share of all money, 0..1.</param>
public sealed record RfmField(LocalizedText Name, int Customers, double Share, double RecencyDays, double Orders, double Monetary, double MonetaryShare);

/// <summary>Customers by recency, frequency and money, in fifths.</summary>
/// <remarks>A score is one more than the number of full fifths of customers who are clearly worse, so that equal customers have equal scores; where most bought once, the
/// lowest score is theirs alone and some scores stay empty. O(n log n).</remarks>
public sealed class RfmGrid
{
    private const int Fifths = 5;

    private static readonly LocalizedText[] Names =
    [
        new("Champions", "核心客户"), new("Loyal customers", "忠诚客户"), new("Potential loyalists", "潜力客户"), new("New customers", "新客户"), new("Promising", "有望客户"),
        new("Need attention", "需要关注"), new("About to sleep", "即将沉睡"), new("Cannot lose them", "不可流失的大客户"), new("At risk", "流失风险"), new("Hibernating", "沉睡客户"), new("Lost", "已流失"),
    ];

    private RfmGrid(IReadOnlyList<RfmScore> scores, IReadOnlyList<RfmField> fields, int[][] counts)
    {
        Scores = scores;
        Fields = fields;
        Counts = counts;
    }

    /// <summary>Scores in the order of the rows.</summary>
    public IReadOnlyList<RfmScore> Scores { get; }

    /// <summary>Fields that have customers, from the best to the lost.</summary>
    public IReadOnlyList<RfmField> Fields { get; }

    /// <summary>Customers by recency score (outer, 1 first) and frequency score (inner, 1 first).</summary>
    public IReadOnlyList<IReadOnlyList<int>> Counts { get; }

    /// <summary>Sorts customers into the grid; empty without any.</summary>
    public static RfmGrid Of(IReadOnlyList<RfmRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int[] recency = ScoreAll(rows, row => -row.RecencyDays);
        int[] frequency = ScoreAll(rows, row => row.Orders);
        int[] monetary = ScoreAll(rows, row => row.Monetary);
        RfmScore[] scores = [.. rows.Select((_, i) => new RfmScore(recency[i], frequency[i], monetary[i]))];
        int[][] counts = [.. Enumerable.Range(0, Fifths).Select(_ => new int[Fifths])];
        foreach (RfmScore score in scores)
        {
            counts[score.Recency - 1][score.Frequency - 1]++;
        }

        double money = rows.Sum(row => row.Monetary);
        IEnumerable<RfmField> fields =
            from pair in rows.Zip(scores)
            group pair.First by IndexOf(pair.Second) into field
            orderby field.Key
            let sum = field.Sum(row => row.Monetary)
            select new RfmField(
                Names[field.Key], field.Count(), (double)field.Count() / rows.Count, field.Average(row => row.RecencyDays), field.Average(row => row.Orders),
                sum / field.Count(), money > 0 ? sum / money : 0);
        return new RfmGrid(scores, [.. fields], counts);
    }

    /// <summary>What customers of a score are called.</summary>
    public static LocalizedText NameOf(RfmScore score) => Names[IndexOf(score)];

    private static int IndexOf(RfmScore score)
    {
        int worth = (score.Frequency + score.Monetary + 1) / 2;
        return (score.Recency, worth) switch
        {
            ( >= 4, >= 4) => 0,
            (3, >= 4) => 1,
            ( >= 4, >= 2) => 2,
            (5, _) => 3,
            (4, _) => 4,
            (3, >= 2) => 5,
            (3, _) => 6,
            (_, 5) => 7,
            (_, >= 3) => 8,
            (2, _) => 9,
            _ => 10,
        };
    }

    private static int[] ScoreAll(IReadOnlyList<RfmRow> rows, Func<RfmRow, double> worth)
    {
        double[] values = [.. rows.Select(worth)];
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return [.. values.Select(value => 1 + (int)((long)FirstNotBelow(sorted, value) * Fifths / sorted.Length))];
    }

    private static int FirstNotBelow(double[] sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
