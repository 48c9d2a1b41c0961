using MarketLoop.Analysis.Features;

namespace MarketLoop.Analysis.Preference;

/// <summary>How much the acts of a history count: by kind, by age, by the steps since, by repetition. The same code weighs when models are chosen and when they serve.</summary>
/// <param name="View">Weight of a product looked at, at least 0.</param>
/// <param name="Cart">Weight of a product put into the cart, at least 0.</param>
/// <param name="Buy">Weight of a product bought, at least 0.</param>
public sealed record HistoryWeights(double View, double Cart, double Buy)
{
    /// <summary>All acts alike.</summary>
    public static HistoryWeights Equal { get; } = new(1, 1, 1);

    /// <summary>Days after which an act counts half; infinity (default) for never.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>What an act counts for each later product in the history, above 0 to 1. Default 1.</summary>
    public double StepDecay { get; init; } = 1;

    /// <summary>Exponent of how often a product was bought, 0 (default: once is enough) to 1 (each time counts).</summary>
    public double Repeats { get; init; }

    /// <summary>Products touched since, from which on an entry counts nothing. Default none; serving looks at <see cref="ShopHistory.MostTouches"/>.</summary>
    internal int MostSteps { get; init; } = int.MaxValue;

    /// <summary>Newest entries of a customer that links are learned from, at least 1. Default all: a wholesaler who bought half the catalogue then says much about everything.</summary>
    internal int Learned { get; init; } = int.MaxValue;

    /// <summary>Weight of postage and the like. Default 0; published baselines count them.</summary>
    internal double Charge { get; init; }

    /// <summary>What learning looks at: what the kinds count, and how much of each customer.</summary>
    internal HistoryWeights OfLearning => new(View, Cart, Buy) { Charge = Charge, Learned = Learned };

    /// <summary>The settings by the names that reports use.</summary>
    internal IEnumerable<KeyValuePair<string, double>> Settings =>
    [
        new("view", View), new("cart", Cart), new("buy", Buy), new("historyHalfLifeDays", HalfLifeDays), new("stepDecay", StepDecay), new("repeats", Repeats),
        new("learned", Learned == int.MaxValue ? double.PositiveInfinity : Learned),
    ];

    /// <summary>Weight of one entry.</summary>
    /// <param name="kind">The strongest thing done with the product.</param>
    /// <param name="buys">How often it was bought; counts where it was.</param>
    /// <param name="ageDays">Days since, at least 0.</param>
    /// <param name="steps">Products touched since, at least 0.</param>
    internal double Of(ActKind kind, int buys, double ageDays, int steps)
    {
        double act = kind switch { ActKind.View => View, ActKind.Cart => Cart, ActKind.Buy => Buy, ActKind.Charge => Charge, _ => 0 };
        return act == 0 || steps >= MostSteps ? 0 : act * Math.Pow(0.5, ageDays / HalfLifeDays) * Math.Pow(StepDecay, steps) * (kind == ActKind.Buy && Repeats > 0 ? Math.Pow(Math.Max(1, buys), Repeats) : 1);
    }

    /// <summary>What one act counts when links are learned.</summary>
    internal float Of(ActKind kind) => (float)Of(kind, 1, 0, 0);

    /// <summary>The same with one setting changed; null when it has no setting of that name.</summary>
    internal HistoryWeights? With(string setting, double value) => setting switch
    {
        "view" => this with { View = value },
        "cart" => this with { Cart = value },
        "buy" => this with { Buy = value },
        "historyHalfLifeDays" => this with { HalfLifeDays = value },
        "stepDecay" => this with { StepDecay = value },
        "repeats" => this with { Repeats = value },
        "learned" => this with { Learned = double.IsPositiveInfinity(value) ? int.MaxValue : (int)value },
        _ => null,
    };
}

/// <summary>What was done with a product, the weaker first; the numbers stand in sequences as weights.</summary>
internal enum ActKind
{
    /// <summary>Nothing that counts.</summary>
    None,

    /// <summary>Looked at.</summary>
    View,

    /// <summary>Put into the cart.</summary>
    Cart,

    /// <summary>Bought.</summary>
    Buy,

    /// <summary>Paid for, but no merchandise.</summary>
    Charge,
}

/// <summary>What a touch amounts to.</summary>
internal static class TouchKinds
{
    /// <summary>The strongest thing done with a product.</summary>
    public static ActKind Kind(this ProductTouch touch) => touch.Purchases > 0 ? ActKind.Buy : touch.Adds > 0 ? ActKind.Cart : touch.Views > 0 ? ActKind.View : ActKind.None;
}
