using MarketLoop.Learning.Clustering;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Clustering;

public sealed class KMeansContract : LearnerContract<Table, KMeansModel>
{
    protected override bool RefusesEmpty => true;

    // Well separated clusters: whatever rows the start picks, the optimum is the same.
    protected override double? PermutationTolerance => 0;

    protected override Table Typical() => Planted.Clusters([2_000, 1_500, 1_000], 3, 12, seed: 1).Table;

    protected override Table Empty() => new([], 0, 3, []);

    protected override Table OneRow() => new([1, 2, 3], 1, 3, [false]);

    protected override Table Permuted(Table sample) => sample.Permuted(5);

    protected override byte[] Fingerprint(Table sample) => sample.Fingerprint();

    protected override KMeansModel Fit(Table sample, ulong seed, CancellationToken cancellationToken) =>
        KMeansTrainer.Fit(sample.Values, sample.Rows, sample.Columns, new KMeansOptions { Clusters = 3, Seed = seed }, cancellationToken);

    protected override void FitWith(float value) => Learn(new Table([1, 2, 3, value, 5, 6], 2, 3, [false, false]));

    protected override void MeetTheUnseen(KMeansModel model)
    {
        Assert.Throws<ArgumentException>(() => model.Assign([float.NaN, 1, 2]));
        Assert.Throws<ArgumentException>(() => model.Assign([1, 2]));
    }

    protected override double[] Ask(KMeansModel model, Table sample)
    {
        var labels = new int[sample.Rows];
        model.AssignAll(sample.Values, labels);
        return Array.ConvertAll(labels, label => (double)label);
    }

    protected override void Save(KMeansModel model, Stream stream) => model.Save(stream);

    protected override KMeansModel Load(Stream stream) => KMeansModel.Load(stream);
}

public sealed class MiniBatchContract : LearnerContract<Table, KMeansModel>
{
    protected override bool RefusesEmpty => true;

    // Batches are drawn by place, but such clusters are found from any of them.
    protected override double? PermutationTolerance => 0;

    protected override Table Typical() => Planted.Clusters([2_000, 1_500, 1_000], 3, 12, seed: 1).Table;

    protected override Table Empty() => new([], 0, 3, []);

    protected override Table OneRow() => new([1, 2, 3], 1, 3, [false]);

    protected override Table Permuted(Table sample) => sample.Permuted(5);

    protected override byte[] Fingerprint(Table sample) => sample.Fingerprint();

    protected override KMeansModel Fit(Table sample, ulong seed, CancellationToken cancellationToken) => KMeansTrainer.Fit(
        sample.Values, sample.Rows, sample.Columns, new KMeansOptions { Clusters = 3, Seed = seed, Method = KMeansMethod.MiniBatch, Start = KMeansStart.Parallel, BatchRows = 500 }, cancellationToken);

    protected override void FitWith(float value) => Learn(new Table([1, 2, 3, value, 5, 6], 2, 3, [false, false]));

    protected override void MeetTheUnseen(KMeansModel model) => Assert.Throws<ArgumentException>(() => model.Assign([float.NaN, 1, 2]));

    protected override double[] Ask(KMeansModel model, Table sample) => [.. Enumerable.Range(0, sample.Rows).Select(i => (double)model.Assign(sample.Row(i)))];

    protected override void Save(KMeansModel model, Stream stream) => model.Save(stream);

    protected override KMeansModel Load(Stream stream) => KMeansModel.Load(stream);
}

