using System.Globalization;
using MarketLoop.Analysis.Intent;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Analysis.Intent;

public sealed class IntentEvaluatorTests
{
    // Quick candidates: these tests are about the protocol, not about the last digit.
    private static readonly IntentOptions Quick = new() { Folds = 3, Limit = TimeSpan.Zero };

    [Fact]
    public async Task Odd_columns_are_taken_for_what_they_are_and_the_truth_is_found()
    {
        IntentReport report = Evaluate(await IntentTables.OddAsync(500), Quick);

        Assert.Equal("yes", report.Positive);
        Assert.Equal(["id", "note", "constant"], report.Dropped.Select(column => column.Name));
        Assert.Contains(new IntentColumn("spend", "number"), report.Columns);
        Assert.Contains(new IntentColumn("city", "category"), report.Columns);
        Assert.Contains(new IntentColumn("note", "presence"), report.Columns);
        Assert.Contains(new IntentColumn("when", "date"), report.Columns);
        Assert.Contains(new IntentColumn("rate", "number"), report.Columns);
        Assert.InRange(report.Auto.Auc, 0.75, 0.95);
        Assert.Equal(["city", "note", "spend"], report.Importance.Take(3).Select(column => column.Column).Order(StringComparer.Ordinal));
        Assert.True(report.LimitReached);
    }

