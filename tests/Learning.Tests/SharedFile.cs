namespace Learning.Tests;

/// <summary>Finds the real data sets that lie beside the repository, never inside it.</summary>
internal static class SharedFile
{
    /// <summary>Full path of a file below <c>shared/data</c> of any folder above, or of the folder that MARKETLOOP_SHARED names; null where it is missing.</summary>
    public static string? Find(params string[] parts)
    {
        var inside = Path.Combine(["data", .. parts]);
        var named = Environment.GetEnvironmentVariable("MARKETLOOP_SHARED");
        var candidates = named is not null ? [Path.Combine(named, inside)] : Parents().Select(folder => Path.Combine(folder, "shared", inside));
        return candidates.FirstOrDefault(File.Exists);
    }

    /// <summary>The same; skips the test with a reason where the file is missing, and fails it when CI=true.</summary>
    public static string Require(params string[] parts)
    {
        var found = Find(parts);
        Assert.SkipWhen(
            found is null && !string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.Ordinal),
            $"shared/data/{string.Join('/', parts)} was not found; MARKETLOOP_SHARED can name the folder.");
        Assert.NotNull(found);
        return found;
    }

    private static IEnumerable<string> Parents()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}
