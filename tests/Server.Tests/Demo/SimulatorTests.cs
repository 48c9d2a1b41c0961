using MarketLoop.Server.Tests.Processes;
using Xunit;

namespace MarketLoop.Server.Tests.Demo;

/// <summary>The simulator itself, against its stand-in: is the planted truth there, and only where it should be?</summary>
public sealed class SimulatorTests
{
    private static readonly string[] Small = ["--dry-run", "--customers", "1500", "--days", "7", "--history-days", "7"];

    [Fact]
    public async Task Same_seed_writes_the_same_bytes_whatever_the_number_of_connections()
    {
        string[] few = ["--customers", "300"]; // bytes are equal or not, however many
        using DemoReport first = await RunAsync([.. few, "--seed", "3", "--connections", "1"]);
        using DemoReport second = await RunAsync([.. few, "--seed", "3", "--connections", "4"]);
        using DemoReport other = await RunAsync([.. few, "--seed", "4"]);

        Assert.Equal(first.Bytes, second.Bytes);
        Assert.NotEqual(first.Bytes, other.Bytes);
    }

    [Fact]
    public async Task Oracle_beats_a_middling_recommender_which_beats_bestsellers()
    {
        using DemoReport report = await RunAsync("--seed", "1");

        Assert.True(report.Number("oracle.revenuePerCustomer") >= report.Number("treated.revenuePerCustomer"));
        Assert.True(report.Number("treated.revenuePerCustomer") >= report.Number("treatedLeftAlone.revenuePerCustomer"));
        Assert.True(report.Number("trueRevenueLift.low") > 0);
        Assert.True(report.Number("recommendations.clickLift.low") > 0);
    }

    [Fact]
    public async Task Customers_who_ignore_everything_behave_as_if_left_alone()
    {
        using DemoReport report = await RunAsync("--seed", "1", "--no-effect");

        Assert.Equal(report.Number("treatedLeftAlone.revenue"), report.Number("treated.revenue"));
        Assert.Equal(report.Number("treatedLeftAlone.revenue"), report.Number("oracle.revenue"));
        Assert.Equal(0, report.Number("recommendations.treated.clicks"));
        Assert.Equal(0, report.Number("mails.opened"));
    }

    [Fact]
    public async Task Wandering_tastes_leave_recommendations_no_lift()
    {
        using DemoReport normal = await RunAsync("--seed", "1");
        using DemoReport shuffled = await RunAsync("--seed", "1", "--shuffled-tastes");

        Assert.True(shuffled.CoversZero("recommendations.clickLift") || shuffled.Number("recommendations.clickLift.relative") <= normal.Number("recommendations.clickLift.relative") / 3);
    }

    [Fact]
    public async Task Wrong_option_is_a_usage_mistake()
    {
        ProgramAnswer answer = await BuiltProgram.RunAsync("ShopSimulator", "shop-simulator", ["--dry-run", "--days", "many"], TestContext.Current.CancellationToken);

        Assert.Equal(2, answer.ExitCode);
        Assert.Contains("--days must be a whole number", answer.Errors, StringComparison.Ordinal);
    }

    private static async Task<DemoReport> RunAsync(params string[] more)
    {
        DemoReport report = new();
        ProgramAnswer answer = await BuiltProgram.RunAsync(
            "ShopSimulator", "shop-simulator", [.. Small, "--report", report.Path, .. more], TestContext.Current.CancellationToken);
        Assert.True(answer.ExitCode == 0, answer.Errors);
        return report;
    }
}
