using MarketLoop.Learning.Numerics;

namespace MarketLoop.Learning.Sequences;

/// <summary>How the entries of the present session fade with the steps since.</summary>
public enum PositionDecay
{
    /// <summary>All count alike.</summary>
    None,

    /// <summary>1 / (1 + k), k being the steps back.</summary>
    Reciprocal,

    /// <summary>1 - k / n, n being the length of the session.</summary>
    Linear,

    /// <summary>exp(-k / <see cref="SessionNeighboursOptions.PositionSteps"/>).</summary>
    Exponential,
}

/// <summary>How sessions are found that were like the present one, and what they say.</summary>
public sealed record SessionNeighboursOptions
{
    /// <summary>Sessions that vote, at least 1. Default 500. Raising it smooths and costs time.</summary>
    public int Neighbours { get; init; } = 500;

    /// <summary>Most recent sessions looked at for each entry of the history, at least 1. Default 1,000. Raising it costs time, and lets old sessions vote.</summary>
    public int Sample { get; init; } = 1_000;

    /// <summary>Last entries of a history that are looked at, at least 1. Default 50.</summary>
    public int HistoryLength { get; init; } = 50;

    /// <summary>How entries of the history fade. Default <see cref="PositionDecay.Reciprocal"/>.</summary>
    public PositionDecay Position { get; init; } = PositionDecay.Reciprocal;

    /// <summary>Steps after which an entry counts 1/e with <see cref="PositionDecay.Exponential"/>, above 0. Default 2.</summary>
    public double PositionSteps { get; init; } = 2;

    /// <summary>Days after which a session counts half, above 0. Default infinity. Lowering it follows fashions faster.</summary>
    public double HalfLifeDays { get; init; } = double.PositiveInfinity;

    /// <summary>A neighbour of n entries counts n^-damping, 0..1. Default 0.5. Raising it lets long sessions say less.</summary>
    public double LengthDamping { get; init; } = 0.5;

    /// <summary>In a neighbour, an item g steps from the shared one counts exp(-(g - 1) / steps); above 0. Default infinity: all alike. Lowering it looks next to the shared item only.</summary>
    public double DistanceSteps { get; init; } = double.PositiveInfinity;

    /// <summary>What items before the shared one count, 0..1; items after it count 1. Default 1.</summary>
    public double Before { get; init; } = 1;

    /// <summary>What the shared item itself counts, at least 0. Default 1. 0 leaves it out.</summary>
    public double Itself { get; init; } = 1;

    /// <summary>Scores are multiplied by 1 + weight x ln(sessions / sessions with the item), at least 0. Default 0. Raising it favours rare items.</summary>
    public double IdfWeight { get; init; }

    /// <summary>V-SKNN: linear position decay, no recency, every item of a neighbour alike.</summary>
    public static SessionNeighboursOptions VectorMultiplication { get; } = new() { Position = PositionDecay.Linear, LengthDamping = 0, Neighbours = 100 };

    /// <summary>STAN: exponential decays of the position in the session, of the neighbour's age and of the distance to the shared item.</summary>
    public static SessionNeighboursOptions SequenceAndTime { get; } = new()
    {
        Position = PositionDecay.Exponential,
        PositionSteps = 2,
        HalfLifeDays = 28,
        DistanceSteps = 2,
    };

    internal void Validate()
    {
        OptionGuard.Within(Neighbours, 1, int.MaxValue);
        OptionGuard.Within(Sample, 1, int.MaxValue);
        OptionGuard.Within(HistoryLength, 1, int.MaxValue);
        OptionGuard.Within((int)Position, 0, 3);
        OptionGuard.Within(PositionSteps, 1e-3, double.PositiveInfinity);
        OptionGuard.Within(HalfLifeDays, 1e-9, double.PositiveInfinity);
        OptionGuard.Within(LengthDamping, 0, 1);
        OptionGuard.Within(DistanceSteps, 1e-3, double.PositiveInfinity);
        OptionGuard.Within(Before, 0, 1);
        OptionGuard.Within(Itself, 0, 1e6);
        OptionGuard.Within(IdfWeight, 0, 1e6);
    }
}

/// <summary>
/// Session-based neighbours. With w_i the position decay of the present session s, the similarity of a past session n is
/// sim(s, n) = sum over shared i of w_i, times 2^(-age / half-life) / |n|^damping; and
/// score(j) = sum over the nearest n of sim(s, n) d(n, j) idf(j), d fading with the distance of j from the last shared item.
/// Sources: Ludewig and Jannach, "Evaluation of Session-based Recommendation Algorithms", UMUAI 28 (2018), section 3.2 (V-SKNN);
/// Garg et al., "Sequence and Time Aware Neighborhood for Session-based Recommendations", SIGIR 2019, eq. 3 to 6 (STAN).
/// </summary>
public static class SessionNeighboursTrainer
{
    /// <summary>Keeps the sessions with an index from item to sessions, most recent first. O(entries + sessions log sessions).</summary>
    /// <param name="sessions">A row for each session, in time order. Weights are not looked at. Empty gives a model without neighbours.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static SessionNeighboursModel Fit(ItemSequences sessions, SessionNeighboursOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        options ??= new SessionNeighboursOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();

        int[] recent = [.. Enumerable.Range(0, sessions.Users)
            .Where(session => sessions.ItemsOf(session).Length > 0)
            .OrderByDescending(session => sessions.DaysOf(session)[^1])
            .ThenBy(session => session)];
        var starts = new int[recent.Length + 1];
        var items = new int[sessions.Count];
        var ages = new double[recent.Length];
        for (var s = 0; s < recent.Length; s++)
        {
            var entries = sessions.ItemsOf(recent[s]);
            entries.CopyTo(items.AsSpan(starts[s]));
            starts[s + 1] = starts[s] + entries.Length;
            ages[s] = sessions.LatestDay - sessions.DaysOf(recent[s])[^1];
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new SessionNeighboursModel(sessions.Items, options, starts, items, ages);
    }
}
