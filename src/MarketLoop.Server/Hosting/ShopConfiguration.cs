using MarketLoop.Domain;
using Microsoft.Extensions.Configuration;

namespace MarketLoop.Server.Hosting;

/// <summary>Where settings come from, for the server and for every verb alike: <c>appsettings.json</c> beside the data folder, then the environment, which wins.</summary>
/// <remarks>A variable is the setting's path below <c>MarketLoop</c> with two underscores for each step: <c>MARKETLOOP_Decision__Experiment__ControlShare=0.3</c>. Secrets come from there only.</remarks>
public static class ShopConfiguration
{
    /// <summary>The section that all settings lie in.</summary>
    public const string Root = "MarketLoop";

    private const string VariablePrefix = "MARKETLOOP_";
    private const string FileName = "appsettings.json";

    /// <summary>The file of a data folder's settings, there or not.</summary>
    public static string FileOf(string dataFolder) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(dataFolder))) ?? ".", FileName);

    /// <summary>The settings of a data folder, whatever they are worth.</summary>
    /// <param name="dataFolder">The folder, there or not.</param>
    /// <param name="defaults">Settings to begin with, which the file and the environment change; null for none.</param>
    /// <exception cref="MarketLoopException">The settings file is no JSON.</exception>
    public static IConfigurationRoot Read(string dataFolder, IReadOnlyDictionary<string, string?>? defaults = null)
    {
        string file = FileOf(dataFolder);
        try
        {
            return new ConfigurationBuilder()
                .AddInMemoryCollection(defaults ?? new Dictionary<string, string?>(StringComparer.Ordinal))
                .AddJsonFile(file, optional: true, reloadOnChange: false)
                .AddInMemoryCollection(FromEnvironment())
                .Build();
        }
        catch (InvalidDataException e)
        {
            throw new MarketLoopException($"{file} cannot be read: {(e.InnerException ?? e).Message}");
        }
    }

    /// <summary>The settings of a data folder, all of them in order: what a shop is opened with.</summary>
    /// <inheritdoc cref="Read" path="/param"/>
    /// <exception cref="MarketLoopException">The settings file is no JSON, or something in the settings is wrong; the message lists all of it.</exception>
    public static IConfigurationRoot ReadChecked(string dataFolder, IReadOnlyDictionary<string, string?>? defaults = null)
    {
        IConfigurationRoot configuration = Read(dataFolder, defaults);
        IReadOnlyList<string> faults = EffectiveOptions.Of(configuration).Faults;
        return faults.Count == 0
            ? configuration
            : throw new MarketLoopException($"The settings cannot be used:\n{string.Concat(faults.Select(fault => $"  {fault}\n"))}They come from {FileOf(dataFolder)} and from {VariablePrefix} variables.");
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment() =>
        from System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()
        let name = (string)variable.Key
        where name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase) && name.Contains("__", StringComparison.Ordinal)
        select KeyValuePair.Create($"{Root}:{name[VariablePrefix.Length..].Replace("__", ":", StringComparison.Ordinal)}", (string?)variable.Value);
}
