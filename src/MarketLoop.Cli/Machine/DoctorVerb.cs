using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Machine;

/// <summary>What is missing on this machine, and how to mend it.</summary>
internal static class DoctorVerb
{
    private const long LeastFreeBytes = 2L * 1024 * 1024 * 1024;

    public static Command Create()
    {
        Option<string> data = SharedOptions.Data();
        Option<int> port = SharedOptions.Port(SharedOptions.DefaultPort);
        Verb verb = new("doctor", "Says what is missing on this machine, and how to mend it.")
        {
            Examples = ["marketloop doctor", "marketloop doctor --data /srv/shop --port 8080 --json"],
        };
        verb.Options.Add(data);
        verb.Options.Add(port);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            List<Finding> findings =
            [
                await FindSdkAsync(cancellationToken),
                .. Requirement.All.Select(FindRequirement),
                FindSpace(parsed.GetRequiredValue(data)),
                FindRights(parsed.GetRequiredValue(data)),
                FindPort(parsed.GetValue(port)),
            ];
            Show(findings, screen);
            return findings.Any(finding => finding.State == FindingState.Missing) ? ExitCode.Failure : ExitCode.Ok;
        });
    }

    private static async Task<Finding> FindSdkAsync(CancellationToken cancellationToken)
    {
        const string cure = "Install .NET 10 (https://dot.net), or run ./marketloop from the clone and let it fetch one.";
        ChildProcess asked = new(Clone.Dotnet, ["--version"]) { Folder = Clone.FindRoot() };
        string? version = await asked.ReadAsync(cancellationToken);
        return version is null
            ? new Finding("SDK", FindingState.Missing, "no .NET SDK that global.json accepts", cure)
            : new Finding("SDK", FindingState.Ok, $"{version} ({Clone.Dotnet})");
    }

    private static Finding FindRequirement(Requirement requirement)
    {
        if (requirement.Find() is { } found)
        {
            return new Finding(requirement.Name, FindingState.Ok, found);
        }

        FindingState state = requirement == Requirement.Icu ? FindingState.Missing : FindingState.Advice;
        return new Finding(requirement.Name, state, $"not found: {requirement.Why}", $"apt-get install {requirement.Package} (or your system's name for it)");
    }

    private static Finding FindSpace(string data)
    {
        DriveInfo drive = new(NearestFolder(data));
        string free = $"{drive.AvailableFreeSpace / 1e9:0.0} GB free at {drive.Name}";
        return drive.AvailableFreeSpace >= LeastFreeBytes
            ? new Finding("disk", FindingState.Ok, free)
            : new Finding("disk", FindingState.Missing, free, "Make room: the log needs about 1 GB for five million events, a training as much again.");
    }

    private static Finding FindRights(string data)
    {
        string folder = NearestFolder(data);
        string probe = Path.Combine(folder, $".marketloop-probe-{Environment.ProcessId}");
        try
        {
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return new Finding("folder", FindingState.Ok, $"{folder} is writable");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Finding("folder", FindingState.Missing, e.Message, $"Give this user the right to write in {folder}, or choose another folder with --data.");
        }
    }

    private static Finding FindPort(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return new Finding("port", FindingState.Ok, $"{port} is free");
        }
        catch (SocketException e)
        {
            return new Finding("port", FindingState.Advice, $"{port}: {e.Message}", "Stop what listens there, or choose another port with --port (0 picks a free one).");
        }
    }

    private static string NearestFolder(string data)
    {
        string folder = Path.GetFullPath(data);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        return folder;
    }

    private static void Show(List<Finding> findings, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(findings);
            return;
        }

        foreach (Finding finding in findings)
        {
            string state = finding.State switch { FindingState.Ok => "ok     ", FindingState.Advice => "advice ", _ => "missing" };
            screen.Line($"{state}  {finding.Name,-15} {finding.Detail}");
            if (finding.Cure is not null)
            {
                screen.Line($"{"",25}mend it: {finding.Cure}");
            }
        }
    }

    private sealed record Finding(string Name, FindingState State, string Detail, string? Cure = null);

    private enum FindingState
    {
        Ok,
        Advice,
        Missing,
    }
}
