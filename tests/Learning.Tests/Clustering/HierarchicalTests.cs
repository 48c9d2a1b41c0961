using MarketLoop.Learning.Clustering;
using MarketLoop.Learning.Numerics;

namespace Learning.Tests.Clustering;

public sealed class WardContractTests() : HierarchicalContract(Linkage.Ward);

public sealed class AverageContractTests() : HierarchicalContract(Linkage.Average);

public sealed class CompleteContractTests() : HierarchicalContract(Linkage.Complete);

public abstract class HierarchicalContract(Linkage linkage) : LearnerContract<Table, HierarchicalModel>
{
    protected override bool RefusesEmpty => true;

    protected override double? PermutationTolerance => 0;

    protected override Table Typical() => Planted.Clusters([90, 60, 30], 3, 8, seed: 1).Table;

    protected override Table Empty() => new([], 0, 3, []);

    protected override Table OneRow() => new([1, 2, 3], 1, 3, [false]);

    protected override Table Permuted(Table sample) => sample.Permuted(5);

    protected override byte[] Fingerprint(Table sample) => sample.Fingerprint();

    protected override HierarchicalModel Fit(Table sample, ulong seed, CancellationToken cancellationToken) =>
        HierarchicalTrainer.Fit(sample.Values, sample.Rows, sample.Columns, new HierarchicalOptions { Linkage = linkage, Clusters = 3, Seed = seed }, cancellationToken);

    protected override void FitWith(float value) => Learn(new Table([1, 2, 3, value, 5, 6], 2, 3, [false, false]));

    protected override void MeetTheUnseen(HierarchicalModel model)
    {
        Assert.Throws<ArgumentException>(() => model.Assign([float.NaN, 1, 2]));
        Assert.Throws<ArgumentException>(() => model.Assign([1, 2]));
    }

    protected override double[] Ask(HierarchicalModel model, Table sample) => [.. Enumerable.Range(0, sample.Rows).Select(i => (double)model.Assign(sample.Row(i)))];

    protected override void Save(HierarchicalModel model, Stream stream) => model.Save(stream);

    protected override HierarchicalModel Load(Stream stream) => HierarchicalModel.Load(stream);
}

public sealed class HierarchicalTests
{
    public static TheoryData<Linkage> Linkages => [.. Enum.GetValues<Linkage>()];

    // Of 0, 2, 5, 13: {0, 2} and 5 are (3 + 5) / 2 apart on average; 13 is 13, 11 and 8 from the three.
    [Theory]
    [InlineData(Linkage.SingleLink, 2.0, 3.0, 8.0)]
    [InlineData(Linkage.Complete, 2.0, 5.0, 13.0)]
    [InlineData(Linkage.Average, 2.0, 4.0, 32.0 / 3.0)]
    [InlineData(Linkage.Weighted, 2.0, 4.0, 10.0)]
    [InlineData(Linkage.Ward, 2.0, 4.618802153517007, 13.063945294843617)]
    public void Four_points_join_at_the_heights_worked_out_by_hand(Linkage linkage, double first, double second, double third)
    {
        var tree = Tree([0, 2, 5, 13], 1, linkage);

        Assert.Equal((0, 1, 2), (tree.Merges[0].Left, tree.Merges[0].Right, tree.Merges[0].Size));
        Assert.Equal((2, 4, 3), (tree.Merges[1].Left, tree.Merges[1].Right, tree.Merges[1].Size));
        Assert.Equal((3, 5, 4), (tree.Merges[2].Left, tree.Merges[2].Right, tree.Merges[2].Size));
        Assert.Equal(first, tree.Merges[0].Height, 1e-5);
        Assert.Equal(second, tree.Merges[1].Height, 1e-5);
        Assert.Equal(third, tree.Merges[2].Height, 1e-5);
    }

