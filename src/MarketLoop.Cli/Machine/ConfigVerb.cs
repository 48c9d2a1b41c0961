using System.CommandLine;
using MarketLoop.Cli.Terminal;
using MarketLoop.Server.Hosting;

namespace MarketLoop.Cli.Machine;

/// <summary>The settings in force.</summary>
internal static class ConfigVerb
{
    public static Command Create()
    {
        Command config = new("config", "The settings in force: defaults, appsettings.json beside the data folder, MARKETLOOP_ variables.");
        config.Subcommands.Add(CreateShow());
        config.Subcommands.Add(CreateCheck());
        return config;
    }

    private static Verb CreateShow()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("show", "Shows every setting with its value, secrets masked.")
        {
            Examples = ["marketloop config show", "marketloop config show --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does((parsed, screen, _) =>
        {
            EffectiveOptions options = EffectiveOptions.Of(ShopConfiguration.Read(parsed.GetRequiredValue(data)));
            if (screen.IsJson)
            {
                screen.Json(options.Values.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal));
            }
            else
            {
                foreach (Setting setting in options.Values)
                {
                    screen.Line($"{setting.Name} = {setting.Value ?? "(none)"}{(setting.IsDefault ? "" : "    (set)")}");
                }
            }

            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static Verb CreateCheck()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("check", "Checks every setting and lists all faults at once.")
        {
            Examples = ["marketloop config check", "marketloop config check --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does((parsed, screen, _) =>
        {
            string folder = parsed.GetRequiredValue(data);
            EffectiveOptions options = EffectiveOptions.Of(ShopConfiguration.Read(folder));
            if (screen.IsJson)
            {
                screen.Json(new { ok = options.Faults.Count == 0, settings = options.Values.Count, faults = options.Faults });
            }
            else if (options.Faults.Count == 0)
            {
                screen.Line($"{options.Values.Count} settings, no fault. File: {ShopConfiguration.FileOf(folder)}{(File.Exists(ShopConfiguration.FileOf(folder)) ? "" : " (not there: all defaults)")}");
            }

            foreach (string fault in options.Faults)
            {
                screen.Error(fault);
            }

            return Task.FromResult(options.Faults.Count == 0 ? ExitCode.Ok : ExitCode.Failure);
        });
    }
}
