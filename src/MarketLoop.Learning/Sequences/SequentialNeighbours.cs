using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Sequences;

/// <summary>How links between items that come one after another are learned and used.</summary>
public sealed record SequentialNeighboursOptions
{
    /// <summary>Steps ahead that a link reaches, 1..1,000. Default 10. Raising it links what lies further apart; cost grows with it.</summary>
    public int Window { get; init; } = 10;

    /// <summary>What a later item counts for an earlier one, at least 0. Default 1.</summary>
    public double Forward { get; init; } = 1;

    /// <summary>What an earlier item counts for a later one, at least 0. Default 0.3. Raising it makes order matter less.</summary>
    public double Backward { get; init; } = 0.3;

    /// <summary>A link over g steps counts g^-decay, 0..10. Default 1. Raising it trusts direct followers more.</summary>
    public double GapDecay { get; init; } = 1;

    /// <summary>Exponent on the recommended item's popularity, 0..1. Default 0.5. Raising it pushes popular items down.</summary>
    public double PopularityDamping { get; init; } = 0.5;

    /// <summary>Exponent on the popularity of the history's item, 0..1. Default 0.5. Raising it lets rare entries of a history say more.</summary>
    public double SourceDamping { get; init; } = 0.5;

    /// <summary>Added to the product of damped popularities, at least 0. Default 0. Raising it distrusts rare pairs.</summary>
    public double Shrinkage { get; init; }

    /// <summary>An entry k steps back in a history counts decay^k, 0..1. Default 0.6. 0 looks at the last entry only, 1 at all alike.</summary>
    public double HistoryDecay { get; init; } = 0.6;

    /// <summary>Whether an item that follows itself links to itself. Default false. True where taking the same again is an answer.</summary>
    public bool LinksItself { get; init; }

    /// <summary>First-order transitions: score(j) = how often j came directly after the last item, over how often that item was seen.</summary>
    public static SequentialNeighboursOptions Transitions { get; } = new()
    {
        Window = 1,
        Backward = 0,
        PopularityDamping = 0,
        SourceDamping = 1,
        HistoryDecay = 0,
        LinksItself = true,
    };

    internal void Validate()
    {
        OptionGuard.Within(Window, 1, 1_000);
        OptionGuard.Within(Forward, 0, 1e6);
        OptionGuard.Within(Backward, 0, 1e6);
        OptionGuard.Within(GapDecay, 0, 10);
        OptionGuard.Within(PopularityDamping, 0, 1);
        OptionGuard.Within(SourceDamping, 0, 1);
        OptionGuard.Within(Shrinkage, 0, 1e12);
        OptionGuard.Within(HistoryDecay, 0, 1);
    }
}

/// <summary>
/// Recency-weighted sequential item neighbours. For two entries p before q of a sequence, at most a window apart, with weights x:
/// c(p to q) += forward x_p x_q / (q-p)^g, c(q to p) += backward x_p x_q / (q-p)^g; n_i = sum of x_i^2;
/// sim(i to j) = c(i to j) / (n_i^s n_j^a + shrinkage); score(j) = sum over a history of weight x decay^(steps back) x sim.
/// Source: item neighbours as in Deshpande and Karypis, ACM TOIS 22 (2004), over sequential rules as in Kamehkhosh, Jannach and
/// Ludewig, "A Comparison of Frequent Pattern Techniques and a Deep Learning Method for Session-Based Recommendation", 2017.
/// </summary>
public static class SequentialNeighboursTrainer
{
    /// <summary>
    /// Learns all sequences. O(entries x window), parallel over users; sums are fixed-point, so the bytes do not depend on the number
    /// of threads, nor on whether the model learned in one go or act by act.
    /// </summary>
    /// <param name="sequences">Rows in time order; empty gives a model without links. Its number of items is the model's for good: leave room for new ones.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit within one row a worker.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static SequentialNeighboursModel Fit(ItemSequences sequences, SequentialNeighboursOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        options ??= new SequentialNeighboursOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        var model = new SequentialNeighboursModel(sequences.Items, options);
        Parallel.For(0, sequences.Users, new ParallelOptions { CancellationToken = cancellationToken }, user =>
            model.LearnAll(sequences.ItemsOf(user), sequences.WeightsOf(user)));
        return model;
    }
}
