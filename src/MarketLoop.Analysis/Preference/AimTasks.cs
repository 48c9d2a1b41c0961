using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Domain;
using MarketLoop.Learning.Evaluation;

namespace MarketLoop.Analysis.Preference;

/// <summary>A shop's own history as contests, one for each aim: learn before a moment, ask what came after.</summary>
internal sealed class AimTasks
{
    private const double PopularityOfDefault = 0.05; // settles between products that links leave alike

    private readonly ShopHistory validation;
    private readonly ShopHistory test;
    private readonly IReadOnlyList<Act[]> validationLater;
    private readonly IReadOnlyList<Act[]> testLater;
    private readonly bool keepsAll;

    /// <summary>Cuts a history.</summary>
    /// <param name="interactions">In any order.</param>
    /// <param name="splitAt">First moment of the test part.</param>
    /// <param name="until">End of the test part (exclusive).</param>
    /// <param name="held">Length of the validation part.</param>
    /// <param name="isMerchandise">By the catalogue.</param>
    /// <param name="keepsAll">See <see cref="ShopHistory.Gather"/>.</param>
    public AimTasks(IReadOnlyCollection<Interaction> interactions, DateTimeOffset splitAt, DateTimeOffset until, TimeSpan held, Func<ProductId, bool> isMerchandise, bool keepsAll)
    {
        this.keepsAll = keepsAll;
        validation = ShopHistory.Gather(interactions, splitAt - held, isMerchandise, keepsAll);
        test = ShopHistory.Gather(interactions, splitAt, isMerchandise, keepsAll);
        validationLater = validation.Later(interactions, splitAt);
        testLater = test.Later(interactions, until);
    }

    /// <summary>Length of a held-out part: a tenth of the history, one day at least and thirty at most.</summary>
    public static TimeSpan HeldOutLength(DateTimeOffset from, DateTimeOffset until) => TimeSpan.FromDays(Math.Clamp((until - from).TotalDays / 10, 1, 30));

    /// <summary>True when the history has something to ask by: a shop that knows no views has nobody looking at product pages.</summary>
    public bool Has(PreferenceAim aim) => aim switch
    {
        PreferenceAim.Next => test.HasViews,
        PreferenceAim.Taste => true,
        _ => test.HasOrders,
    };

    /// <summary>The contest of an aim.</summary>
    /// <param name="aim">The aim.</param>
    /// <param name="format">Name for reports.</param>
    /// <param name="at">Length of the lists.</param>
    public RankingTask Of(PreferenceAim aim, string format, int at)
    {
        AimSearch search = new(aim, validation);
        int links = keepsAll ? Math.Max(1, test.Products.Length) : AimSearch.LinksKept(test.Products.Length); // published figures keep them all, which a training of a large catalogue could not
        ITunableRecipe cosine = Recipe.Of("item-neighbours", ("neighbours", links), ("shrinkage", 0), ("userDamping", 0));
        HistoryWeights everything = HistoryWeights.Equal with { Charge = 1 };
        return new RankingTask
        {
            Format = format,
            At = at,
            Validation = AimQuestions.Ask(aim, validation, validationLater),
            Test = AimQuestions.Ask(aim, test, testLater),
            Recall = RecallDivisor.Possible,
            Wrap = AimSearch.Wrap,
            Search = search.Propose,
            Fallback = [(search.Default, 1), (search.Popularity(), PopularityOfDefault)],
            Baselines = new Dictionary<string, IRankerRecipe>(StringComparer.Ordinal)
            {
                ["popularity"] = new EventRecipe(Recipe.Of("popularity"), everything with { View = test.HasOrders ? 0 : 1, Cart = test.HasOrders ? 0 : 1 }),
                ["itemCosine"] = new EventRecipe(cosine, everything),
            },
        };
    }

}
