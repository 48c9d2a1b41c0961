using MarketLoop.Learning.Clustering;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Clustering;

public sealed class ClusterCountSelectorTests
{
    public static TheoryData<int, int, ulong> Cases()
    {
        var data = new TheoryData<int, int, ulong>();
        foreach (var clusters in (int[])[3, 8])
        {
            foreach (var columns in (int[])[2, 8])
            {
                for (ulong seed = 1; seed <= 3; seed++)
                {
                    data.Add(clusters, columns, seed);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Planted_clusters_of_equal_size_are_counted(int clusters, int columns, ulong seed)
    {
        var (table, _) = Planted.Clusters([.. Enumerable.Repeat(1_600 / clusters, clusters)], columns, 7, seed);

        var choice = Choose(table, seed);

        Assert.Equal(clusters, choice.Clusters);
        Assert.True(choice.HasStructure);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Planted_clusters_of_unequal_size_are_counted(int clusters, int columns, ulong seed)
    {
        int[] sizes = clusters == 3 ? [1_400, 350, 120] : [600, 400, 300, 200, 150, 120, 90, 60];
        var (table, _) = Planted.Clusters(sizes, columns, 7, seed + 100);

        var choice = Choose(table, seed);

        Assert.Equal(clusters, choice.Clusters);
        Assert.True(choice.HasStructure);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(10)]
    public void One_normal_cloud_has_no_structure(int columns)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var (table, _) = Planted.Clusters([1_200], columns, 1, seed);

            Assert.False(Choose(table, seed).HasStructure);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void A_uniform_box_has_no_structure(int columns)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var random = new SeededRandom(seed);
            var values = Enumerable.Range(0, 1_200 * columns).Select(i => (float)(random.NextDouble() * (1 + (i % columns)))).ToArray();

            Assert.False(Choose(new Table(values, 1_200, columns, []), seed).HasStructure);
        }
    }

    [Fact]
    public void Correlated_columns_without_clusters_have_no_structure()
    {
        var random = new SeededRandom(8);
        var values = new float[1_500 * 3];
        for (var i = 0; i < 1_500; i++)
        {
            var shared = random.NextGaussian();
            for (var j = 0; j < 3; j++)
            {
                values[(i * 3) + j] = (float)((3 * shared) + random.NextGaussian());
            }
        }

        Assert.False(Choose(new Table(values, 1_500, 3, []), 8).HasStructure);
    }

    [Fact]
    public void A_score_for_every_number_comes_back_for_the_plot()
    {
        var (table, _) = Planted.Clusters([100, 100, 100], 2, 8, seed: 1);

        var choice = Choose(table, 1);

        Assert.Equal(Enumerable.Range(2, 11), choice.Scores.Select(score => score.Clusters));
        Assert.Equal(choice.Scores.Max(score => score.Silhouette), choice.Scores[choice.Clusters - 2].Silhouette);
        Assert.All(choice.Scores, score => Assert.InRange(score.Silhouette, -1, 1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Gap_and_stability_agree_on_planted_clusters(int columns)
    {
        var (table, _) = Planted.Clusters([400, 300, 200, 100], columns, 8, seed: 7);

        var choice = Choose(table, 7);

        Assert.Equal(4, choice.GapClusters);
        var scores = choice.Scores.ToDictionary(score => score.Clusters);
        Assert.InRange(scores[4].Stability, 0.99, 1);
        Assert.InRange(scores[9].Stability, 0, 0.9); // clusters cut in two are cut elsewhere each time
        Assert.True(scores[4].Gap > scores[3].Gap + scores[3].GapError);
        Assert.All(choice.Scores, score => Assert.True(double.IsFinite(score.Gap) && score.GapError >= 0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void The_gap_finds_one_cluster_where_there_are_none(int columns)
    {
        var (table, _) = Planted.Clusters([1_000], columns, 1, seed: 3);

        var choice = Choose(table, 3);

        Assert.Equal(1, choice.GapClusters);
        Assert.All(choice.Scores.Skip(3), score => Assert.InRange(score.Stability, -0.1, 0.9));
    }

    [Fact]
    public void Rows_of_few_values_have_finite_gaps()
    {
        var values = Enumerable.Range(0, 400).Select(i => (float)(i % 3)).ToArray();

        var choice = Choose(new Table(values, 400, 1, []), 1);

        Assert.Equal(3, choice.Scores[^1].Clusters);
        Assert.All(choice.Scores, score => Assert.True(double.IsFinite(score.Gap)));
    }

    [Fact]
    public void Stability_refuses_what_it_cannot_compare()
    {
        var model = KMeansTrainer.Fit(new float[] { 1, 2, 8, 9 }, 2, 2, new KMeansOptions { Clusters = 2 }, TestContext.Current.CancellationToken);

        Assert.Throws<ArgumentException>(() => ClusterStability.Of(new float[3], model, 2, 0, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => ClusterStability.Of(new float[] { 1, float.NaN }, model, 2, 0, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClusterStability.Of(new float[2], model, 0, 0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_same_seed_chooses_the_same_with_the_same_scores()
    {
        var (table, _) = Planted.Clusters([3_000, 2_000, 1_000], 3, 5, seed: 2);

        var first = Choose(table, 4, rows: 500);

        Assert.Equal(first.Scores, Choose(table, 4, rows: 500).Scores);
    }

    [Fact]
    public void A_planted_truth_survives_sampling()
    {
        var (table, _) = Planted.Clusters([12_000, 9_000, 6_000], 3, 7, seed: 2);
        var options = new ClusterCountOptions { FitRows = 2_000, SilhouetteRows = 400, Seed = 3 };

        var choice = ClusterCountSelector.Choose(table.Values, table.Rows, table.Columns, options, TestContext.Current.CancellationToken);

        Assert.Equal(3, choice.Clusters);
    }

    [Fact]
    public void Too_few_rows_or_equal_rows_are_one_cluster()
    {
        Assert.Equal(1, Choose(new Table([1, 2, 3], 3, 1, []), 0).Clusters);
        var constant = Choose(new Table(new float[100], 100, 1, []), 0);
        Assert.Equal(1, constant.Clusters);
        Assert.False(constant.HasStructure);
    }

    private static ClusterCountChoice Choose(Table table, ulong seed, int rows = 1_000) =>
        ClusterCountSelector.Choose(table.Values, table.Rows, table.Columns, new ClusterCountOptions { Seed = seed, SilhouetteRows = rows }, TestContext.Current.CancellationToken);
}