public sealed class KMeansTests
{
    public static TheoryData<KMeansMethod, KMeansStart> Ways => new()
    {
        { KMeansMethod.Lloyd, KMeansStart.PlusPlus },
        { KMeansMethod.Lloyd, KMeansStart.Parallel },
        { KMeansMethod.MiniBatch, KMeansStart.PlusPlus },
        { KMeansMethod.MiniBatch, KMeansStart.Parallel },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_finds_planted_clusters(KMeansMethod method, KMeansStart start)
    {
        var (table, truth) = Planted.Clusters([.. Enumerable.Range(1, 12).Select(i => 300 * i)], 6, 12, seed: 8);

        var model = KMeansTrainer.Fit(
            table.Values, table.Rows, 6, new KMeansOptions { Clusters = 12, Method = method, Start = start, BatchRows = 1_000, Seed = 3 }, TestContext.Current.CancellationToken);

        Assert.Equal(1.0, ClusterAgreement.AdjustedRandIndex(truth, [.. Enumerable.Range(0, table.Rows).Select(i => model.Assign(table.Row(i)))]), 9);
        Assert.Equal(table.Rows, model.Sizes.ToArray().Sum());
        Assert.InRange(model.Inertia, 0.9 * table.Values.Length, 1.1 * table.Values.Length); // deviations of one
        Assert.True(model.HasConverged);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_gives_fewer_clusters_for_fewer_distinct_rows(KMeansMethod method, KMeansStart start)
    {
        var model = KMeansTrainer.Fit(
            Enumerable.Range(0, 3_000).Select(i => (float)(i % 3)).ToArray(), 3_000, 1, new KMeansOptions { Clusters = 7, Method = method, Start = start }, TestContext.Current.CancellationToken);

        Assert.Equal([0f, 1f, 2f], model.Centroids.ToArray().Order());
        Assert.Equal(0, model.Inertia, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_takes_constant_columns_and_one_row(KMeansMethod method, KMeansStart start)
    {
        var options = new KMeansOptions { Clusters = 4, Method = method, Start = start };

        Assert.Equal(1, KMeansTrainer.Fit(new float[30], 10, 3, options, TestContext.Current.CancellationToken).Clusters);
        Assert.Equal([7f, 8f], KMeansTrainer.Fit(new float[] { 7, 8 }, 1, 2, options, TestContext.Current.CancellationToken).Centroids.ToArray());
    }

    [Fact]
    public void Planted_clusters_are_recovered_and_ordered_by_size()
    {
        var (table, truth) = Planted.Clusters([600, 3_000, 1_200, 300], 4, 10, seed: 3);

        var model = Fit(table, 4);

        Assert.Equal([3_000, 1_200, 600, 300], model.Sizes.ToArray());
        int[] rank = [2, 0, 1, 3];
        for (var i = 0; i < table.Rows; i++)
        {
            Assert.Equal(rank[truth[i]], model.Assign(table.Row(i)));
        }

        Assert.True(model.HasConverged);
    }

    [Fact]
    public void Inertia_is_the_sum_of_squared_distances_to_the_centroids()
    {
        var (table, _) = Planted.Clusters([400, 400], 5, 6, seed: 4);
        var model = Fit(table, 2);

        var expected = 0.0;
        for (var i = 0; i < table.Rows; i++)
        {
            var row = table.Row(i);
            var centroid = model.Centroid(model.Assign(row));
            for (var j = 0; j < row.Length; j++)
            {
                expected += Math.Pow(row[j] - centroid[j], 2);
            }
        }

        Assert.Equal(expected, model.Inertia, expected * 1e-5);
    }

    [Fact]
    public void Data_far_from_zero_clusters_like_data_at_zero()
    {
        var (table, _) = Planted.Clusters([500, 500, 500], 2, 10, seed: 5);
        var far = table with { Values = Array.ConvertAll(table.Values, value => value + 4_096) };

        Assert.Equal(Fit(table, 3).Inertia, Fit(far, 3).Inertia, Fit(table, 3).Inertia * 0.01);
    }

    [Fact]
    public void Fewer_distinct_rows_than_clusters_give_as_many_clusters()
    {
        float[] values = [1, 1, 1, 1, 5, 5, 9];

        var model = KMeansTrainer.Fit(values, 7, 1, new KMeansOptions { Clusters = 5 }, TestContext.Current.CancellationToken);

        Assert.Equal([1f, 5f, 9f], model.Centroids.ToArray());
        Assert.Equal([4, 2, 1], model.Sizes.ToArray());
        Assert.Equal(0, model.Inertia);
    }

    [Fact]
    public void Every_cluster_has_rows_even_with_many_clusters_and_outliers()
    {
        var random = new SeededRandom(9);
        var values = Enumerable.Range(0, 300).Select(i => i % 50 == 0 ? 1e4f * i : (float)random.NextGaussian()).ToArray();

        var model = KMeansTrainer.Fit(values, 300, 1, new KMeansOptions { Clusters = 40, Restarts = 1 }, TestContext.Current.CancellationToken);

        Assert.All(model.Sizes.ToArray(), size => Assert.True(size > 0));
        Assert.Equal(300, model.Sizes.ToArray().Sum());
    }

    [Fact]
    public void More_restarts_never_give_more_inertia()
    {
        var (table, _) = Planted.Clusters([.. Enumerable.Repeat(60, 12)], 2, 4, seed: 6);
        var inertias = new[] { 1, 2, 4, 8 }.Select(restarts =>
            KMeansTrainer.Fit(table.Values, table.Rows, 2, new KMeansOptions { Clusters = 12, Restarts = restarts }, TestContext.Current.CancellationToken).Inertia).ToArray();

        Assert.Equal(inertias.OrderDescending(), inertias);
    }

    [Theory]
    [InlineData(0, 1, 1, 1e-4, "Clusters")]
    [InlineData(2, 0, 1, 1e-4, "Restarts")]
    [InlineData(2, 1, 0, 1e-4, "MaxIterations")]
    [InlineData(2, 1, 1, double.NaN, "Tolerance")]
    public void Options_out_of_range_are_named(int clusters, int restarts, int iterations, double tolerance, string option)
    {
        var options = new KMeansOptions { Clusters = clusters, Restarts = restarts, MaxIterations = iterations, Tolerance = tolerance };

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => KMeansTrainer.Fit(new float[] { 1, 2 }, 2, 1, options, TestContext.Current.CancellationToken));

        Assert.Contains(option, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_shape_is_refused() =>
        Assert.Throws<ArgumentException>(() => KMeansTrainer.Fit(new float[5], 2, 3, cancellationToken: TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_fit_under_way_stops_when_cancelled()
    {
        // A thousand million starts: only cancellation ends this.
        var (table, _) = Planted.Clusters([3_000, 3_000], 3, 2, seed: 1);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fit = Task.Run(
            () =>
            {
                started.SetResult();
                return KMeansTrainer.Fit(table.Values, table.Rows, 3, new KMeansOptions { Restarts = 1_000_000_000 }, source.Token);
            },
            TestContext.Current.CancellationToken);

        await started.Task;
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fit);
    }

    [Fact]
    public void Assigning_allocates_nothing()
    {
        var (table, _) = Planted.Clusters([100, 100], 8, 8, seed: 2);
        var model = Fit(table, 2);
        var labels = new int[table.Rows];
        model.AssignAll(table.Values, labels);

        var before = GC.GetAllocatedBytesForCurrentThread();
        model.AssignAll(table.Values, labels);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static KMeansModel Fit(Table table, int clusters) =>
        KMeansTrainer.Fit(table.Values, table.Rows, table.Columns, new KMeansOptions { Clusters = clusters }, TestContext.Current.CancellationToken);
}
