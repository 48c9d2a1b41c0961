using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Machine;

/// <summary>Brings what tests need from the system's packages, as far as this user may.</summary>
internal sealed class TestPackages(Action<string> write)
{
    /// <summary>Installs what is missing with apt when we are root; otherwise says what is missing and what it means.</summary>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        Requirement[] missing = [.. Requirement.All.Where(requirement => requirement.Find() is null)];
        if (missing.Length == 0)
        {
            return;
        }

        foreach (Requirement requirement in missing)
        {
            write($"missing: {requirement.Name} ({requirement.Why})");
        }

        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            string names = string.Join(' ', missing.Select(requirement => requirement.Package));
            write($"They can only be installed by root with apt. Install them yourself ({names}); what needs them is skipped and says so.");
            return;
        }

        await AptAsync(["update", "-q"], cancellationToken);
        foreach (Requirement requirement in missing)
        {
            string package = requirement == Requirement.Icu ? await FindIcuPackageAsync(cancellationToken) : requirement.Package!; // every one in All has a package
            int code = await AptAsync(["install", "-y", "-q", "--no-install-recommends", package], cancellationToken);
            write(code == 0 ? $"installed: {package}" : $"not installed: {package} (apt-get ended with {code}); what needs it is skipped and says so.");
        }
    }

    private static async Task<string> FindIcuPackageAsync(CancellationToken cancellationToken)
    {
        string? found = await new ChildProcess("apt-cache", ["search", "--names-only", "^libicu[0-9]+$"]).ReadAsync(cancellationToken);
        return found?.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal).LastOrDefault()
            ?? "libicu72";
    }

    private static async Task<int> AptAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        ChildProcess apt = new("apt-get", arguments) { Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" } };
        List<string> lines = [];
        int code = await apt.RunAsync(lines.Add, cancellationToken);
        return code;
    }
}
