using MarketLoop.Server.Tests.Processes;
using Xunit;

namespace MarketLoop.Server.Tests.Demo;

/// <summary>What the simulator puts on the wire, and how it bears a server that refuses every third batch.</summary>
public sealed class SimulatorWireTests
{
    [Fact]
    public async Task Events_arrive_once_and_in_each_customers_order_through_refusals()
    {
        await using FussyServer server = await FussyServer.StartAsync(TestContext.Current.CancellationToken);
        using DemoReport report = new();

        ProgramAnswer answer = await BuiltProgram.RunAsync(
            "ShopSimulator",
            "shop-simulator",
            ["--server", server.Address, "--write-key", "w", "--secret-key", "s", "--admin-token", "a", "--customers", "300", "--days", "2", "--history-days", "4", "--report", report.Path],
            TestContext.Current.CancellationToken);

        Assert.True(answer.ExitCode == 0, answer.Errors);
        Assert.True(server.Refused > 0);
        Assert.Equal(server.Heard.Count, server.Heard.Select(heard => heard.MessageId).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(report.Number("traffic.historyEvents") + report.Number("traffic.events"), server.Heard.Count);
        Assert.All(
            server.Heard.GroupBy(heard => heard.Browser, StringComparer.Ordinal),
            own => Assert.Equal(own.Select(heard => heard.At).Order(), own.Select(heard => heard.At)));
    }

    [Fact]
    public async Task Clock_never_runs_backwards_and_days_are_whole()
    {
        await using FussyServer server = await FussyServer.StartAsync(TestContext.Current.CancellationToken);
        using DemoReport report = new();

        await BuiltProgram.RunAsync(
            "ShopSimulator",
            "shop-simulator",
            ["--server", server.Address, "--write-key", "w", "--secret-key", "s", "--admin-token", "a", "--customers", "50", "--days", "2", "--history-days", "3"],
            TestContext.Current.CancellationToken);

        Assert.Equal(server.Moments.Order(), server.Moments);
        Assert.Equal(DayOfWeek.Monday.ToString(), server.Heard.Min(heard => heard.At).DayOfWeek.ToString());
        Assert.True(server.Heard.Max(heard => heard.At) < server.Moments[^1]);
        Assert.Equal(3, server.Moments.Count(moment => moment.TimeOfDay == TimeSpan.Zero));
    }
}
