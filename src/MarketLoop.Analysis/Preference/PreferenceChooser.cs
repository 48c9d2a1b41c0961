using System.Globalization;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Preference;

/// <summary>One row of the table a choice was made from.</summary>
/// <param name="Model">The kind of model.</param>
/// <param name="Parameters">Its settings.</param>
/// <param name="Recall">Recall on the validation part.</param>
/// <param name="Ndcg">NDCG on the validation part, which decides.</param>
public sealed record ValidationRow(string Model, IReadOnlyDictionary<string, string> Parameters, double Recall, double Ndcg);

/// <summary>The candidate chosen and why.</summary>
/// <param name="Candidate">The candidate.</param>
/// <param name="Why">In words.</param>
/// <param name="Table">All candidates tried, in order.</param>
internal sealed record PreferenceChoice(PreferenceCandidate Candidate, string Why, IReadOnlyList<ValidationRow> Table);

/// <summary>Chooses among candidates on a validation part; nobody shows it the test part.</summary>
/// <remarks>First the link models with a plain blend, then the best one's blend. The best NDCG wins, of equals the earlier (simpler) one.</remarks>
internal sealed class PreferenceChooser(PreferenceData data, IReadOnlyList<HeldOutCustomer> held, int at)
{
    private const int FewestCustomers = 20;
    private const int MostCustomers = 2_000;
    private const int MostItemsForEase = 6_000;
    private const double Never = double.PositiveInfinity;

    private readonly PreferenceTester tester = new(data, Thin(held), at);
    private readonly List<ValidationRow> table = [];
    private (PreferenceCandidate Candidate, double Ndcg)? best;

    /// <summary>What serves when there is too little to choose by.</summary>
    public static PreferenceCandidate Default { get; } = new() { Links = LinkModel.Neighbours, Penalty = 10 };

    public PreferenceChoice Choose(Action<string> step, CancellationToken cancellationToken)
    {
        if (held.Count < FewestCustomers)
        {
            return new PreferenceChoice(Default, $"default: only {held.Count} customers bought anything new in the validation part, {FewestCustomers} are needed to choose", table);
        }

        foreach (PreferenceCandidate candidate in FirstRound())
        {
            step($"trying {candidate.Model}");
            ItemNeighboursModel links = candidate.FitLinks(data, cancellationToken);
            Try(candidate, links, cancellationToken);
        }

        double popularity = table.Where(r => r.Parameters.Count == 1).Max(r => r.Ndcg);
        RefineBlend(step, cancellationToken);
        PreferenceCandidate chosen = best!.Value.Candidate; // the first round tried at least one
        string why = string.Create(
            CultureInfo.InvariantCulture,
            $"best NDCG@{at} of {table.Count} candidates on the validation part from {data.Until:yyyy-MM-dd} ({tester.Customers} customers): {best.Value.Ndcg:0.0000}; best popularity {popularity:0.0000}");
        return new PreferenceChoice(chosen, why, table);
    }

    // Evenly spaced over the ordered customers, so that the same data gives the same sample.
    private static IReadOnlyList<HeldOutCustomer> Thin(IReadOnlyList<HeldOutCustomer> all) =>
        all.Count <= MostCustomers ? all : [.. Enumerable.Range(0, MostCustomers).Select(i => all[(int)((long)i * all.Count / MostCustomers)])];

    private IEnumerable<PreferenceCandidate> FirstRound()
    {
        foreach (double halfLife in (double[])[Never, 30, 14, 7])
        {
            yield return new PreferenceCandidate { Links = LinkModel.None, PopularityWeight = 1, PopularityHalfLifeDays = halfLife };
        }

        yield return Default with { Penalty = 0, CustomerDamping = 0 };
        yield return Default;
        yield return Default with { Damping = 0.7 };
        yield return Default with { LearningHalfLifeDays = 90 };
        if (data.HasViews)
        {
            yield return Default with { History = Default.History with { View = 0, Add = 0 } };
            yield return Default with { History = Default.History with { View = 0.1, Add = 0.4 } };
            yield return Default with { History = Default.History with { View = 0.6, Add = 0.8 } };
        }

        if (data.Products.Length <= MostItemsForEase)
        {
            HistoryWeights weights = BestSoFar().History;
            foreach ((double lambda, double halfLife) in ((double, double)[])[(500, Never), (200, Never), (200, 90), (100, 90)])
            {
                yield return new PreferenceCandidate { Links = LinkModel.Ease, Penalty = lambda, LearningHalfLifeDays = halfLife, History = weights };
            }
        }
    }

    private PreferenceCandidate BestSoFar() => best?.Candidate ?? Default;

    private void RefineBlend(Action<string> step, CancellationToken cancellationToken)
    {
        PreferenceCandidate core = BestSoFar();
        if (core.Links == LinkModel.None)
        {
            return;
        }

        step("weighing popularity and history");
        ItemNeighboursModel links = core.FitLinks(data, cancellationToken);
        foreach (double history in (double[])[Never, 180, 90, 30])
        {
            foreach ((double weight, double halfLife) in ((double, double)[])[(0, 14), (0.1, 14), (0.1, 7), (0.3, 14), (0.3, 7), (0.6, 7), (1, 7)])
            {
                PreferenceCandidate candidate = core with { PopularityWeight = weight, PopularityHalfLifeDays = halfLife, History = core.History with { HalfLifeDays = history } };
                if (candidate != core)
                {
                    Try(candidate, links, cancellationToken);
                }
            }
        }
    }

    private void Try(PreferenceCandidate candidate, ItemNeighboursModel links, CancellationToken cancellationToken)
    {
        RankingMetrics metrics = tester.Measure(candidate.Blend(data, links, cancellationToken), candidate.History, goodsOnly: true, cancellationToken);
        table.Add(new ValidationRow(candidate.Model, candidate.Describe(), metrics.Recall, metrics.Ndcg));
        if (best is null || metrics.Ndcg > best.Value.Ndcg)
        {
            best = (candidate, metrics.Ndcg);
        }
    }
}
