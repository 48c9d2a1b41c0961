using MarketLoop.Analysis.Preference;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Evaluation.Ranking;

/// <summary>What to evaluate.</summary>
public sealed record RankingRequest
{
    /// <summary>One of <see cref="RankingEvaluator.Formats"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The training part, or the only file or folder of the format.</summary>
    public required string Train { get; init; }

    /// <summary>The test part; null where the format cuts it from the only file.</summary>
    public string? Test { get; init; }

    /// <summary>Length of the lists, at least 1.</summary>
    public int At { get; init; } = 20;

    /// <summary>Families of models that take part, each possibly with pinned settings (<c>ease:lambda=500</c>); empty for all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>How events count: <c>auto</c> learns it, else <c>view=1,cart=2,buy=5</c>. For formats with several kinds of events.</summary>
    public string Weights { get; init; } = "auto";

    /// <summary>No new candidate is begun after so long. A limit makes the choice depend on the machine's speed.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>Measures rankers on files of published protocols. Everything is chosen on a part cut from train.</summary>
public static class RankingEvaluator
{
    private static readonly SortedDictionary<string, Func<RankingRequest, CancellationToken, Task<RankingTask>>> Readers = new(StringComparer.Ordinal)
    {
        [InteractionLists.FormatName] = (request, token) => InteractionLists.ReadAsync(request.Train, TestOf(request), request.At, token),
        [SequenceFile.FormatName] = (request, token) => SequenceFile.ReadAsync(request.Train, request.At, token),
        [SessionFiles.FormatName] = (request, token) => SessionFiles.ReadAsync(request.Train, TestOf(request), request.At, token),
        [BasketFolder.FormatName] = (request, token) => BasketFolder.ReadAsync(request.Train, request.At, token),
        [EventFiles.FormatName] = (request, token) => EventFiles.ReadAsync(request.Train, TestOf(request), request.At, request.Weights, token),
    };

    /// <summary>Names of the formats.</summary>
    public static IReadOnlyCollection<string> Formats => Readers.Keys;

    /// <summary>Reads, chooses, fits and measures.</summary>
    /// <param name="request">What to evaluate.</param>
    /// <param name="clock">Tells when the limit is reached.</param>
    /// <param name="progress">Told each step; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MarketLoopException">The format, a file or a model is not as it should be; the message says what and how to mend it.</exception>
    public static async Task<RankingReport> EvaluateAsync(RankingRequest request, TimeProvider clock, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.At, 1, nameof(request));
        if (!Readers.TryGetValue(request.Format, out Func<RankingRequest, CancellationToken, Task<RankingTask>>? read))
        {
            throw new MarketLoopException($"'{request.Format}' is no format; there are {string.Join(", ", Formats)}.");
        }

        ContestOptions options = new(ModelChoice.Parse(request.Models), request.Limit);
        progress?.Report("reading");
        RankingTask task = await read(request, cancellationToken);
        if (task.Test.Cases.Count == 0)
        {
            throw new MarketLoopException($"{request.Test ?? request.Train}: there is nothing to test on: nobody of train takes anything new there.");
        }

        return await Task.Run(() => new RankingContest(task, options, clock, text => progress?.Report(text)).Run(cancellationToken), cancellationToken);
    }

    /// <summary>Chooses, fits and measures on a shop's own history, split by time: the contest that every training holds.</summary>
    /// <param name="interactions">In any order, customers resolved.</param>
    /// <param name="request">What to evaluate.</param>
    /// <param name="clock">Tells when the limit is reached.</param>
    /// <param name="progress">Told each step; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MarketLoopException">There is nothing to learn from or to test on; the message says so.</exception>
    public static RankingReport EvaluateShop(IReadOnlyCollection<Interaction> interactions, ShopRequest request, TimeProvider clock, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.At, 1, nameof(request));
        ContestOptions options = new(ModelChoice.Parse(request.Models), request.Limit);
        if (interactions.Count == 0)
        {
            throw new MarketLoopException("There is nothing to learn from: the history is empty.");
        }

        DateTimeOffset from = interactions.Min(one => one.OccurredAt);
        DateTimeOffset until = interactions.Max(one => one.OccurredAt) + TimeSpan.FromTicks(1);
        DateTimeOffset split = request.SplitAt ?? until - AimTasks.HeldOutLength(from, until);
        if (from >= split)
        {
            throw new MarketLoopException($"--split-at: nothing happened before {split:yyyy-MM-dd}; the history goes from {from:yyyy-MM-dd} to {until:yyyy-MM-dd}.");
        }

        AimTasks tasks = new(interactions, split, until, AimTasks.HeldOutLength(from, split), product => !request.Charges.Contains(product), request.KeepsCharges);
        RankingTask task = tasks.Of(request.Aim, request.Format, request.At);
        return task.Test.Cases.Count == 0
            ? throw new MarketLoopException($"There is nothing to test on: no known customer has an answer from {split:yyyy-MM-dd} to {until:yyyy-MM-dd}.")
            : new RankingContest(task, options, clock, text => progress?.Report(text)).Run(cancellationToken);
    }

    private static string TestOf(RankingRequest request) => request.Test ?? throw new MarketLoopException($"--test: the format {request.Format} needs a file of what came later.");
}
