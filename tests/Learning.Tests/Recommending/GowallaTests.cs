using System.Globalization;
using System.IO.Compression;
using System.Text;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

/// <summary>The graph filter on the split that its authors used: all items ranked, those of train masked, the mean over test users.</summary>
[Trait("Kind", "Slow")]
public sealed class GowallaTests
{
    private const int At = 20;
    private const int Together = 32;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_graph_filter_reaches_what_its_authors_published()
    {
        var train = Read("train.txt.gz");
        var test = Read("test.txt.gz");
        var builder = new InteractionMatrixBuilder();
        foreach (var (user, items) in train)
        {
            Array.ForEach(items, item => builder.Add(user, item));
        }

        var matrix = builder.Build();
        Assert.Equal((29_858, 40_981, 810_128), (matrix.Users, matrix.Items, matrix.Count));

        var model = GraphFilterTrainer.Fit(matrix, new GraphFilterOptions { Vectors = 256, LowPassWeight = 0.3 }, Token);

        var (recall, ndcg) = Measure(model, matrix, [.. test.Where(line => line.Items.Length > 0)]);
        Assert.Equal(0.1850, recall, 0.001);
        Assert.Equal(0.1518, ndcg, 0.001);
    }

    private static (double Recall, double Ndcg) Measure(GraphFilterModel model, InteractionMatrix matrix, (int User, int[] Items)[] test)
    {
        var recalls = new double[test.Length];
        var gains = new double[test.Length];
        var parallel = new ParallelOptions { CancellationToken = Token };
        Parallel.ForEach(Enumerable.Range(0, test.Length).Chunk(Together), parallel, chunk =>
        {
            int[] starts = [0, .. chunk.Select((_, i) => chunk[..(i + 1)].Sum(t => matrix.ItemsOf(test[t].User).Length))];
            int[] histories = [.. chunk.SelectMany(t => matrix.ItemsOf(test[t].User).ToArray())];
            var scores = new float[chunk.Length * model.Items];
            var best = new ScoredItem[At];
            model.ScoreBatch(starts, histories, [], scores);
            for (var i = 0; i < chunk.Length; i++)
            {
                var own = scores.AsSpan(i * model.Items, model.Items);
                foreach (var item in matrix.ItemsOf(test[chunk[i]].User))
                {
                    own[item] = float.NegativeInfinity;
                }

                TopItemSelector.Select(own, best);
                var relevant = test[chunk[i]].Items.ToHashSet();
                recalls[chunk[i]] = (double)best.Count(one => relevant.Contains(one.Item)) / relevant.Count;
                gains[chunk[i]] = best.Select((one, rank) => relevant.Contains(one.Item) ? 1 / Math.Log2(rank + 2) : 0).Sum()
                    / Enumerable.Range(0, Math.Min(At, relevant.Count)).Sum(rank => 1 / Math.Log2(rank + 2));
            }
        });
        return (recalls.Average(), gains.Average());
    }

    private static List<(int User, int[] Items)> Read(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(SharedFile.Require("recommend", "gowalla", file)), CompressionMode.Decompress), Encoding.UTF8);
        List<(int User, int[] Items)> lines = [];
        while (reader.ReadLine() is { } line)
        {
            int[] numbers = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
            lines.Add((numbers[0], numbers[1..]));
        }

        return lines;
    }
}
