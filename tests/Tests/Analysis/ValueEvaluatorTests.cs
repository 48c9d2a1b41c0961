using System.IO.Compression;
using System.Text;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis;

public sealed class ValueEvaluatorTests
{
    private static readonly DateOnly Until = new(1997, 9, 30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cdnow_sample_gives_the_published_parameters()
    {
        await using FileStream file = File.OpenRead(SharedData.Require("cdnow", "CDNOW_sample.txt"));

        ValueReport report = ValueEvaluator.Evaluate(await CdnowFile.ReadAsync(file, Token), Until, new Progress<string>(), Token);

        AssertClose([0.243, 4.414, 0.793, 2.426], ["r", "alpha", "a", "b"], report.BgNbd, -9582.4);
        AssertClose([6.250, 3.744, 15.444], ["p", "q", "gamma"], Assert.IsType<FittedModel>(report.GammaGamma), -4055.92);
        Assert.Equal(2357, report.Customers);
        Assert.Equal(Enumerable.Range(40, 39), report.Forecast.Select(week => week.Week));
        HoldoutError holdout = Assert.IsType<HoldoutError>(report.Holdout);
        Assert.Equal(39, holdout.Weeks);
        Assert.InRange(holdout.MeanAbsoluteError, 0, 0.8 * holdout.BaselineMeanAbsoluteError);
        Assert.InRange(report.Forecast[^1].Expected / report.Forecast[^1].Actual, 0.95, 1.05);
        Assert.Empty(report.Notes);
    }

    [Theory]
    [InlineData(" 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  2   29.73\r\n")]
    [InlineData(" 00004 19970101  2   29.33\n 00004 19970118  2   29.73")]
    [InlineData("customer_id date cds dollars\n00004 19970101 2 29.33\n\n00004 19970118 2 29.73\n")]
    [InlineData("id,date,quantity,value\n00004,1997-01-01,2,29.33\n00004,1997-01-18,2,29.73\n")]
    public async Task Every_layout_is_read_plain_and_packed(string content)
    {
        DatedPurchase[] expected = [new("00004", new DateOnly(1997, 1, 1), 2, 29.33m), new("00004", new DateOnly(1997, 1, 18), 2, 29.73m)];
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.ASCII.GetBytes(content));
        }

        Assert.Equal(expected, await ReadAsync(content));
        Assert.Equal(expected, await CdnowFile.ReadAsync(new MemoryStream(packed.ToArray()), Token));
    }

    [Theory]
    [InlineData("1 19970101 1 2.0\n1 1997x 1 2.0\n", "Line 2", "1997x")]
    [InlineData("id date n value\n\n1 19970101 1.5 2.0\n", "Line 3", "1.5")]
    [InlineData("1 19970101 1 -2.0\n", "Line 1", "-2.0")]
    [InlineData("1 19970101 1\n", "Line 1", "columns")]
    [InlineData("id date n value\nid date n value\n", "Line 2", "date")]
    [InlineData("", "no purchase", "")]
    public async Task A_bad_line_is_named(string content, string where, string what)
    {
        ImportFormatException refused = await Assert.ThrowsAsync<ImportFormatException>(() => ReadAsync(content));

        Assert.Contains(where, refused.Message, StringComparison.Ordinal);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Purchases_of_one_day_are_one_and_the_order_of_lines_does_not_matter()
    {
        List<DatedPurchase> purchases = [.. Enumerable.Range(0, 60).SelectMany(i => (DatedPurchase[])[On(i, 1 + (i % 20), 10), On(i, 30 + (i % 7), 5), On(i, 30 + (i % 7), 7), On(i, 300 + (i % 9), 5)])];

        ValueReport report = Evaluate(purchases);
        purchases.Reverse();

        Assert.Equal(120, report.Purchases);
        Assert.Equal(60, report.Holdout?.Actual);
        Assert.Equal(report.BgNbd.Parameters, Evaluate(purchases).BgNbd.Parameters);
        Assert.Equal(12, report.Value.MeanExpectedSpend, 0.1);
    }

    [Fact]
    public void Nobody_who_came_back_is_said_and_no_crash()
    {
        ValueReport report = Evaluate([On(1, 1, 5), On(2, 8, 0), On(3, 300, 5)]);

        Assert.Equal(2, report.Customers);
        Assert.Null(report.GammaGamma);
        Assert.Contains("Nobody came back", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.InRange(Assert.IsType<HoldoutError>(report.Holdout).Expected, 0, 0.01);
    }

    [Fact]
    public void A_day_before_the_first_purchase_is_refused() =>
        Assert.Throws<MarketLoopException>(() => Evaluate([On(1, 280, 5), On(1, 300, 5)]));

    [Fact]
    public void Equal_customers_have_equal_scores_and_the_best_are_champions()
    {
        RfmRow[] rows = [.. Enumerable.Range(0, 60).Select(_ => new RfmRow(200, 1, 10)), .. Enumerable.Range(0, 40).Select(i => new RfmRow(40 - i, 2 + i, 50 + i))];

        RfmGrid grid = RfmGrid.Of(rows);

        Assert.All(grid.Scores.Take(60), score => Assert.Equal(new RfmScore(1, 1, 1), score));
        Assert.Equal(new RfmScore(5, 5, 5), grid.Scores[^1]);
        Assert.Equal("Champions", RfmGrid.NameOf(grid.Scores[^1]).English);
        Assert.Equal("已流失", RfmGrid.NameOf(grid.Scores[0]).Chinese);
        Assert.Equal(100, grid.Counts.Sum(row => row.Sum()));
        Assert.Equal(1, grid.Fields.Sum(field => field.MonetaryShare), 1e-9);
        Assert.Empty(RfmGrid.Of([]).Fields);
    }

    private static DatedPurchase On(int customer, int dayOfYear, decimal amount) => new($"c{customer}", new DateOnly(1997, 1, 1).AddDays(dayOfYear - 1), 1, amount);

    private static ValueReport Evaluate(IReadOnlyList<DatedPurchase> purchases) => ValueEvaluator.Evaluate(purchases, Until, new Progress<string>(), Token);

    private static Task<IReadOnlyList<DatedPurchase>> ReadAsync(string content) => CdnowFile.ReadAsync(new MemoryStream(Encoding.ASCII.GetBytes(content)), Token);

    private static void AssertClose(double[] published, string[] names, FittedModel model, double logLikelihood)
    {
        Assert.True(model.HasConverged);
        Assert.Equal(1, model.LogLikelihood / logLikelihood, 0.0001);
        foreach ((string name, double value) in names.Zip(published))
        {
            Assert.Equal(1, model.Parameters[name] / value, 0.005);
            Assert.NotNull(model.StandardErrors[name]);
        }
    }
}
