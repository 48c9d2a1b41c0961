using System.Diagnostics;

namespace Learning.Tests.Numerics;

/// <summary>Runs the kernel tests of this assembly again in a child process with narrower vectors, so that one machine tests all widths.</summary>
public sealed class KernelWidthTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Kernels_hold_without(string instructionSet)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Learning.Tests.exe" : "Learning.Tests");
        var start = new ProcessStartInfo(program, ["-trait", "Kind=Kernel", "-noColor"]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment[instructionSet] = "0";

        using var child = Process.Start(start);
        Assert.NotNull(child);
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(child.ExitCode == 0, output);
        Assert.Matches(@"Total: [1-9]", output);
    }
}