    [Fact]
    public void Cuts_leaf_order_and_counts_follow_the_tree()
    {
        var tree = Tree([0, 10, 1, 11, 12, 50], 1, Linkage.Average);

        Assert.Equal([0, 0, 0, 0, 0, 0], tree.Cut(1));
        Assert.Equal([1, 0, 1, 0, 0, 2], tree.Cut(3)); // three rows, two, one
        Assert.Equal(tree.Cut(3), tree.CutAt(5));
        Assert.Equal(3, tree.CountAt(5));
        Assert.Equal(6, tree.CountAt(0));
        Assert.Equal(1, tree.CountAt(double.PositiveInfinity));
        Assert.Equal([0, 1, 2, 3, 4, 5], tree.LeafOrder().Order());
        var places = tree.LeafOrder();
        Assert.Equal(1, Math.Abs(Array.IndexOf(places, 0) - Array.IndexOf(places, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Cut(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Cut(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.CutAt(double.NaN));
    }

    [Theory]
    [MemberData(nameof(Linkages))]
    public void The_chain_agrees_with_a_twin_that_looks_at_every_pair(Linkage linkage)
    {
        foreach (var (rows, columns) in ((int, int)[])[(2, 1), (3, 2), (33, 1), (64, 3), (150, 5)])
        {
            var values = Numbers(rows * columns, (ulong)rows);

            var tree = Tree(values, columns, linkage);

            var (heights, labels) = Twin(values, columns, linkage, clusters: 2);
            Assert.Equal(rows - 1, tree.Merges.Length);
            for (var i = 0; i < heights.Length; i++)
            {
                Assert.Equal(heights[i], tree.Merges[i].Height, 1e-4 * (1 + heights[i]));
            }

            Assert.Equal(1.0, ClusterAgreement.AdjustedRandIndex(labels, tree.Cut(2)), 9);
        }
    }

    [Theory]
    [MemberData(nameof(Linkages))]
    public void Planted_clusters_are_cut_out_also_after_slots_were_dropped(Linkage linkage)
    {
        var (table, truth) = Planted.Clusters([400, 300, 200], 3, 14, seed: 2);

        var labels = HierarchicalTrainer.FitTree(table.Values, table.Rows, table.Columns, linkage, TestContext.Current.CancellationToken).Cut(3);

        Assert.Equal(1.0, ClusterAgreement.AdjustedRandIndex(truth, labels), 9);
    }

    [Theory]
    [MemberData(nameof(Linkages))]
    public void Ties_and_equal_rows_end(Linkage linkage)
    {
        float[] grid = [.. Enumerable.Range(0, 300).SelectMany(i => (float[])[i % 10, i / 10 % 10])]; // each place three times

        var tree = Tree(grid, 2, linkage);

        Assert.Equal(100, tree.CountAt(0));
        Assert.Equal(299, tree.Merges.Length);
    }

    [Fact]
    public void More_rows_than_the_sample_join_the_nearest_centroid()
    {
        var (table, truth) = Planted.Clusters([3_000, 2_000, 1_000], 3, 12, seed: 3);

        var model = HierarchicalTrainer.Fit(table.Values, table.Rows, 3, new HierarchicalOptions { Clusters = 3, SampleRows = 500 }, TestContext.Current.CancellationToken);

        Assert.Equal(500, model.Tree.Leaves);
        Assert.Equal([3_000, 2_000, 1_000], model.Cut.Sizes.ToArray());
        Assert.Equal(1.0, ClusterAgreement.AdjustedRandIndex(truth, [.. Enumerable.Range(0, table.Rows).Select(i => model.Assign(table.Row(i)))]), 9);
    }

    [Fact]
    public void Constant_columns_and_more_clusters_than_rows_give_fewer_clusters()
    {
        var constant = HierarchicalTrainer.Fit(new float[20], 10, 2, new HierarchicalOptions { Clusters = 4 }, TestContext.Current.CancellationToken);
        var few = HierarchicalTrainer.Fit(new float[] { 1, 5, 9 }, 3, 1, new HierarchicalOptions { Clusters = 8 }, TestContext.Current.CancellationToken);

        Assert.Equal(1, constant.Cut.Clusters);
        Assert.Equal(3, few.Cut.Clusters);
    }

    [Theory]
    [MemberData(nameof(Linkages))]
    public void Numbers_too_large_to_be_squared_are_refused(Linkage linkage)
    {
        var exception = Assert.Throws<ArgumentException>(() => Tree([1e30f, -1e30f, 2e30f, 0, 3e29f], 1, linkage));

        Assert.Contains("standardise", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_rows_are_refused_with_the_cure()
    {
        var rows = HierarchicalOptions.MostMatrixRows + 1;

        var exception = Assert.Throws<ArgumentException>(() => Tree(new float[rows], 1, Linkage.Average));

        Assert.Contains("sample", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 100, Linkage.Ward, "Clusters")]
    [InlineData(2, 1, Linkage.Ward, "SampleRows")]
    [InlineData(2, 20_001, Linkage.Average, "SampleRows")]
    [InlineData(2, 100, (Linkage)9, "Linkage")]
    public void Options_out_of_range_are_named(int clusters, int sampleRows, Linkage linkage, string option)
    {
        var options = new HierarchicalOptions { Clusters = clusters, SampleRows = sampleRows, Linkage = linkage };

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => HierarchicalTrainer.Fit(new float[] { 1, 2 }, 2, 1, options, TestContext.Current.CancellationToken));

        Assert.Contains(option, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_under_way_stops_when_cancelled()
    {
        // Fifty thousand rows take minutes: only cancellation ends this.
        var values = Numbers(HierarchicalOptions.MostWardRows * 8, 1);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fit = Task.Run(
            () =>
            {
                started.SetResult();
                return HierarchicalTrainer.FitTree(values, HierarchicalOptions.MostWardRows, 8, Linkage.Ward, source.Token);
            },
            TestContext.Current.CancellationToken);

        await started.Task;
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fit);
    }

    private static Dendrogram Tree(float[] values, int columns, Linkage linkage) =>
        HierarchicalTrainer.FitTree(values, values.Length / columns, columns, linkage, TestContext.Current.CancellationToken);

    private static float[] Numbers(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }

    /// <summary>Joins the nearest of all pairs of clusters again and again, distances by definition and in double (McQuitty's by its recursion).</summary>
    private static (double[] Heights, int[] Labels) Twin(float[] values, int columns, Linkage linkage, int clusters)
    {
        var rows = values.Length / columns;
        var members = Enumerable.Range(0, rows).Select(i => new List<int> { i }).ToList();
        var weighted = new Dictionary<(List<int>, List<int>), double>();
        double Rows(int a, int b) => Math.Sqrt(Twins.SquaredDistance(values.AsSpan(a * columns, columns), values.AsSpan(b * columns, columns)));
        double[] Mean(List<int> cluster) => [.. Enumerable.Range(0, columns).Select(j => cluster.Average(i => (double)values[(i * columns) + j]))];
        double Apart(List<int> a, List<int> b) => linkage switch
        {
            Linkage.Ward => Math.Sqrt(2.0 * a.Count * b.Count / (a.Count + b.Count) * Mean(a).Zip(Mean(b), (x, y) => (x - y) * (x - y)).Sum()),
            Linkage.Average => a.Average(i => b.Average(j => Rows(i, j))),
            Linkage.Complete => a.Max(i => b.Max(j => Rows(i, j))),
            Linkage.SingleLink => a.Min(i => b.Min(j => Rows(i, j))),
            _ => weighted.TryGetValue((a, b), out var known) || weighted.TryGetValue((b, a), out known) ? known : Rows(a[0], b[0]),
        };

        var heights = new List<double>();
        int[] labels = [];
        var distances = members.SelectMany((a, i) => members[..i].Select(b => (A: a, B: b, Distance: Apart(a, b)))).ToList();
        while (members.Count > 1)
        {
            if (members.Count == clusters)
            {
                labels = [.. Enumerable.Range(0, rows).Select(row => members.FindIndex(cluster => cluster.Contains(row)))];
            }

            var (a, b, distance) = distances.MinBy(pair => pair.Distance);
            heights.Add(distance);
            List<int> joined = [.. a, .. b];
            members.RemoveAll(cluster => cluster == a || cluster == b);
            foreach (var other in members)
            {
                weighted[(joined, other)] = linkage == Linkage.Weighted ? (Apart(a, other) + Apart(b, other)) / 2 : 0;
            }

            distances.RemoveAll(pair => pair.A == a || pair.A == b || pair.B == a || pair.B == b);
            distances.AddRange(members.Select(other => (joined, other, Apart(joined, other))));
            members.Add(joined);
        }

        return ([.. heights.Order()], labels);
    }
}

public sealed class ClusterAgreementTests
{
    [Fact]
    public void The_same_clusters_under_other_numbers_agree_fully() =>
        Assert.Equal(1.0, ClusterAgreement.AdjustedRandIndex([0, 0, 1, 1, 2], [7, 7, 3, 3, 5]), 12);

    // Pairs together: 2 in both, 4 in the first, 4 in the second, 15 in all; 4 x 4 / 15 are expected.
    [Fact]
    public void A_case_worked_out_by_hand() =>
        Assert.Equal((2 - (16.0 / 15)) / (4 - (16.0 / 15)), ClusterAgreement.AdjustedRandIndex([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 2]), 12);

    [Fact]
    public void Random_labels_agree_as_little_as_chance()
    {
        var random = new SeededRandom(4);
        int[] Labels() => [.. Enumerable.Range(0, 5_000).Select(_ => random.NextInt32(4))];

        Assert.InRange(ClusterAgreement.AdjustedRandIndex(Labels(), Labels()), -0.01, 0.01);
    }

    [Fact]
    public void Nothing_to_agree_on_is_the_same_and_other_lengths_are_refused()
    {
        Assert.Equal(1.0, ClusterAgreement.AdjustedRandIndex([], []));
        Assert.Equal(1.0, ClusterAgreement.AdjustedRandIndex([4, 4], [1, 1]));
        Assert.Throws<ArgumentException>(() => ClusterAgreement.AdjustedRandIndex([1], [1, 2]));
    }
}
