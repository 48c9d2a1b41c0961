using System.Globalization;
using System.IO.Compression;
using System.Text;
using MarketLoop.Learning.Evaluation;
using MarketLoop.Learning.Recommending;

namespace Learning.Tests.Recommending;

/// <summary>
/// Golden metrics: the recommenders against baselines that were measured independently (scipy) on the same split of a real shop,
/// train before 2011-11-01, test from then on, products not bought before, 20 recommendations.
/// </summary>
[Trait("Kind", "Slow")]
public sealed class OnlineRetailTests : IClassFixture<OnlineRetailTests.Split>
{
    private readonly Split _split;

    public OnlineRetailTests(Split split)
    {
        _split = split;
        Assert.SkipWhen(split.File is null && !string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.Ordinal), "shared/data/online-retail was not found; MARKETLOOP_SHARED can name the folder.");
        Assert.NotNull(split.File);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Popularity_reaches_the_baseline() =>
        AssertQuality(DecayedPopularityTrainer.Fit(_split.Train, new DecayedPopularityOptions { HalfLifeDays = double.PositiveInfinity }, Token), 0.0506, 0.0427);

    [Fact]
    public void Plain_item_cosine_reaches_the_baseline() =>
        AssertQuality(ItemNeighboursTrainer.Fit(_split.Train, new ItemNeighboursOptions { Shrinkage = 0, UserDamping = 0, PopularityDamping = 0.5, Neighbours = 100_000 }, Token), 0.0827, 0.0735);

    [Fact]
    public void Ease_reaches_the_baseline() =>
        AssertQuality(EaseTrainer.Fit(_split.Train, new EaseOptions { Lambda = 500, Neighbours = 100_000 }, Token), 0.1217, 0.1061);

    [Fact]
    public void Default_neighbours_beat_plain_cosine()
    {
        var metrics = Measure(ItemNeighboursTrainer.Fit(_split.Train, cancellationToken: Token));

        Assert.True(metrics.Recall > 0.0827 && metrics.Ndcg > 0.0735, metrics.ToString());
    }

    private void AssertQuality(IItemScorer model, double recall, double ndcg)
    {
        var metrics = Measure(model);

        Assert.Equal(1_444, metrics.Users);
        Assert.Equal(recall, metrics.Recall, 0.0002);
        Assert.Equal(ndcg, metrics.Ndcg, 0.0002);
    }

    private RankingMetrics Measure(IItemScorer model)
    {
        var tally = new RankingTally(20, model.Items);
        var scores = new float[model.Items];
        var best = new ScoredItem[20];
        for (var user = 0; user < _split.Train.Users; user++)
        {
            var known = _split.Train.ItemsOf(user);
            model.Score(known, [], scores);
            foreach (var item in known)
            {
                scores[item] = float.NegativeInfinity;
            }

            var count = TopItemSelector.Select(scores, best);
            tally.Add([.. best.Take(count).Select(item => item.Item)], _split.Test[user]);
        }

        return tally.ToMetrics();
    }

    public sealed class Split
    {
        public Split()
        {
            File = SharedFile.Find("online-retail", "online-retail.csv.gz");
            if (File is null)
            {
                return;
            }

            var users = new Dictionary<string, int>(StringComparer.Ordinal);
            var items = new Dictionary<string, int>(StringComparer.Ordinal);
            var builder = new InteractionMatrixBuilder();
            List<(string User, string Item)> later = [];
            foreach (var row in CleanRows(File))
            {
                if (string.CompareOrdinal(row.Date, "2011-11-01") < 0)
                {
                    users.TryAdd(row.User, users.Count);
                    items.TryAdd(row.Item, items.Count);
                    builder.Add(users[row.User], items[row.Item], 1, DateTime.Parse(row.Date, CultureInfo.InvariantCulture).ToOADate());
                }
                else
                {
                    later.Add((row.User, row.Item));
                }
            }

            Train = builder.Build();
            Test = [.. Enumerable.Range(0, Train.Users).Select(_ => new HashSet<int>())];
            foreach (var (user, item) in later)
            {
                if (users.TryGetValue(user, out var u) && items.TryGetValue(item, out var i) && Train.ItemsOf(u).BinarySearch(i) < 0)
                {
                    Test[u].Add(i);
                }
            }
        }

        public string? File { get; }

        public InteractionMatrix Train { get; } = new InteractionMatrixBuilder().Build();

        public HashSet<int>[] Test { get; } = [];

        // Exact duplicates first, then whatever has no customer, is a cancellation or has no positive quantity and price.
        private static IEnumerable<(string User, string Item, string Date)> CleanRows(string file)
        {
            using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(file), CompressionMode.Decompress), Encoding.UTF8);
            reader.ReadLine();
            HashSet<string> seen = new(StringComparer.Ordinal);
            while (reader.ReadLine() is { } line)
            {
                if (!seen.Add(line))
                {
                    continue;
                }

                var cells = Cells(line);
                if (cells[6].Length > 0 && cells[0][0] != 'C' && double.Parse(cells[3], CultureInfo.InvariantCulture) > 0 && double.Parse(cells[5], CultureInfo.InvariantCulture) > 0)
                {
                    yield return (cells[6], cells[1], cells[4]);
                }
            }
        }

        private static List<string> Cells(string line)
        {
            List<string> cells = [];
            StringBuilder cell = new();
            var isQuoted = false;
            foreach (var character in line)
            {
                if (character == '"')
                {
                    isQuoted = !isQuoted;
                }
                else if (character == ',' && !isQuoted)
                {
                    cells.Add(cell.ToString());
                    cell.Clear();
                }
                else
                {
                    cell.Append(character);
                }
            }

            cells.Add(cell.ToString());
            return cells;
        }
    }
}
