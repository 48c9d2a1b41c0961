using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Preference;

/// <summary>Chooses, measures and fits a preference model for each aim.</summary>
/// <remarks>Three parts of time: candidates are chosen on the middle one, measured on the last, and the chosen ones are fitted anew on everything.</remarks>
internal static class PreferenceTrainer
{
    private const int ListLength = 20;
    private const string Name = "preference";

    /// <summary>Trains. Aims that the history has nothing to ask by have neither model nor card.</summary>
    /// <param name="interactions">Ordered by time.</param>
    /// <param name="until">End of the history (exclusive).</param>
    /// <param name="products">The catalogue.</param>
    /// <param name="pins">Which families compete for which aim.</param>
    /// <param name="step">Told each step.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static (IReadOnlyDictionary<PreferenceAim, PreferenceModel> Models, IReadOnlyList<ModelCard> Cards) Train(
        IReadOnlyList<Interaction> interactions, DateTimeOffset until, IReadOnlyList<Product> products, RankerPins pins, Action<string> step, CancellationToken cancellationToken)
    {
        HashSet<ProductId> charges = [.. products.Where(p => !p.IsMerchandise).Select(p => p.Id)];
        bool IsMerchandise(ProductId product) => !charges.Contains(product);

        if (!ShopHistory.HasAny(interactions, until, IsMerchandise))
        {
            return (new SortedDictionary<PreferenceAim, PreferenceModel>(), [ModelCard.None(Name, "nobody has looked at or bought a product yet")]);
        }

        List<ModelCard> cards = [];
        SortedDictionary<PreferenceAim, ContestChoice> choices = Choose(interactions, until, IsMerchandise, pins, cards, step, cancellationToken);
        ShopHistory everything = ShopHistory.Gather(interactions, until, IsMerchandise, keepsAll: false); // no earlier: the parts that choices are made on are gone now
        SortedDictionary<PreferenceAim, PreferenceModel> models = [];
        foreach ((PreferenceAim aim, ContestChoice choice) in choices)
        {
            step($"{NameOf(aim)}: fitting on everything");
            models.Add(aim, Fit(aim, everything, choice, cancellationToken));
        }

        return (models, cards);
    }

    /// <summary>Name of an aim's model in cards and files: <c>preference</c>, <c>preference-next</c> ...</summary>
    public static string NameOf(PreferenceAim aim) => aim == PreferenceAim.Taste ? Name : $"{Name}-{aim.ToString().ToLowerInvariant()}";

    private static SortedDictionary<PreferenceAim, ContestChoice> Choose(
        IReadOnlyList<Interaction> interactions, DateTimeOffset until, Func<ProductId, bool> isMerchandise, RankerPins pins, List<ModelCard> cards, Action<string> step, CancellationToken cancellationToken)
    {
        TimeSpan held = AimTasks.HeldOutLength(interactions[0].OccurredAt, until);
        AimTasks tasks = new(interactions, until - held, until, held, isMerchandise, keepsAll: false);
        SortedDictionary<PreferenceAim, ContestChoice> choices = [];
        foreach (PreferenceAim aim in Enum.GetValues<PreferenceAim>().Where(tasks.Has))
        {
            string name = NameOf(aim);
            ContestOptions rules = ContestOptions.Unlimited(pins.Of(aim)) with { MeasuresDiversity = false }; // the card does not show it
            RankingContest contest = new(tasks.Of(aim, name, ListLength), rules, TimeProvider.System, text => step($"{name}: {text}"));
            ContestChoice choice = contest.Choose(cancellationToken);
            RankingReport report = contest.Measure(choice, cancellationToken);
            choices.Add(aim, choice);
            cards.Add(new ModelCard(name, choice.Name, Describe(choice), MetricsOf(report), choice.Why) { Rankers = Compare(report) });
        }

        return choices;
    }

    private static PreferenceModel Fit(PreferenceAim aim, ShopHistory everything, ContestChoice choice, CancellationToken cancellationToken)
    {
        RankingSplit split = AimQuestions.Ask(aim, everything, []);
        List<BlendPart> parts = [];
        List<HistoryWeights> weights = [];
        double popularityShare = 0;
        DecayedPopularityModel? popularity = null;
        for (int i = 0; i < choice.Recipes.Count; i++)
        {
            EventRecipe recipe = (EventRecipe)choice.Recipes[i]; // all that is searched on a shop's history are
            switch (recipe.Fit(split, cancellationToken))
            {
                case DecayedPopularityModel demand:
                    (popularity, popularityShare) = (demand, choice.Weights[i]);
                    break;
                case IItemScorer scorer:
                    parts.Add(new BlendPart(Served(scorer, recipe.Model, cancellationToken), choice.Weights[i]));
                    weights.Add(recipe.Weights);
                    break;
            }
        }

        popularity ??= (DecayedPopularityModel)new AimSearch(aim, everything).Popularity().Fit(split, cancellationToken);
        return new PreferenceModel(everything.Products, new LinkBlend(parts, popularity, popularityShare), [.. weights]);
    }

    private static ICandidateScorer Served(IItemScorer scorer, string model, CancellationToken cancellationToken) => scorer switch
    {
        ICandidateScorer ready => ready,
        FactorModel factors => IndexedFactorModel.Build(factors, cancellationToken: cancellationToken),
        _ => throw new MarketLoopException($"'{model}' is measured by evaluate recommend, but cannot serve: it looks at everybody for each list."),
    };

    private static SortedDictionary<string, string> Describe(ContestChoice choice)
    {
        SortedDictionary<string, string> all = new(StringComparer.Ordinal);
        foreach (RankerPart part in choice.Parts)
        {
            foreach ((string setting, string value) in part.Parameters)
            {
                all[choice.Parts.Count == 1 ? setting : $"{part.Model}.{setting}"] = value;
            }
        }

        return all;
    }

    private static RankerComparison? Compare(RankingReport report)
    {
        if (report.Users == 0)
        {
            return null;
        }

        return new RankerComparison(
            [Figures("chosen", report), .. report.Models.OrderByDescending(other => other.Value.Ndcg).Select(other => Figures(other.Key, other.Value))],
            [.. report.Chosen.Validation.GroupBy(row => row.Model, StringComparer.Ordinal).Select(family => new CandidateFigures(family.Key, family.Count(), family.Max(row => row.Ndcg))).OrderByDescending(family => family.Ndcg)]);

        static RankerFigures Figures(string name, RankingQuality quality) => new(name, quality.Recall, quality.Ndcg, quality.Coverage, quality.Gini, quality.Novelty ?? 0);
    }

    private static SortedDictionary<string, double> MetricsOf(RankingReport report)
    {
        SortedDictionary<string, double> metrics = new(StringComparer.Ordinal) { ["users"] = report.Users };
        if (report.Users == 0)
        {
            return metrics;
        }

        RankingQuality popularity = report.Models["popularity"];
        foreach ((string name, double value) in ((string, double)[])
            [("recall", report.Recall), ("precision", report.Precision), ("f1", report.F1), ("ndcg", report.Ndcg), ("hitRate", report.HitRate), ("mrr", report.Mrr),
             ("coverage", report.Coverage), ("gini", report.Gini), ("popularityRecall", popularity.Recall), ("popularityNdcg", popularity.Ndcg)])
        {
            metrics[name] = value;
        }

        return metrics;
    }
}
