using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>SIGKILL to a real server while several connections send batches with retries: what was acknowledged is there, once, after a plain start.</summary>
public sealed class KillTests : IDisposable
{
    private const int Connections = 6;
    private readonly ShopFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public Task Killed_a_few_times_every_acknowledged_event_is_there_once() =>
        KillAsync(kills: 3, batches: 120, batchSize: 50, leastInFlight: 1, seed: 1);

    [Fact]
    [Trait("Kind", "Slow")]
    public Task Killed_fifty_times_every_acknowledged_event_is_there_once() =>
        KillAsync(kills: 50, batches: 2_000, batchSize: 100, leastInFlight: 35, seed: 2);

    private async Task KillAsync(int kills, int batches, int batchSize, int leastInFlight, int seed)
    {
        folder.Set(("Feedback:Retraining:FirstAt", 10_000_000));   // a training would outlive the server that began it
        await using KilledServer server = await KilledServer.StartAsync(folder.Data, KillSteps(kills, batches, seed));
        RetryingSender sender = new(server, batches, batchSize);

        await sender.SendAllAsync(Connections, Cancelled);

        ServingProcess last = await server.FindAsync();
        long served = (await last.Api.GetAsync("/api/v1/data/status")).GetProperty("events").GetProperty("total").GetInt64();
        Assert.Equal(0, (await last.StopAsync()).ExitCode);
        JsonElement status = await MarketLoopProgram.ReadAsync("data", "status", "--data", folder.Data);
        List<string> stored = await ReadIdsAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{server.Kills} kills, {server.KillsInFlight} of them with a batch in flight; {sender.Attempts} requests for {batches} batches, {sender.Duplicates} events sent again after they were stored");
        Assert.Equal(kills, server.Kills);
        Assert.InRange(server.KillsInFlight, leastInFlight, kills);
        Assert.Equal(batches * batchSize, sender.Acknowledged.Count);
        Assert.Equal(batches * batchSize, served);
        Assert.Equal(batches * batchSize, status.GetProperty("events").GetProperty("total").GetInt64());
        Assert.Equal(sender.Acknowledged.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
    }

    // A step is a request sent or an answer received; each batch has at least two.
    private static HashSet<int> KillSteps(int kills, int batches, int seed)
    {
        Random random = new(seed);
        HashSet<int> steps = [];
        while (steps.Count < kills)
        {
            steps.Add(random.Next(2 * Connections, 2 * (batches - Connections)));
        }

        return steps;
    }

    private async Task<List<string>> ReadIdsAsync()
    {
        await using EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder.Data, TimeProvider.System, NullLoggerFactory.Instance, Cancelled);
        return await shop.Log.ReadInteractionsAsync(LogRange.Everything, Cancelled).Select(interaction => interaction.MessageId).ToListAsync(Cancelled);
    }
}
