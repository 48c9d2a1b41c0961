using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>A real process is killed while it writes, loads and sorts. The child is this test program itself, told by two environment variables to run one method.</summary>
public sealed class StorageKillTests : IDisposable
{
    private const string FolderVariable = "MARKETLOOP_TEST_KILL_FOLDER";
    private const string PipeVariable = "MARKETLOOP_TEST_KILL_PIPE";
    private const int BatchSize = 50;
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public Task Killed_a_few_times_every_acknowledged_record_is_there_once() => KillAsync(rounds: 3, seed: 1);

    [Fact]
    [Trait("Kind", "Slow")]
    public Task Killed_twenty_times_every_acknowledged_record_is_there_once() => KillAsync(rounds: 20, seed: 2);

    /// <summary>The child: writes batches from four tasks and reports each acknowledged one, until it is killed.</summary>
    [Fact(Explicit = true)]
    public async Task Child_writes_until_it_is_killed()
    {
        string path = Environment.GetEnvironmentVariable(FolderVariable) ?? throw new InvalidOperationException("Only runs as the child of the tests beside it.");
        await using NamedPipeClientStream pipe = new(".", Environment.GetEnvironmentVariable(PipeVariable) ?? "", PipeDirection.Out);
        await pipe.ConnectAsync(Cancelled);
        await using EmbeddedShop shop = await EmbeddedShop.OpenAsync(path, TimeProvider.System, NullLoggerFactory.Instance, Cancelled);
        await using StreamWriter acknowledged = new(pipe) { AutoFlush = true };
        using SemaphoreSlim oneAtATime = new(1, 1);
        long first = shop.Log.Head;
        await Parallel.ForAsync(0, 4, Cancelled, async (writer, cancellationToken) =>
        {
            for (int batch = 0; ; batch++)
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"{first}-{writer}-{batch}");
                await shop.Log.AppendAsync([.. Records(id)], cancellationToken);
                await oneAtATime.WaitAsync(cancellationToken);
                await acknowledged.WriteLineAsync(id);
                oneAtATime.Release();
                if (batch % 7 == writer)
                {
                    await shop.Log.GetStatusAsync(cancellationToken);
                }

                if (batch % 25 == writer)
                {
                    await shop.CheckpointAsync(cancellationToken);
                }
            }
        });
    }

    private static IEnumerable<ILogRecord> Records(string batch)
    {
        for (int i = 0; i < BatchSize; i++)
        {
            yield return i % 10 == 9
                ? Identify($"{batch}-{i}", "user" + i, """{"email":"a@example.org","marketing_email":true}""", i)
                : View($"{batch}-{i}", "user" + i, "browser" + i, i);
        }
    }

    private async Task KillAsync(int rounds, int seed)
    {
        Random random = new(seed);
        HashSet<string> acknowledged = new(StringComparer.Ordinal);
        for (int round = 0; round < rounds; round++)
        {
            await RunChildAsync(random.Next(1, 120), acknowledged);

            await using EmbeddedShop restarted = await folder.OpenAsync();
            List<Interaction> read = await ReadAllAsync(restarted.Log, LogRange.Everything);
            HashSet<string> ids = [.. read.Select(interaction => interaction.MessageId)];
            AppendReceipt retry = await restarted.Log.AppendAsync([.. read], Cancelled);

            Assert.Equal(read.Count, ids.Count);
            Assert.DoesNotContain(acknowledged.SelectMany(batch => Enumerable.Range(0, BatchSize).Select(i => $"{batch}-{i}")), id => !ids.Contains(id));
            Assert.Equal(0, retry.Stored);
            Assert.Equal(restarted.Log.Head, read.Count);
            Assert.True((await restarted.Profiles.FindAsync(CustomerId.Known("user9"), Cancelled))?.ConsentsToEmail);
        }
    }

    private async Task RunChildAsync(int killAfter, HashSet<string> acknowledged)
    {
        string name = "marketloop-kill-" + Guid.NewGuid().ToString("N");
        await using NamedPipeServerStream pipe = new(name, PipeDirection.In, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        ProcessStartInfo start = new(Environment.ProcessPath ?? "") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-explicit");
        start.ArgumentList.Add("only");
        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(StorageKillTests).FullName}.{nameof(Child_writes_until_it_is_killed)}");
        start.Environment[FolderVariable] = folder.Path;
        start.Environment[PipeVariable] = name;
        using Process child = Process.Start(start) ?? throw new InvalidOperationException("The child did not start.");
        Task<string> output = child.StandardOutput.ReadToEndAsync(Cancelled);
        Task<string> errors = child.StandardError.ReadToEndAsync(Cancelled);
        Task ended = child.WaitForExitAsync(Cancelled);
        Assert.True(await Task.WhenAny(pipe.WaitForConnectionAsync(Cancelled), ended) != ended, "The child ended before it began.");
        using StreamReader reader = new(pipe);
        int heard = 0;
        while (await reader.ReadLineAsync(Cancelled) is string line)
        {
            acknowledged.Add(line);
            if (++heard == killAfter)
            {
                child.Kill(); // SIGKILL; what it wrote to the pipe before is still read
            }
        }

        await ended;
        string said = await output + await errors;
        Assert.True(heard >= killAfter, "The child ended by itself: " + said);
    }
}
