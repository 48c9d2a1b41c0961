using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Learning.Sequences;

/// <summary>How the next basket is foretold.</summary>
public sealed record NextBasketOptions
{
    /// <summary>Baskets of one group, at least 1. Default 7.</summary>
    public int GroupSize { get; init; } = 7;

    /// <summary>A basket k baskets before the end of its group counts decay^k, 0..1. Default 0.9. Raising it treats a group's baskets alike.</summary>
    public double WithinDecay { get; init; } = 0.9;

    /// <summary>A group k groups before the last counts decay^k, 0..1. Default 0.7. Lowering it forgets habits faster.</summary>
    public double AcrossDecay { get; init; } = 0.7;

    /// <summary>Users whose habits are asked, at least 0. Default 300.</summary>
    public int Neighbours { get; init; } = 300;

    /// <summary>Share of the user's own habits, 0..1; the neighbours have the rest. Default 0.7. 1 is personal frequency with decay alone.</summary>
    public double PersonalShare { get; init; } = 0.7;

    /// <summary>
    /// Writes what each entry of a history counts: with n baskets in G groups, the last basket of the last group is the newest, and
    /// an entry counts within^(baskets to the end of its group) / (baskets of the group) x across^(groups to the end) / G.
    /// </summary>
    /// <param name="days">Day of each entry, ascending; entries of one day are one basket.</param>
    /// <param name="weights">Receives the weights, as many as days.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public void Weigh(ReadOnlySpan<double> days, Span<float> weights)
    {
        if (days.Length != weights.Length)
        {
            throw new ArgumentException($"{days.Length} days do not fit {weights.Length} weights.", nameof(weights));
        }

        Validate();
        var baskets = days.IsEmpty ? 0 : 1;
        for (var i = 1; i < days.Length; i++)
        {
            baskets += days[i] == days[i - 1] ? 0 : 1;
        }

        // Groups are counted from the newest basket, so the oldest group may be smaller.
        var groups = (baskets + GroupSize - 1) / GroupSize;
        var back = 0;
        for (var i = days.Length - 1; i >= 0; i--)
        {
            back += i < days.Length - 1 && days[i] != days[i + 1] ? 1 : 0;
            var group = back / GroupSize;
            var size = Math.Min(GroupSize, baskets - (group * GroupSize));
            weights[i] = (float)(Math.Pow(WithinDecay, back % GroupSize) / size * Math.Pow(AcrossDecay, group) / groups);
        }
    }

    internal void Validate()
    {
        OptionGuard.Within(GroupSize, 1, int.MaxValue);
        OptionGuard.Within(WithinDecay, 0, 1);
        OptionGuard.Within(AcrossDecay, 0, 1);
        OptionGuard.Within(Neighbours, 0, int.MaxValue);
        OptionGuard.Within(PersonalShare, 0, 1);
    }
}

/// <summary>
/// TIFU-kNN: personal item frequency with time decay within and across groups of baskets, blended with the mean of the nearest users:
/// P = alpha u + (1 - alpha) mean of the k nearest users' vectors. Source: Hu, He, Gao and Zhang, "Modeling Personalized Item Frequency
/// Information for Next-basket Recommendation", SIGIR 2020, eq. 1 to 4. Nearest is by cosine here (the paper: Euclidean distance).
/// </summary>
public static class NextBasketTrainer
{
    /// <summary>Computes each user's vector. O(entries).</summary>
    /// <param name="baskets">A row for each user; entries of one day are a basket. Weights multiply what an entry counts. Empty gives a model of the user's own habits alone.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static NextBasketModel Fit(ItemSequences baskets, NextBasketOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(baskets);
        options ??= new NextBasketOptions();
        options.Validate();
        var builder = new InteractionMatrixBuilder(baskets.Users, baskets.Items);
        for (var user = 0; user < baskets.Users; user++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var weights = new float[baskets.ItemsOf(user).Length];
            options.Weigh(baskets.DaysOf(user), weights);
            for (var i = 0; i < weights.Length; i++)
            {
                builder.Add(user, baskets.ItemsOf(user)[i], weights[i] * baskets.WeightsOf(user)[i]);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new NextBasketModel(options, builder.Build());
    }
}
