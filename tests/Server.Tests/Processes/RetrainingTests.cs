using System.Text.Json;
using MarketLoop.Tests.Data;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>Import half, serve, import the other half: nobody asks for a turn or a training.</summary>
public sealed class RetrainingTests : IDisposable
{
    private readonly ShopFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task New_data_alone_raises_the_version_of_the_models()
    {
        (string first, string second) = new DirtySample(seed: 8, count: 2_000).Halves;
        folder.SetToTrainAtOnce();
        await MarketLoopProgram.ReadAsync("import", "online-retail", folder.Write("first.csv", first), "--data", folder.Data);

        await using ServingProcess server = await ServingProcess.StartAsync(folder.Data);
        int before = await server.WaitForModelsAsync(above: 0);
        await MarketLoopProgram.ReadAsync("import", "online-retail", folder.Write("second.csv", second), "--data", folder.Data);
        long all = (await server.Api.GetAsync("/api/v1/data/status")).GetProperty("events").GetProperty("total").GetInt64();

        // The loop may already have turned while the second half came in: what counts is the model that knows all of it.
        int after = await server.WaitForModelsAsync(above: before);
        long[] interactions = await InteractionsAsync(server);
        while (interactions[0] < all)
        {
            after = await server.WaitForModelsAsync(above: after);
            interactions = await InteractionsAsync(server);
        }

        Assert.True(after > before && before > 0);
        Assert.Equal(all, interactions[0]);
        Assert.InRange(interactions[^1], 1, all - 1);
    }

    private static async Task<long[]> InteractionsAsync(ServingProcess server) =>
        [.. (await server.Api.GetAsync("/api/v1/analysis/models")).GetProperty("items").EnumerateArray().Select(model => model.GetProperty("interactions").GetInt64())];
}
