using Microsoft.Extensions.Configuration;

namespace MarketLoop.Cli.Access;

/// <summary>Where settings come from: <c>appsettings.json</c> beside the data folder, then the environment, which wins.</summary>
/// <remarks>A variable is the setting's path below <c>MarketLoop</c> with two underscores for each step: <c>MARKETLOOP_Decision__Experiment__ControlShare=0.3</c>. Secrets come from there only.</remarks>
internal static class ShopConfiguration
{
    /// <summary>The section that all settings lie in.</summary>
    public const string Root = "MarketLoop";

    private const string VariablePrefix = "MARKETLOOP_";
    private const string FileName = "appsettings.json";

    /// <summary>The file of a data folder's settings, there or not.</summary>
    public static string FileOf(string dataFolder) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(dataFolder))) ?? ".", FileName);

    /// <summary>The settings of a data folder.</summary>
    public static IConfigurationRoot Build(string dataFolder)
    {
        ConfigurationBuilder builder = new();
        AddTo(builder, dataFolder);
        return builder.Build();
    }

    /// <summary>Adds the sources to a host's own.</summary>
    public static void AddTo(IConfigurationBuilder builder, string dataFolder) => builder
        .AddJsonFile(FileOf(dataFolder), optional: true, reloadOnChange: false)
        .AddInMemoryCollection(FromEnvironment());

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment() =>
        from System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()
        let name = (string)variable.Key
        where name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase) && name.Contains("__", StringComparison.Ordinal)
        select KeyValuePair.Create($"{Root}:{name[VariablePrefix.Length..].Replace("__", ":", StringComparison.Ordinal)}", (string?)variable.Value);
}
