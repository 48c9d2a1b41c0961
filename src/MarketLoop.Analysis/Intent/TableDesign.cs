using System.Text.Json;
using MarketLoop.Domain;
using MarketLoop.Learning.Evaluation;

namespace MarketLoop.Analysis.Intent;

/// <summary>How rows of a table become rows of numbers. Everything in it was learned on training rows. Immutable.</summary>
internal sealed class TableDesign
{
    private const int OwnRateParts = 5;

    private readonly IReadOnlyList<ColumnPlan> plans;
    private readonly IReadOnlyList<PairFeature> pairs;
    private readonly int[] starts;
    private readonly int[] forTrees;

    private TableDesign(IReadOnlyList<ColumnPlan> plans, IReadOnlyList<PairFeature> pairs, IReadOnlyList<DroppedColumn> dropped)
    {
        this.plans = plans;
        this.pairs = pairs;
        Dropped = dropped;
        starts = new int[plans.Count];
        List<FeatureInfo> features = [];
        for (int i = 0; i < plans.Count; i++)
        {
            starts[i] = features.Count;
            features.AddRange(plans[i].Features);
        }

        features.AddRange(pairs.Select(pair => new FeatureInfo(pair.Name(plans[pair.First].Features[0].Name, plans[pair.Second].Features[0].Name), plans[pair.First].Features[0].Source)));
        Features = features;
        forTrees = [.. Enumerable.Range(0, features.Count).Where(place => features[place].Use == FeatureUse.Both)];
    }

    /// <summary>All features; linear learners see them all.</summary>
    public IReadOnlyList<FeatureInfo> Features { get; }

    /// <summary>Columns left out.</summary>
    public IReadOnlyList<DroppedColumn> Dropped { get; }

    /// <summary>Features that trees see.</summary>
    public int TreeColumns => forTrees.Length;

    /// <summary>Number columns from which pairs may be made: the plan of each and its place in a row.</summary>
    public IEnumerable<(int Feature, int Plan)> Numbers => plans.Index().Where(item => item.Item is NumberPlan { Levels.Count: 0 } or NumberPlan { IsSkewed: true }).Select(item => (Array.IndexOf(forTrees, starts[item.Index]), item.Index));

    /// <summary>Learns from training rows. O(rows x columns).</summary>
    /// <param name="table">The table; other rows are not looked at.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="pairs">Pairs to add, found on the same rows or on more of the training part.</param>
    /// <exception cref="MarketLoopException">No column is worth learning from.</exception>
    public static TableDesign Fit(SourceTable table, ReadOnlySpan<int> rows, IReadOnlyList<(PairFeature Pair, int FirstColumn, int SecondColumn)>? pairs = null)
    {
        List<ColumnPlan> found = [];
        List<DroppedColumn> dropped = [];
        for (int column = 0; column < table.Columns.Count; column++)
        {
            if (ColumnPlanner.Plan(table, column, rows, out DroppedColumn? left) is { } plan)
            {
                found.Add(plan);
            }

            if (left is not null)
            {
                dropped.Add(left);
            }
        }

        if (found.Count == 0)
        {
            throw new MarketLoopException($"There is no column to learn from: {string.Join("; ", dropped.Select(column => $"{column.Name}: {column.Reason}"))}.");
        }

        return new TableDesign(found, [.. (pairs ?? []).Select(Place).OfType<PairFeature>()], dropped);

        PairFeature? Place((PairFeature Pair, int FirstColumn, int SecondColumn) wanted)
        {
            int first = found.FindIndex(plan => plan is NumberPlan && plan.Column == wanted.FirstColumn);
            int second = found.FindIndex(plan => plan is NumberPlan && plan.Column == wanted.SecondColumn);
            return first < 0 || second < 0 ? null : wanted.Pair with { First = first, Second = second };
        }
    }

    /// <summary>The pairs that help on training rows, with the columns of the table that they are of.</summary>
    public static IReadOnlyList<(PairFeature Pair, int FirstColumn, int SecondColumn)> FindPairs(SourceTable table, ReadOnlySpan<int> rows, ulong seed, CancellationToken cancellationToken)
    {
        TableDesign plain = Fit(table, rows);
        DesignedRows prepared = plain.Prepare(table, rows, isTraining: true, seed);
        IReadOnlyList<PairFeature> found = PairScreen.Find(prepared.Trees, plain.TreeColumns, [.. plain.Numbers], prepared.Labels, seed, cancellationToken);
        return [.. found.Select(pair => (pair, plain.plans[pair.First].Column, plain.plans[pair.Second].Column))];
    }

