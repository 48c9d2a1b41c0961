using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

/// <summary>Selecting by links against scoring everything.</summary>
public sealed class BlendSelectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.1, false)]
    [InlineData(1.0, true)]
    public void Selecting_by_links_gives_the_items_scores_and_order_of_scoring_all(double popularityWeight, bool hasNegativeLinks)
    {
        var matrix = Planted.Groups(200, 5, 40, 12, 0.3, seed: 3).Build();
        var links = hasNegativeLinks
            ? EaseTrainer.Fit(matrix, new EaseOptions { Lambda = 5, Neighbours = 50 }, Token)
            : ItemNeighboursTrainer.Fit(matrix, new ItemNeighboursOptions { Neighbours = 20 }, Token);
        var blend = new PreferenceBlend(links, DecayedPopularityTrainer.Fit(matrix, cancellationToken: Token), popularityWeight);
        var random = new Random(5);
        for (var round = 0; round < 100; round++)
        {
            var history = Enumerable.Range(0, random.Next(0, 9)).Select(_ => random.Next(-1, blend.Items + 1)).ToArray();
            var weights = round % 3 == 0 ? [] : history.Select(_ => (float)random.NextDouble()).ToArray();
            var scores = new float[blend.Items];
            blend.Score(history, weights, scores);
            foreach (var count in (int[])[0, 1, 10, blend.Items])
            {
                var expected = new ScoredItem[count];
                var selected = new ScoredItem[count];

                Assert.Equal(TopItemSelector.Select(scores, expected), blend.SelectBest(history, weights, selected));
                Assert.Equal(expected, selected);
            }
        }
    }
}
