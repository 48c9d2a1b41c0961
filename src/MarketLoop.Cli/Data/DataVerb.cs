using System.CommandLine;
using System.Globalization;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Server.Api.Data;

namespace MarketLoop.Cli.Data;

/// <summary>Room 1 alone: what is stored, and who may write.</summary>
internal static class DataVerb
{
    public static Command Create()
    {
        Command room = new("data", "Room 1 alone: what is stored, and who may write.");
        room.Subcommands.Add(CreateStatus());
        room.Subcommands.Add(KeysVerb.Create());
        room.Subcommands.Add(RightsVerbs.CreateExport());
        room.Subcommands.Add(RightsVerbs.CreateErase());
        room.Subcommands.Add(IdentityVerbs.CreateMerge());
        room.Subcommands.Add(IdentityVerbs.CreateSplit());
        room.Subcommands.Add(IdentityVerbs.CreateMerges());
        room.Subcommands.Add(UpkeepVerbs.CreateVerify());
        return room;
    }

    private static Verb CreateStatus()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("status", "Counts of events by type and source, first and last event, quarantine, bytes on disk.")
        {
            Examples = ["marketloop data status --data shop", "marketloop data status --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            DataStatus status = await shop.ReadStatusAsync(cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(status);
            }
            else
            {
                Show(status, shop.Place, screen);
            }

            return ExitCode.Ok;
        });
    }

    private static void Show(DataStatus status, string place, Screen screen)
    {
        screen.Line($"{place}: {Count(status.Events.Total)} events, {status.First:yyyy-MM-dd HH:mm} to {status.Last:yyyy-MM-dd HH:mm} UTC");
        ShowCounts("by type", status.Events.ByType, screen);
        ShowCounts("by source", status.Events.BySource, screen);
        ShowCounts("all records", status.Records, screen);
        screen.Line($"  quarantined: {Count(status.Quarantined)}");
        screen.Line($"  on disk: {status.BytesOnDisk / 1e6:N1} MB");
    }

    private static void ShowCounts(string title, IReadOnlyDictionary<string, long> counts, Screen screen)
    {
        screen.Line($"  {title}:");
        foreach ((string name, long count) in counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            screen.Line($"    {name,-28}{Count(count),14}");
        }
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