    // Out of fold, answers lean a little below one half: a fold with more positives was learned from fewer. So three standard errors, and two of the mean's.
    [Fact]
    public async Task Shuffled_labels_give_one_half_within_the_standard_error_and_the_right_ones_far_more()
    {
        const int Rows = 400, Shuffles = 5;
        IntentReport right = Evaluate(await IntentTables.OddAsync(Rows), Quick);
        List<IntentReport> shuffled = [];
        for (ulong seed = 1; seed <= Shuffles; seed++)
        {
            shuffled.Add(Evaluate(await IntentTables.OddAsync(Rows, seed), Quick));
        }

        // the standard error of the area of chance ranks (Mann and Whitney 1947)
        double error = Math.Sqrt((Rows + 1.0) / (12.0 * right.Positives * (Rows - right.Positives)));
        TestContext.Current.TestOutputHelper?.WriteLine($"standard error {error:0.0000}; right {right.Auto.Auc:0.0000}; shuffled {string.Join(", ", shuffled.Select(report => report.Auto.Auc.ToString("0.0000", CultureInfo.InvariantCulture)))}");
        Assert.All(shuffled, report => Assert.Equal(right.Positives, report.Positives));
        Assert.All(shuffled, report => Assert.InRange(report.Auto.Auc, 0.5 - (3 * error), 0.5 + (3 * error)));
        Assert.InRange(shuffled.Average(report => report.Auto.Auc), 0.5 - (2 * error / Math.Sqrt(Shuffles)), 0.5 + (2 * error / Math.Sqrt(Shuffles)));
        Assert.All(right.Models.Keys, family => Assert.InRange(shuffled.Average(report => report.Models[family].Auc), 0.5 - (2 * error), 0.5 + (2 * error)));
        Assert.True(right.Auto.Auc > 0.5 + (8 * error), $"the right labels give {right.Auto.Auc}: the control controls nothing");
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_report_on_one_thread_and_on_two()
    {
        TextTable table = await IntentTables.OddAsync(200);

        IntentReport one = Evaluate(table, Quick with { Threads = 1 });
        IntentReport two = Evaluate(table, Quick with { Threads = 2 });

        Assert.Equal(one.Auto, two.Auto);
        Assert.Equal(one.Models, two.Models);
        Assert.Equal(one.Bootstrap, two.Bootstrap);
    }

    [Fact]
    public async Task Labels_of_the_test_part_change_nothing_that_is_learned()
    {
        SourceTable table = IntentTable.Read(await IntentTables.OddAsync(240), new IntentOptions()).Table;
        int[] known = [.. Enumerable.Range(0, 160)];
        int[] judged = [.. Enumerable.Range(160, 80)];
        bool[] turned = [.. table.Labels.Select((label, row) => row < 160 ? label : !label)];
        IntentTraining training = new() { IsHurried = true };

        IntentModel first = IntentTrainer.Train(table, known, training, TestContext.Current.CancellationToken);
        IntentModel second = IntentTrainer.Train(table.With(turned), known, training, TestContext.Current.CancellationToken);

        Assert.Equal(first.Predict(table, judged), second.Predict(table.With(turned), judged));
        Assert.Equal(first.Threshold, second.Threshold);
    }

    [Fact]
    public async Task All_candidates_are_tried_blended_and_explained()
    {
        SourceTable table = IntentTable.Read(await IntentTables.OddAsync(300), new IntentOptions()).Table;

        IntentModel model = IntentTrainer.Train(table, [.. Enumerable.Range(0, 300)], new IntentTraining(), TestContext.Current.CancellationToken);

        Assert.Equal(["boosting", "extraTrees", "forest", "logistic", "tree"], model.Singles.Keys);
        Assert.All(model.Predict(table, [0, 1, 2]), probability => Assert.InRange(probability, 0, 1));
        Assert.Contains(model.Explain(table, 0), reason => reason.Column == "spend" && reason.Effect != 0);
    }

    [Fact]
    public async Task Costs_set_the_threshold()
    {
        IntentReport report = Evaluate(await IntentTables.OddAsync(150), Quick with { Folds = 2, CostFalsePositive = 1, CostFalseNegative = 4 });

        Assert.Equal(0.2, report.Auto.Threshold, 9);
    }

    [Theory]
    [InlineData("a,t\n1,x\n2,y\n3,z\n", "3 values", null)]
    [InlineData("a,t\n1,x\n2,x\n", "one value only", null)]
    [InlineData("a,t\n1,x\n2,y\n", "never is 'q'", "q")]
    [InlineData("a,t\n1,x\n2,y\n3,y\n", "at least 3 of each kind", null)]
    [InlineData("t\nx\ny\nx\ny\n", "no column is left", null)]
    [InlineData("a,t\n1,x\n1,y\n1,x\n1,y\n1,x\n1,y\n", "no column to learn from", null)]
    public async Task What_cannot_be_learned_is_refused_with_its_cure(string text, string expected, string? positive)
    {
        TextTable table = await IntentTables.ReadAsync(text);

        MarketLoopException refusal = Assert.Throws<MarketLoopException>(() => Evaluate(table, Quick with { Positive = positive }));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_columns_and_folds_that_do_not_fit_are_refused()
    {
        TextTable table = await IntentTables.ReadAsync("a,t\n1,x\n2,y\n");

        Assert.Contains("a, t", Assert.Throws<MarketLoopException>(() => Evaluate(table, Quick with { Target = "b" })).Message, StringComparison.Ordinal);
        Assert.Contains("'b'", Assert.Throws<MarketLoopException>(() => Evaluate(table, Quick with { Drop = ["b"] })).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be dropped", Assert.Throws<MarketLoopException>(() => Evaluate(table, Quick with { Drop = ["t"] })).Message, StringComparison.Ordinal);
        TextTable folds = await IntentTables.ReadAsync("f0\n0\n1\n0\n");
        Assert.Contains("3 rows", Assert.Throws<MarketLoopException>(() => FoldFile.Read(folds, table.Rows)).Message, StringComparison.Ordinal);
        TextTable words = await IntentTables.ReadAsync("f0\n0\nx\n");
        Assert.Contains("'x'", Assert.Throws<MarketLoopException>(() => FoldFile.Read(words, table.Rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_work_stops()
    {
        TextTable table = await IntentTables.OddAsync(100);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => IntentEvaluator.Evaluate(table, Quick, TimeProvider.System, progress: null, cancelled.Token));
    }

    [Theory]
    [InlineData("a;b;t\n1,5;2;x\n2,5;3;y\n")]
    [InlineData("a\tb\tt\n1.5\t2\tx\n2.5\t3\ty\n")]
    [InlineData("\uFEFF\"a\",b,t\n\"1.5\",2,x\n2.5,3,y\n")]
    public async Task Separators_quotes_and_byte_order_marks_are_no_matter(string text)
    {
        SourceTable table = IntentTable.Read(await IntentTables.ReadAsync(text), new IntentOptions()).Table;

        Assert.Equal(["a", "b"], table.Columns.Select(column => column.Name));
        Assert.Equal([1.5, 2.5], [table.Columns[0].NumberAt(0), table.Columns[0].NumberAt(1)]);
    }

    [Fact]
    public async Task A_row_with_too_many_fields_is_named()
    {
        ImportFormatException refusal = await Assert.ThrowsAsync<ImportFormatException>(() => IntentTables.ReadAsync("a,t\n1,x\n2,y,z\n"));

        Assert.Contains("Line 3", refusal.Message, StringComparison.Ordinal);
    }

    private static IntentReport Evaluate(TextTable table, IntentOptions options) =>
        IntentEvaluator.Evaluate(table, options, TimeProvider.System, progress: null, TestContext.Current.CancellationToken);
}
