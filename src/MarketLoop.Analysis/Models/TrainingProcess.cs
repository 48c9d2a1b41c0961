using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis.Models;

/// <summary>Trains in a child process of this program, so that a learner that crashes, spins or eats memory harms no serving.</summary>
/// <remarks>Lower priority, bounded heap, bounded time. Whatever goes wrong in the child, the models that serve stay in force. Not for two trainings at once.</remarks>
public sealed class TrainingProcess(
    IEventLog log,
    IModelStore store,
    CurrentModels models,
    IOptions<AnalysisOptions> analysis,
    IOptions<TrainingProcessOptions> options,
    ILogger<TrainingProcess> logger)
{
    private const int LinesKept = 20;

    /// <summary>Exports a snapshot, trains in the child, verifies, registers, and puts the new models in force.</summary>
    /// <param name="asOf">Only what happened before this moment is learned from.</param>
    /// <param name="progress">Told what the child tells; null for nobody.</param>
    /// <param name="cancellationToken">Cancels: the child is killed.</param>
    /// <returns>The registered manifest.</returns>
    /// <exception cref="MarketLoopException">The child failed, was too slow, or left damaged files. The old models stay in force.</exception>
    public async Task<ModelManifest> RunAsync(DateTimeOffset asOf, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        // Both inside the data folder, which nobody else may read, and swept when the folder is next opened: the snapshot holds what customers did.
        string snapshot = store.CreateStagingFolder();
        string staging = store.CreateStagingFolder();
        try
        {
            await log.ExportSnapshotAsync(snapshot, asOf, cancellationToken);
            await OptionsForChild().WriteAsync(snapshot, cancellationToken);
            await RunChildAsync(snapshot, staging, progress, cancellationToken);
            ModelManifest trained = await ModelFiles.ReadManifestAsync(staging, cancellationToken);
            ModelManifest registered = await store.RegisterAsync(trained, staging, cancellationToken);
            await models.LoadAsync(store, cancellationToken);
            logger.ModelsRegistered(registered.Version.Value, registered.Interactions);
            return registered;
        }
        catch (MarketLoopException trouble)
        {
            logger.TrainingFailed(models.Value.Version?.Value ?? 0, trouble.Message);
            throw;
        }
        finally
        {
            DeleteFolder(snapshot);
            DeleteFolder(staging);
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private int HeapMegabytes => options.Value.HeapMegabytesOn(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    private TrainingOptions OptionsForChild() => new()
    {
        Seed = options.Value.Seed,
        TimeZone = analysis.Value.TimeZone ?? "UTC",
        HorizonDays = analysis.Value.HorizonDays,
        Rankers = analysis.Value.Rankers,
        PreviousSegments = models.Value.Segments,
    };

    private async Task RunChildAsync(string snapshot, string staging, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using Process child = new() { StartInfo = StartInfo(snapshot, staging) };
        LastLines said = new(LinesKept);
        child.OutputDataReceived += (_, e) => Hear(e.Data);
        child.ErrorDataReceived += (_, e) => Hear(e.Data);
        Start(child);
        logger.TrainingStarted(child.Id, HeapMegabytes);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(options.Value.TimeLimitMinutes));
        try
        {
            await child.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill(entireProcessTree: true);
            await child.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            throw new MarketLoopException($"The training did not end within {options.Value.TimeLimitMinutes} minutes and was stopped.", isTransient: true);
        }

        if (child.ExitCode != 0)
        {
            throw new MarketLoopException($"The training ended with exit code {child.ExitCode}: {said}", isTransient: true);
        }

        void Hear(string? line)
        {
            if (line is null)
            {
                return;
            }

            if (TrainingProgress.Parse(line) is { } step)
            {
                progress?.Report(step);
            }
            else
            {
                said.Add(line);
            }
        }
    }

    private static void Start(Process child)
    {
        try
        {
            child.Start();
            child.BeginOutputReadLine();
            child.BeginErrorReadLine();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MarketLoopException($"The training program {child.StartInfo.FileName} cannot be started: {e.Message}", isTransient: false, e);
        }

        try
        {
            child.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already; its exit code tells the rest.
        }
    }

    private ProcessStartInfo StartInfo(string snapshot, string staging)
    {
        string program = options.Value.Program ?? Environment.ProcessPath ?? throw new MarketLoopException("The path of this program is unknown; set MarketLoop:Analysis:Training:Program.");
        ProcessStartInfo info = new(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

        // Started as `dotnet marketloop.dll` the program is the dll, not the host.
        if (options.Value.Program is null && string.Equals(Path.GetFileNameWithoutExtension(program), "dotnet", StringComparison.Ordinal)
            && Assembly.GetEntryAssembly() is { } entry)
        {
            info.ArgumentList.Add(entry.Location);
        }

        foreach (string argument in (string[])["train", "--snapshot", snapshot, "--out", staging, "--seed", options.Value.Seed.ToString(CultureInfo.InvariantCulture)])
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["DOTNET_GCHeapHardLimit"] = (HeapMegabytes * 1024L * 1024L).ToString("X", CultureInfo.InvariantCulture);
        info.Environment["DOTNET_gcServer"] = "0";
        info.Environment["DOTNET_gcConcurrent"] = "0"; // nobody waits for an answer of the child: collections beside its work would only cost
        info.Environment["OMP_WAIT_POLICY"] = "passive"; // native learners must not spin while serving needs the cores
        return info;
    }

    /// <summary>The end of what a child said. Two readers write to it.</summary>
    private sealed class LastLines(int most)
    {
        private readonly Lock gate = new();
        private readonly Queue<string> lines = new();

        public void Add(string line)
        {
            lock (gate)
            {
                lines.Enqueue(line);
                if (lines.Count > most)
                {
                    lines.Dequeue();
                }
            }
        }

        public override string ToString()
        {
            lock (gate)
            {
                StringBuilder text = new();
                return text.AppendJoin(" | ", lines).ToString();
            }
        }
    }
}
