using MarketLoop.Learning.Recommending;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>Families that learn from the order of what people took.</summary>
internal static class SequenceFamilies
{
    private static readonly NextBasketOptions PlainFrequency = new() { PersonalShare = 1, WithinDecay = 1, AcrossDecay = 1, GroupSize = 1, Neighbours = 0 };

    public static IReadOnlyDictionary<string, RecipeFamily> All { get; } = new Dictionary<string, RecipeFamily>(StringComparer.Ordinal)
    {
        ["sequential-neighbours"] = new(
            new(StringComparer.Ordinal)
            {
                ["window"] = 10,
                ["backward"] = 0.3,
                ["gapDecay"] = 0.5,
                ["damping"] = 0.3,
                ["sourceDamping"] = 0.3,
                ["shrinkage"] = 5,
                ["historyDecay"] = 0.5,
                ["linksItself"] = 0,
            },
            (split, s, token) => SequentialNeighboursTrainer.Fit(split.Known, Sequential(s), token)),
        ["transitions"] = new(new(StringComparer.Ordinal) { ["damping"] = 0 }, (split, s, token) =>
            SequentialNeighboursTrainer.Fit(split.Known, SequentialNeighboursOptions.Transitions with { PopularityDamping = s["damping"] }, token)),
        ["v-sknn"] = new(
            new(StringComparer.Ordinal) { ["neighbours"] = 500, ["sample"] = 1_000, ["lengthDamping"] = 0, ["idf"] = 0, ["itself"] = 1 },
            (split, s, token) => SessionNeighboursTrainer.Fit(split.Known, SessionNeighboursOptions.VectorMultiplication with
            {
                Neighbours = (int)s["neighbours"],
                Sample = (int)s["sample"],
                LengthDamping = s["lengthDamping"],
                IdfWeight = s["idf"],
                Itself = s["itself"],
            }, token)),
        ["stan"] = new(
            new(StringComparer.Ordinal)
            {
                ["neighbours"] = 500,
                ["sample"] = 1_000,
                ["positionSteps"] = 1,
                ["halfLifeDays"] = 14,
                ["lengthDamping"] = 0.5,
                ["distanceSteps"] = 2,
                ["before"] = 0.75,
                ["itself"] = 1,
                ["idf"] = 0,
            },
            (split, s, token) => SessionNeighboursTrainer.Fit(split.Known, Session(s), token)),
        ["next-basket"] = new(
            new(StringComparer.Ordinal) { ["groupSize"] = 7, ["within"] = 0.95, ["across"] = 0.8, ["neighbours"] = 500, ["personal"] = 0.5 },
            (split, s, token) => NextBasketTrainer.Fit(split.Known, Basket(s), token))
        {
            Weigh = (question, s) => Habits(question, Basket(s)),
        },
        ["personal-frequency"] = new(new(StringComparer.Ordinal), (split, _, token) => NextBasketTrainer.Fit(split.Known, PlainFrequency, token)),
        ["personal-then-popular"] = new(new(StringComparer.Ordinal), (split, _, token) => new FilledUp(
            NextBasketTrainer.Fit(split.Known, PlainFrequency, token), DecayedPopularityTrainer.Fit(split.Matrix, new DecayedPopularityOptions { HalfLifeDays = double.PositiveInfinity }, token))),
    };

    private static SequentialNeighboursOptions Sequential(IReadOnlyDictionary<string, double> s) => new()
    {
        Window = (int)s["window"],
        Backward = s["backward"],
        GapDecay = s["gapDecay"],
        PopularityDamping = s["damping"],
        SourceDamping = s["sourceDamping"],
        Shrinkage = s["shrinkage"],
        HistoryDecay = s["historyDecay"],
        LinksItself = s["linksItself"] != 0,
    };

    private static SessionNeighboursOptions Session(IReadOnlyDictionary<string, double> s) => new()
    {
        Neighbours = (int)s["neighbours"],
        Sample = (int)s["sample"],
        Position = PositionDecay.Exponential,
        PositionSteps = s["positionSteps"],
        HalfLifeDays = s["halfLifeDays"],
        LengthDamping = s["lengthDamping"],
        DistanceSteps = s["distanceSteps"],
        Before = s["before"],
        Itself = s["itself"],
        IdfWeight = s["idf"],
    };

    private static NextBasketOptions Basket(IReadOnlyDictionary<string, double> s) => new()
    {
        GroupSize = (int)s["groupSize"],
        WithinDecay = s["within"],
        AcrossDecay = s["across"],
        Neighbours = (int)s["neighbours"],
        PersonalShare = s["personal"],
    };

    // Where days are not known, each entry is a basket of its own.
    private static float[] Habits(RankingCase question, NextBasketOptions options)
    {
        double[] days = question.Days.Length > 0 ? question.Days : [.. Enumerable.Range(0, question.History.Length).Select(i => (double)i)];
        float[] weights = new float[days.Length];
        options.Weigh(days, weights);
        return question.Weights.Length == 0 ? weights : [.. weights.Zip(question.Weights, (habit, weight) => habit * weight)];
    }
}
