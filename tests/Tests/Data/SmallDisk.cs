using System.Diagnostics;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>A real file system of a few megabytes that can be filled to the last byte: what a full disk does, a fake cannot tell.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("marketloop-disk-").FullName;

    private SmallDisk()
    {
    }

    /// <summary>The folder to use.</summary>
    public string Path => System.IO.Path.Combine(root, "disk");

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts one; skips the test where that is not allowed.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        SmallDisk disk = new();
        Directory.CreateDirectory(disk.Path);
        bool isMounted = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path) == 0;
        if (!isMounted)
        {
            Directory.Delete(disk.root, recursive: true);
            Assert.False(Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("CI") == "true", "CI runs as root, so it must be able to mount a small disk.");
            Assert.SkipUnless(false, "A small disk can be mounted by root only, and only where mounting is allowed.");
        }

        return disk;
    }

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        using FileStream file = new(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // full, as wanted
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(root, recursive: true);
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false }) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
