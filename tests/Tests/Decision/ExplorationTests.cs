using System.Globalization;
using MarketLoop.Decision.Exploration;
using Xunit;

namespace MarketLoop.Tests.Decision;

public sealed class ExplorationTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(0.2, 30, 10)]
    [InlineData(0.3, 12, 4)]
    [InlineData(0.5, 7, 6)]
    public void Over_a_log_the_mean_of_shown_over_propensity_is_one_for_each_candidate(double epsilon, int candidates, int count)
    {
        const int requests = 400_000;
        double[] sums = new double[candidates];

        for (int r = 0; r < requests; r++)
        {
            foreach (Placed placed in SwapExploration.Choose(candidates, count, epsilon, Key, Name(r)))
            {
                sums[placed.Candidate] += 1 / placed.Propensity;
            }
        }

        // The rarest candidate is shown epsilon / pool of the time; with 400,000 requests 5 % is at least 3 standard errors.
        Assert.All(sums, sum => Assert.InRange(sum / requests, 0.95, 1.05));
    }

    [Fact]
    public void Estimated_from_its_own_log_the_policy_is_worth_what_was_observed()
    {
        // given products with known click rates and a log of the exploring policy
        const int requests = 50_000, candidates = 15, count = 5;
        const double epsilon = 0.2;
        double[] clickRate = [.. Enumerable.Range(0, candidates).Select(i => 0.3 / (1 + i))];
        Random random = new(11);
        double observed = 0, weighted = 0, weights = 0;

        // when each position is weighed by the policy's probability, counted anew over requests of its own, over the propensity it logged
        double[] ownProbability = CountShares(candidates, count, epsilon);
        List<(int Candidate, double Propensity, bool Clicked)> log = [];
        for (int r = 0; r < requests; r++)
        {
            foreach (Placed placed in SwapExploration.Choose(candidates, count, epsilon, Key, Name(r)))
            {
                bool clicked = random.NextDouble() < clickRate[placed.Candidate];
                log.Add((placed.Candidate, placed.Propensity, clicked));
            }
        }

        foreach ((int candidate, double propensity, bool clicked) in log)
        {
            double marginal = candidate < count ? 1 - (epsilon / count) : epsilon / (candidates - count);
            Assert.InRange(ownProbability[candidate], marginal * 0.9, marginal * 1.1);
            double weight = ownProbability[candidate] / marginal;
            Assert.True(propensity is > 0 and <= 1);
            observed += clicked ? 1 : 0;
            weighted += clicked ? weight : 0;
            weights += weight;
        }

        // then the self-normalised estimate is the observed value
        Assert.Equal(observed / log.Count, weighted / weights, 0.01);
    }

    [Fact]
    public void From_its_log_the_value_of_the_plain_ranking_is_found_by_self_normalised_weights()
    {
        // given a log that explores and clicks that depend on the product alone
        const int candidates = 8, count = 3;
        double[] clickRate = [0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1];
        Random random = new(5);
        double weighted = 0, weights = 0;

        for (int r = 0; r < 100_000; r++)
        {
            IReadOnlyList<Placed> shown = SwapExploration.Choose(candidates, count, 0.4, Key, Name(r));
            for (int position = 0; position < count; position++)
            {
                bool clicked = random.NextDouble() < clickRate[shown[position].Candidate];
                double weight = shown[position].Candidate == position ? 1 / shown[position].Propensity : 0;
                weights += weight;
                weighted += clicked ? weight : 0;
            }
        }

        Assert.Equal(0.4, weighted / weights, 0.01);
    }

    [Fact]
    public void The_same_request_gets_the_same_list_and_another_folder_another_one()
    {
        byte[] other = [.. Key.Reverse()];

        IReadOnlyList<Placed>[] first = [.. Enumerable.Range(0, 100).Select(r => SwapExploration.Choose(30, 10, 0.5, Key, Name(r)))];
        IReadOnlyList<Placed>[] again = [.. Enumerable.Range(0, 100).Select(r => SwapExploration.Choose(30, 10, 0.5, Key, Name(r)))];
        IReadOnlyList<Placed>[] elsewhere = [.. Enumerable.Range(0, 100).Select(r => SwapExploration.Choose(30, 10, 0.5, other, Name(r)))];

        Assert.Equal(first, again);
        Assert.NotEqual(first, elsewhere);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 5)]
    [InlineData(5, 5)]
    [InlineData(5, 0)]
    public void Without_a_pool_the_ranking_is_shown_as_it_is(int candidates, int count)
    {
        IReadOnlyList<Placed> shown = SwapExploration.Choose(candidates, count, 0.5, Key, "r");

        Assert.Equal(Math.Min(candidates, count), shown.Count);
        Assert.All(shown.Select((p, i) => (p, i)), x => Assert.Equal(new Placed(x.i, 1), x.p));
    }

    private static double[] CountShares(int candidates, int count, double epsilon)
    {
        const int requests = 100_000;
        double[] shares = new double[candidates];
        for (int r = 0; r < requests; r++)
        {
            foreach (Placed placed in SwapExploration.Choose(candidates, count, epsilon, Key, "own-" + Name(r)))
            {
                shares[placed.Candidate] += 1.0 / requests;
            }
        }

        return shares;
    }

    private static string Name(int request) => request.ToString(CultureInfo.InvariantCulture);
}