    /// <summary>Prepares rows. Rates of words in training rows leave out the row's own part, see <see cref="CategoryPlan.WriteOwnRates"/>.</summary>
    public DesignedRows Prepare(SourceTable table, ReadOnlySpan<int> rows, bool isTraining, ulong seed)
    {
        int width = Features.Count;
        float[] all = new float[rows.Length * width];
        bool[] labels = new bool[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            labels[i] = table.Labels[rows[i]];
            Span<float> row = all.AsSpan(i * width, width);
            for (int plan = 0; plan < plans.Count; plan++)
            {
                plans[plan].Write(table.Columns[plans[plan].Column], rows[i], row[starts[plan]..]);
            }

            for (int pair = 0; pair < pairs.Count; pair++)
            {
                row[width - pairs.Count + pair] = pairs[pair].Of(row[starts[pairs[pair].First]], row[starts[pairs[pair].Second]]);
            }
        }

        if (isTraining)
        {
            WriteOwnRates(table, rows, labels, all, seed);
        }

        float[] trees = new float[rows.Length * TreeColumns];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int place = 0; place < forTrees.Length; place++)
            {
                trees[(i * forTrees.Length) + place] = all[(i * width) + forTrees[place]];
            }
        }

        return new DesignedRows(trees, TreeColumns, all, width, labels);
    }

    /// <summary>Prepares one row of a table of numbers, for serving: as one of a table is.</summary>
    /// <param name="numbers">The row, a number for each column of the table; none is blank.</param>
    /// <exception cref="InvalidOperationException">A column was taken for something else than a number.</exception>
    public DesignedRows Prepare(ReadOnlySpan<float> numbers)
    {
        float[] all = new float[Features.Count];
        for (int plan = 0; plan < plans.Count; plan++)
        {
            NumberPlan number = plans[plan] as NumberPlan ?? throw new InvalidOperationException($"Column {plans[plan].Column} is no number.");
            number.Write(numbers[number.Column], all.AsSpan(starts[plan]));
        }

        for (int pair = 0; pair < pairs.Count; pair++)
        {
            all[all.Length - pairs.Count + pair] = pairs[pair].Of(all[starts[pairs[pair].First]], all[starts[pairs[pair].Second]]);
        }

        return new DesignedRows([.. forTrees.Select(place => all[place])], TreeColumns, all, all.Length, [false]);
    }

    /// <summary>What speaks for and against a prepared row, by column of the table: what its features add to the model's score (Shapley values of trees, coefficients times deviations of a linear one), added up, strongest first.</summary>
    public IReadOnlyList<(string Column, double Effect)> Explain(SingleModel model, DesignedRows row) =>
        [.. (model.Linear is not null ? Features : forTrees.Select(place => Features[place]))
            .Zip(model.Contributions(row))
            .GroupBy(pair => pair.First.Source, (source, pairs) => (Column: source, Effect: pairs.Sum(pair => pair.Second)), StringComparer.Ordinal)
            .OrderByDescending(reason => Math.Abs(reason.Effect)).ThenBy(reason => reason.Column, StringComparer.Ordinal)];

    /// <summary>Writes the design as JSON; the same design gives the same bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new DesignFile(plans, pairs));

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no design.</exception>
    public static TableDesign OfJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<DesignFile>(json) is { Plans.Count: > 0 } file ? new TableDesign(file.Plans, file.Pairs, []) : throw new InvalidDataException("The design has no columns.");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException("The design cannot be read.", broken);
        }
    }

    private sealed record DesignFile(IReadOnlyList<ColumnPlan> Plans, IReadOnlyList<PairFeature> Pairs);

    private void WriteOwnRates(SourceTable table, ReadOnlySpan<int> rows, bool[] labels, float[] all, ulong seed)
    {
        if (rows.Length < OwnRateParts)
        {
            return;
        }

        int[] parts = StratifiedFolds.Assign(labels, OwnRateParts, seed);
        for (int i = 0; i < plans.Count; i++)
        {
            if (plans[i] is CategoryPlan { HasCodes: true } plan)
            {
                int place = starts[i] + plan.Own.Count;
                plan.WriteOwnRates(table.Columns[plan.Column], rows, parts, table.Labels, (row, rate) => all[(row * Features.Count) + place] = rate);
            }
        }
    }

    /// <summary>What each column was taken for.</summary>
    public IEnumerable<(int Column, string Kind)> Kinds => plans.Select(plan => (plan.Column, plan.Kind));
}

/// <summary>Rows ready for learners.</summary>
/// <param name="Trees">Rows of the features that trees see, row-major.</param>
/// <param name="TreeColumns">Their number.</param>
/// <param name="Linear">Rows of all features, row-major.</param>
/// <param name="LinearColumns">Their number.</param>
/// <param name="Labels">Labels.</param>
internal sealed record DesignedRows(float[] Trees, int TreeColumns, float[] Linear, int LinearColumns, bool[] Labels)
{
    /// <summary>Number of rows.</summary>
    public int Count => Labels.Length;
}
