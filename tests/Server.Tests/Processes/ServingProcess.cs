using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>A real <c>marketloop serve</c> on a free port, waited for by its one ready line.</summary>
internal sealed class ServingProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private const string Ready = "MarketLoop ready on ";
    private readonly Process process;
    private readonly string firstLine;
    private readonly Task<string> laterOutput;
    private readonly Task<string> errors;

    private ServingProcess(Process process, string firstLine, Task<string> errors, ServerAddress announced)
    {
        this.process = process;
        this.firstLine = firstLine;
        this.errors = errors;
        laterOutput = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Address = new Uri(firstLine[Ready.Length..]);
        Api = new ShopApi(Address, announced.Token);
    }

    /// <summary>Its number among the processes of this machine.</summary>
    public int Id => process.Id;

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>Its API, asked with the folder's own token.</summary>
    public ShopApi Api { get; }

    /// <summary>Starts one and returns when it answers.</summary>
    public static async Task<ServingProcess> StartAsync(string folder, IEnumerable<string>? more = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        Process started = MarketLoopProgram.Start(["serve", "--data", folder, "--port", "0", .. more ?? []], variables);
        try
        {
            Task<string> told = started.StandardError.ReadToEndAsync(CancellationToken.None);
            string line = await started.StandardOutput.ReadLineAsync(cancelled) ?? await told;
            Assert.StartsWith(Ready, line, StringComparison.Ordinal);
            ServerAddress? announced = ServerAddress.Find(folder);
            Assert.NotNull(announced);
            return new ServingProcess(started, line, told, announced);
        }
        catch
        {
            await EndAsync(started);
            throw;
        }
    }

    /// <summary>Waits, five minutes at most, for models of a later version than the one given.</summary>
    public async Task<int> WaitForModelsAsync(int above)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(LongestWait);
        using PeriodicTimer often = new(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        do
        {
            JsonElement version = (await Api.GetAsync("/api/v1/loop")).GetProperty("models");
            if (version.ValueKind == JsonValueKind.Number && version.GetInt32() > above)
            {
                return version.GetInt32();
            }
        }
        while (await often.WaitForNextTickAsync(limit.Token));
        return 0;
    }

    /// <summary>SIGKILL: nothing of it can finish anything.</summary>
    public void Kill() => process.Kill();

    /// <summary>SIGTERM, as a service manager sends it. Returns all it ever said.</summary>
    public async Task<ProgramAnswer> StopAsync()
    {
        using var told = Process.Start("sh", ["-c", "kill -TERM " + process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ProgramAnswer(process.ExitCode, firstLine + "\n" + await laterOutput, await errors);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await EndAsync(process);
    }

    private static async Task EndAsync(Process ending)
    {
        if (!ending.HasExited)
        {
            ending.Kill(entireProcessTree: true);
            await ending.WaitForExitAsync(CancellationToken.None);
        }

        ending.Dispose();
    }
}
