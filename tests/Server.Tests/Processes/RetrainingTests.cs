using System.Text.Json;
using MarketLoop.Tests.Data;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>Import half, serve, import the other half: nobody asks for a turn or a training.</summary>
public sealed class RetrainingTests : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private readonly ShopFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task New_data_alone_raises_the_version_of_the_models()
    {
        (string first, string second) = new DirtySample(seed: 8, count: 2_000).Halves;
        folder.Set(
            ("Loop:CheckEvery", "00:00:01"), ("Loop:TurnAfterInteractions", 1),
            ("Feedback:Retraining:FirstAt", 20), ("Feedback:Retraining:NewAtLeast", 1), ("Feedback:Retraining:NewShare", 0.001), ("Feedback:Retraining:RestHours", 0));
        await MarketLoopProgram.ReadAsync("import", "online-retail", folder.Write("first.csv", first), "--data", folder.Data);

        await using ServingProcess server = await ServingProcess.StartAsync(folder.Data);
        int before = await WaitForVersionAsync(server, above: 0);
        await MarketLoopProgram.ReadAsync("import", "online-retail", folder.Write("second.csv", second), "--data", folder.Data);
        long all = (await server.Api.GetAsync("/api/v1/data/status")).GetProperty("events").GetProperty("total").GetInt64();

        // The loop may already have turned while the second half came in: what counts is the model that knows all of it.
        int after = await WaitForVersionAsync(server, above: before);
        long[] interactions = await InteractionsAsync(server);
        while (interactions[0] < all)
        {
            after = await WaitForVersionAsync(server, above: after);
            interactions = await InteractionsAsync(server);
        }

        Assert.True(after > before && before > 0);
        Assert.Equal(all, interactions[0]);
        Assert.InRange(interactions[^1], 1, all - 1);
    }

    private static async Task<long[]> InteractionsAsync(ServingProcess server) =>
        [.. (await server.Api.GetAsync("/api/v1/analysis/models")).GetProperty("items").EnumerateArray().Select(model => model.GetProperty("interactions").GetInt64())];

    private static async Task<int> WaitForVersionAsync(ServingProcess server, int above)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(LongestWait);
        using PeriodicTimer often = new(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        do
        {
            JsonElement version = (await server.Api.GetAsync("/api/v1/loop")).GetProperty("models");
            if (version.ValueKind == JsonValueKind.Number && version.GetInt32() > above)
            {
                return version.GetInt32();
            }
        }
        while (await often.WaitForNextTickAsync(limit.Token));
        return 0;
    }
}
