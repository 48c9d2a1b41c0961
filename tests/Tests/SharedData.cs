using Xunit;

namespace MarketLoop.Tests;

/// <summary>Finds the real data sets that lie beside the repository, never inside it.</summary>
internal static class SharedData
{
    /// <summary>Full path of a file below <c>shared/data</c>. Skips the test with a reason where the data is missing, fails it when CI=true.</summary>
    public static string Require(params string[] parts)
    {
        string? found = Roots().Select(root => Path.Combine([root, .. parts])).FirstOrDefault(File.Exists);
        if (found is null)
        {
            string reason = $"{Path.Combine(parts)} is not there: put the data sets into shared/data beside the repository, or set MARKETLOOP_SHARED";
            Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), reason);
            Assert.Skip(reason);
        }

        return found;
    }

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("MARKETLOOP_SHARED") is { Length: > 0 } named)
        {
            yield return Path.Combine(named, "data");
            yield break;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "shared", "data");
        }
    }
}
