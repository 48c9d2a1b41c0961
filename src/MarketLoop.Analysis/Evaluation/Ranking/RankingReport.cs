namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Result of <c>evaluate recommend</c>; its JSON (web defaults) is the verb's answer.</summary>
public sealed record RankingReport : RankingQuality
{
    /// <summary>Name of the file format.</summary>
    public required string Format { get; init; }

    /// <summary>Length of the lists.</summary>
    public required int At { get; init; }

    /// <summary>Items ranked.</summary>
    public required int Items { get; init; }

    /// <summary>Where 95 % of the means of resampled users lie: <c>recall ndcg hitRate mrr</c>.</summary>
    public required IReadOnlyDictionary<string, MetricInterval> Intervals { get; init; }

    /// <summary>What was chosen, without a look at the test part.</summary>
    public required ChosenRanker Chosen { get; init; }

    /// <summary>Other models on the same test part: those of the blend or those asked for alone, and simple baselines.</summary>
    public required IReadOnlyDictionary<string, RankingQuality> Models { get; init; }

    /// <summary>Seconds spent on choosing (all candidates fitted and ranked on the validation part).</summary>
    public double ChoosingSeconds { get; init; }

    /// <summary>Seconds spent on fitting the chosen models on all of train.</summary>
    public double FittingSeconds { get; init; }

    /// <summary>Seconds spent on ranking the test questions.</summary>
    public double RankingSeconds { get; init; }

    /// <summary>Largest resident size of the process, in MB.</summary>
    public long PeakMegabytes { get; init; }

    internal static RankingReport Of(RankingTask task, MeasuredLists auto, ChosenRanker chosen, IReadOnlyDictionary<string, RankingQuality> models)
    {
        RankingQuality quality = auto.Quality;
        return new RankingReport
        {
            Format = task.Format,
            At = task.At,
            Items = task.Test.Known.Items,
            Users = quality.Users,
            Recall = quality.Recall,
            Precision = quality.Precision,
            F1 = quality.F1,
            Ndcg = quality.Ndcg,
            Map = quality.Map,
            Mrr = quality.Mrr,
            HitRate = quality.HitRate,
            Coverage = quality.Coverage,
            Gini = quality.Gini,
            Novelty = quality.Novelty,
            Diversity = quality.Diversity,
            Intervals = auto.Intervals(),
            Chosen = chosen,
            Models = models,
        };
    }
}

/// <summary>An interval of a metric.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct MetricInterval(double Low, double High);

/// <summary>The choice.</summary>
/// <param name="Model">The model, or the models with their weights.</param>
/// <param name="Why">In words.</param>
/// <param name="Parts">Each model of the blend.</param>
/// <param name="Validation">Every candidate tried on the validation part.</param>
public sealed record ChosenRanker(string Model, string Why, IReadOnlyList<RankerPart> Parts, IReadOnlyList<ValidationRow> Validation);

/// <summary>One model of a blend.</summary>
/// <param name="Model">Family.</param>
/// <param name="Weight">Weight of its standardised scores.</param>
/// <param name="Parameters">Its settings.</param>
public sealed record RankerPart(string Model, double Weight, IReadOnlyDictionary<string, string> Parameters);

/// <summary>One row of the table a choice was made from.</summary>
/// <param name="Model">The kind of model.</param>
/// <param name="Parameters">Its settings.</param>
/// <param name="Recall">Recall on the validation part.</param>
/// <param name="Ndcg">NDCG on the validation part, which decides.</param>
public sealed record ValidationRow(string Model, IReadOnlyDictionary<string, string> Parameters, double Recall, double Ndcg);
