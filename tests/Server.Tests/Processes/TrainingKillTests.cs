using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using MarketLoop.Tests.Data;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>The training child is killed again and again while lists are asked for: nobody notices, and the last good models serve until a training is let through.</summary>
public sealed class TrainingKillTests : IDisposable
{
    private const int Askers = 4;
    private const int LooksUntilNews = 2_000;
    private readonly ShopFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public Task Killed_at_each_stage_of_its_work_no_request_fails() => KillAsync(rounds: 1);

    [Fact]
    [Trait("Kind", "Slow")]
    public Task Killed_many_times_no_request_fails() => KillAsync(rounds: 10);

    // In each round: at birth, in the middle, and at the end, by both signals; then one training comes through, and its models are swapped in under load.
    private async Task KillAsync(int rounds)
    {
        (string first, string second) = new DirtySample(seed: 8, count: 2_000).Halves;
        folder.SetToTrainAtOnce();
        await MarketLoopProgram.ReadAsync("import", "online-retail", folder.Write("first.csv", first), "--data", folder.Data);
        await using ServingProcess server = await ServingProcess.StartAsync(folder.Data);
        int version = await server.WaitForModelsAsync(above: 0);
        await MarketLoopProgram.ReadAsync("import", "online-retail", folder.Write("second.csv", second), "--data", folder.Data);

        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        ConcurrentQueue<string> failures = [];
        int[] answers = new int[Askers];
        Task[] load = [.. Enumerable.Range(0, Askers).Select(asker => AskAsync(server, asker, answers, failures, enough.Token))];
        for (int round = 0; round < rounds; round++)
        {
            await SendOneAsync(server);
            foreach ((string signal, string stage) in ((string, string)[])[("KILL", ""), ("SEGV", "segments.json"), ("KILL", "manifest.json")])
            {
                await KillNextAsync(server, signal, stage);
            }

            version = await server.WaitForModelsAsync(above: version);
        }

        await enough.CancelAsync();
        await Task.WhenAll(load);
        TestContext.Current.TestOutputHelper?.WriteLine($"{answers.Sum()} lists answered, models of version {version} serve");
        Assert.Empty(failures);
        Assert.All(answers, count => Assert.True(count > 0));
    }

    private static async Task AskAsync(ServingProcess server, int asker, int[] answers, ConcurrentQueue<string> failures, CancellationToken enough)
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(10), TimeProvider.System); // 500 a second from one caller are allowed
        while (!enough.IsCancellationRequested && await pace.WaitForNextTickAsync(Cancelled))
        {
            Uri list = new($"/api/v1/decision/recommendations?customer=u:{17_850 + asker}&count=3", UriKind.Relative);
            using HttpResponseMessage answer = await server.Api.Client.GetAsync(list, Cancelled);
            string text = await answer.Content.ReadAsStringAsync(Cancelled);
            if (answer.StatusCode != HttpStatusCode.OK || JsonSerializer.Deserialize<JsonElement>(text).GetProperty("items").GetArrayLength() != 3)
            {
                failures.Enqueue($"{answer.StatusCode}: {text}");
            }

            answers[asker]++;
        }
    }

    /// <summary>Waits for a training that has come so far, and kills it; one that ended meanwhile is not counted.</summary>
    private static async Task KillNextAsync(ServingProcess server, string signal, string stage)
    {
        using PeriodicTimer often = new(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (int look = 1; await often.WaitForNextTickAsync(Cancelled); look++)
        {
            if (look % LooksUntilNews == 0)
            {
                await SendOneAsync(server); // the training may have ended between two looks
            }

            if (TrainingOf(server) is { } child && (stage.Length == 0 || File.Exists(Path.Combine(child.Output, stage))))
            {
                using Process kill = Process.Start("sh", ["-c", $"kill -{signal} {child.Id.ToString(CultureInfo.InvariantCulture)}"]);
                await kill.WaitForExitAsync(Cancelled);
                if (kill.ExitCode == 0)
                {
                    return;
                }
            }
        }
    }

    private static (int Id, string Output)? TrainingOf(ServingProcess server)
    {
        foreach (string own in Directory.EnumerateDirectories($"/proc/{server.Id.ToString(CultureInfo.InvariantCulture)}/task"))
        {
            if (ReadOrNothing(Path.Combine(own, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [{ } child, ..])
            {
                string[] arguments = ReadOrNothing($"/proc/{child}/cmdline").Split('\0');
                int output = Array.IndexOf(arguments, "--out");
                if (output > 0)
                {
                    return (int.Parse(child, CultureInfo.InvariantCulture), arguments[output + 1]);
                }
            }
        }

        return null;
    }

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // the process is gone
        }
    }

    private static Task SendOneAsync(ServingProcess server) => server.Api.TrackAsync(
        [new { type = "track", userId = "17850", messageId = Guid.NewGuid().ToString(), @event = "Product Viewed", properties = new { product_id = "85123A" } }]);
}
