using System.CommandLine;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Upkeep;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Data;

/// <summary>Backup, restore and verification of a data folder.</summary>
internal static class UpkeepVerbs
{
    public static Verb CreateBackup()
    {
        Option<string> to = new("--to") { Description = "Folder to write to; it must not exist yet.", HelpName = "FOLDER", Required = true };
        Option<string> data = SharedOptions.Data();
        Verb verb = new("backup", "Writes a consistent copy of the data folder, also while it is served.") { Examples = ["marketloop backup --data shop --to backups/monday"] };
        verb.Options.Add(data);
        verb.Options.Add(to);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            Show(await shop.BackUpAsync(Path.GetFullPath(parsed.GetRequiredValue(to)), cancellationToken), "Saved", screen);
            return ExitCode.Ok;
        });
    }

    public static Verb CreateRestore()
    {
        Option<string> from = new("--from") { Description = "What backup wrote.", HelpName = "FOLDER", Required = true };
        Option<string> data = SharedOptions.Data();
        Verb verb = new("restore", "Makes a data folder from a backup, after checking every file. Servers on other folders go on.") { Examples = ["marketloop restore --from backups/monday --data shop2"] };
        verb.Options.Add(data);
        verb.Options.Add(from);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string folder = parsed.GetRequiredValue(data);
            if (ServerAddress.Find(folder) is { } server)
            {
                throw new MarketLoopException($"--data: {Path.GetFullPath(folder)} is served at {server.Address}. Restore into another folder, then serve that one.");
            }

            Show(await FolderUpkeep.RestoreAsync(parsed.GetRequiredValue(from), folder, cancellationToken), "Restored", screen);
            return ExitCode.Ok;
        });
    }

    public static Verb CreateVerify()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("verify", "Proves that the folder holds what it should: journal, event log, shop database, models. Names what is damaged.")
        {
            Examples = ["marketloop data verify --data shop", "marketloop data verify --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            VerificationReport report = await shop.VerifyAsync(cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(report);
            }
            else
            {
                screen.Line(report.IsSound ? $"Sound: {report.Sum}" : "Damaged:");
                report.Findings.ToList().ForEach(finding => screen.Line("  " + finding));
            }

            return report.IsSound ? ExitCode.Ok : ExitCode.Failure;
        });
    }

    private static void Show(BackupManifest manifest, string done, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(manifest);
        }
        else
        {
            screen.Line($"{done}: {manifest.Records:N0} records, {manifest.Files.Count} files, {manifest.Files.Values.Sum(file => file.Bytes) / 1e6:N1} MB.");
        }
    }
}
