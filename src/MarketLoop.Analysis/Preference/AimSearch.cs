using MarketLoop.Analysis.Evaluation.Ranking;

namespace MarketLoop.Analysis.Preference;

/// <summary>What is worth trying on a shop's own history, by aim. Only rankers that answer from the links of a few products: they serve in a fraction of a millisecond and learn nothing about single customers.</summary>
/// <param name="aim">The aim.</param>
/// <param name="history">The history that candidates are fitted on.</param>
internal sealed class AimSearch(PreferenceAim aim, ShopHistory history)
{
    private const int MostLinks = 20_000_000;
    private const double Never = double.PositiveInfinity;

    private static readonly HistoryWeights Purchases = new(0, 0, 1) { MostSteps = ShopHistory.MostTouches };
    private static readonly HistoryWeights Alike = HistoryWeights.Equal with { MostSteps = ShopHistory.MostTouches };

    /// <summary>What acts count before anything is chosen.</summary>
    public static HistoryWeights Usual { get; } = new(0.3, 0.6, 1) { MostSteps = ShopHistory.MostTouches };

    /// <summary>A recipe that the caller named, over acts that count as usual.</summary>
    public static ITunableRecipe Wrap(ITunableRecipe recipe) => new EventRecipe(recipe, Usual);

    private readonly int items = history.Products.Length;

    /// <summary>What serves when there is too little to choose by.</summary>
    public ITunableRecipe Default => aim switch
    {
        PreferenceAim.Reorder => new EventRecipe(Recipe.Of("habits"), Purchases with { HalfLifeDays = 60, Repeats = 1 }),
        PreferenceAim.Next => new EventRecipe(Sequential, Usual),
        _ => new EventRecipe(Links, Usual),
    };

    /// <summary>What everybody buys (or looks at, in a shop that has sold nothing yet).</summary>
    public IRankerRecipe Popularity(double halfLifeDays = 14) =>
        new EventRecipe(Recipe.Of("popularity", ("halfLifeDays", halfLifeDays)), history.HasOrders ? Purchases : Alike);

    /// <summary>Links kept a product, so that a large catalogue's models stay small.</summary>
    public static int LinksKept(int items) => Math.Clamp(MostLinks / Math.Max(1, items), 50, 300);

    public IEnumerable<IRankerRecipe> Propose(RankingTable table)
    {
        IEnumerable<IEnumerable<IRankerRecipe>> families = aim switch
        {
            PreferenceAim.Next => Next(table),
            PreferenceAim.Basket => Basket(table),
            PreferenceAim.Reorder => Reorder(table),
            _ => Taste(table),
        };
        return families.SelectMany(family => family);
    }

    private static ITunableRecipe Sequential => Recipe.Of("sequential-neighbours", ("historyDecay", 0.8), ("backward", 0.5), ("shrinkage", 1));

    private ITunableRecipe Links => Recipe.Of("item-neighbours", ("neighbours", Kept), ("shrinkage", 10), ("weighted", 1));

    private ITunableRecipe Ease => Recipe.Of("ease", ("neighbours", Kept), ("lambda", 300), ("weighted", 1));

    private static ITunableRecipe Factors => Recipe.Of("als", ("factors", 64));

    private int Kept => LinksKept(items);

    private bool IsSmall => items <= MatrixFamilies.MostItemsForEase;

    private IEnumerable<IEnumerable<IRankerRecipe>> Taste(RankingTable table)
    {
        (string, double[])[] ages = [("halfLifeDays", [90, 30]), ("historyHalfLifeDays", [180, 60, 20])];
        (string, double[]) learned = ("learned", [ShopHistory.MostTouches, 50]);
        (string, double[])[] kinds = history.HasViews ? [("view", [0, 0.1, 0.6]), ("cart", [0, 0.9])] : [];
        yield return Popular(Never, 30, 14, 7, 3);
        yield return Climb(table, new EventRecipe(Links, Usual), [("damping", [0.3, 0.7]), ("shrinkage", [0, 3]), ("userDamping", [0, 1]), learned, .. kinds, .. ages]);
        if (IsSmall)
        {
            yield return Climb(table, new EventRecipe(Ease, Usual), [("lambda", [100, 800]), learned, .. kinds, .. ages]);
        }
        else
        {
            yield return Climb(table, new EventRecipe(Factors, Usual), [("unobserved", [0.02])]);
        }

        yield return Climb(table, new EventRecipe(Sequential, Usual), [("historyDecay", [0.95, 1]), ("damping", [0.1, 0.5]), ("window", [25])]);
    }

    private IEnumerable<IEnumerable<IRankerRecipe>> Next(RankingTable table)
    {
        yield return Climb(table, new EventRecipe(Sequential, Alike), [("historyDecay", [0.35, 0.6]), ("damping", [0.1, 0.5]), ("backward", [0.25, 1]), ("window", [3, 25]), ("cart", [2]), ("buy", [0.3, 2])]);
        yield return Climb(table, new EventRecipe(Links, Alike with { StepDecay = 0.6 }), [("damping", [0.3, 0.7]), ("shrinkage", [1]), ("stepDecay", [0.3, 0.85])]);
        yield return Popular(Never, 14, 3);
    }

    private IEnumerable<IEnumerable<IRankerRecipe>> Basket(RankingTable table)
    {
        yield return Climb(table, new EventRecipe(Links, Alike), [("damping", [0.3, 0.7]), ("shrinkage", [0, 3]), ("userDamping", [0, 1]), ("halfLifeDays", [90, 30])]);
        if (IsSmall)
        {
            yield return Climb(table, new EventRecipe(Ease, Alike), [("lambda", [100, 800]), ("halfLifeDays", [90])]);
        }

        yield return Popular(Never, 14, 3);
    }

    private IEnumerable<IEnumerable<IRankerRecipe>> Reorder(RankingTable table)
    {
        yield return Climb(table, Default, [("historyHalfLifeDays", [Never, 180, 20]), ("repeats", [0, 0.5])]);
        yield return Climb(table, new EventRecipe(Links, Usual), [("damping", [0.3, 0.7]), ("historyHalfLifeDays", [60])]);
        yield return Popular(Never, 14);
    }

    private IEnumerable<IRankerRecipe> Popular(params double[] halfLives) => halfLives.Select(Popularity);

    private static IEnumerable<IRankerRecipe> Climb(RankingTable table, ITunableRecipe start, (string, double[])[] grid) => SequenceSearch.Climb(table, start, grid, rounds: 1);
}
