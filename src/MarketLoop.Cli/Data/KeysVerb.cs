using System.CommandLine;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Data;

namespace MarketLoop.Cli.Data;

/// <summary>Keys of sources.</summary>
internal static class KeysVerb
{
    private const int LongestName = 64;

    public static Command Create()
    {
        Command keys = new("keys", "Keys that shops send events and ask slots with.");
        keys.Subcommands.Add(CreateAdd());
        keys.Subcommands.Add(CreateList());
        keys.Subcommands.Add(CreateRotate());
        keys.Subcommands.Add(CreateLimit());
        keys.Subcommands.Add(CreateRevoke());
        return keys;
    }

    private static Verb CreateAdd()
    {
        Argument<string> name = new("NAME") { Description = "Name of the source; made when it is new." };
        Option<bool> secret = new("--secret") { Description = "A server key that may also read; without it a write key that may stand in pages." };
        Option<string> data = SharedOptions.Data();
        Verb verb = new("add", "Makes a key and prints it, this once: only its hash is kept.")
        {
            Examples = ["marketloop data keys add web --data shop", "marketloop data keys add backend --secret --data shop --json"],
        };
        verb.Arguments.Add(name);
        verb.Options.Add(secret);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string source = parsed.GetRequiredValue(name);
            if (source.Length is 0 or > LongestName || source.Any(letter => !char.IsLetterOrDigit(letter) && letter is not ('.' or '-' or '_')))
            {
                throw new UsageException($"NAME: '{source}' must be 1 to {LongestName} letters, digits, dots, hyphens or underscores.");
            }

            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: true, cancellationToken);
            NewKey key = await shop.AddKeyAsync(source, parsed.GetValue(secret), cancellationToken);
            Show(key, screen);
            return ExitCode.Ok;
        });
    }

    private static Verb CreateRotate()
    {
        Argument<string> id = new("ID") { Description = "The key's id, as list shows it." };
        Option<double> overlap = new("--overlap-hours") { Description = "How long the old key still works.", DefaultValueFactory = _ => 24 };
        Option<string> data = SharedOptions.Data();
        Verb verb = new("rotate", "Makes a successor of a key and prints it, this once; the old one works on through the overlap.")
        {
            Examples = ["marketloop data keys rotate k_1a2b3c --data shop", "marketloop data keys rotate k_1a2b3c --overlap-hours 72 --data shop --json"],
        };
        verb.Arguments.Add(id);
        verb.Options.Add(overlap);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            double hours = parsed.GetValue(overlap);
            if (hours is not (>= 0 and <= 24 * 365))
            {
                throw new UsageException("--overlap-hours must be between 0 and a year of them.");
            }

            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            string wanted = parsed.GetRequiredValue(id);
            Show(await shop.RotateKeyAsync(wanted, hours, cancellationToken) ?? throw Unknown(wanted), screen);
            return ExitCode.Ok;
        });
    }

    private static Verb CreateLimit()
    {
        Argument<string> id = new("ID") { Description = "The key's id, as list shows it." };
        Option<int?> rate = new("--requests-per-second") { Description = "Requests a second on average, twice as many at once; without it the intake's own limit holds again.", HelpName = "N" };
        Option<string> data = SharedOptions.Data();
        Verb verb = new("limit", "Sets how much one key may send; what is beyond is put off, not lost.")
        {
            Examples = ["marketloop data keys limit k_1a2b3c --requests-per-second 50 --data shop"],
        };
        verb.Arguments.Add(id);
        verb.Options.Add(rate);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            int? wantedRate = parsed.GetValue(rate);
            if (wantedRate is < 1 or > 1_000_000)
            {
                throw new UsageException("--requests-per-second must be between 1 and 1,000,000.");
            }

            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            string wanted = parsed.GetRequiredValue(id);
            if (!await shop.LimitKeyAsync(wanted, wantedRate, cancellationToken))
            {
                throw Unknown(wanted);
            }

            if (screen.IsJson)
            {
                screen.Json(new { id = wanted, requestsPerSecond = wantedRate });
            }
            else
            {
                screen.Line(wantedRate is { } limit ? $"{wanted} may send {limit} requests a second." : $"{wanted} is held to the intake's own limit.");
            }

            return ExitCode.Ok;
        });
    }

    private static Verb CreateList()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("list", "Lists keys, revoked ones included, without their secrets.") { Examples = ["marketloop data keys list --data shop"] };
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            IReadOnlyList<SourceKey> keys = await shop.ListKeysAsync(cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(keys);
                return ExitCode.Ok;
            }

            foreach (SourceKey key in keys)
            {
                string state = key.RevokedAt is not { } end ? "works" : key.WorksAt(TimeProvider.System.GetUtcNow()) ? $"works until {end:yyyy-MM-dd HH:mm}" : $"revoked {end:yyyy-MM-dd}";
                screen.Line($"{key.Id,-20} {key.Source.Value,-20} {(key.IsSecret ? "secret" : "write"),-7} ...{key.LastFour}  made {key.CreatedAt:yyyy-MM-dd}  {state}{(key.RequestsPerSecond is { } limit ? $"  at most {limit}/s" : "")}");
            }

            return ExitCode.Ok;
        });
    }

    private static Verb CreateRevoke()
    {
        Argument<string> id = new("ID") { Description = "The key's id, as list shows it." };
        Option<string> data = SharedOptions.Data();
        Verb verb = new("revoke", "Revokes a key at once.") { Examples = ["marketloop data keys revoke k_1a2b3c --data shop"] };
        verb.Arguments.Add(id);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string wanted = parsed.GetRequiredValue(id);
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            if (!await shop.RevokeKeyAsync(wanted, cancellationToken))
            {
                throw Unknown(wanted);
            }

            if (screen.IsJson)
            {
                screen.Json(new { id = wanted, revoked = true });
            }
            else
            {
                screen.Line($"{wanted} is revoked.");
            }

            return ExitCode.Ok;
        });
    }

    private static MarketLoopException Unknown(string id) => new($"ID: there is no key '{id}', or it is revoked. ./marketloop data keys list shows them.");

    private static void Show(NewKey key, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(key);
            return;
        }

        screen.Line(key.WriteKey);
        screen.Note($"{(key.IsSecret ? "Secret" : "Write")} key of '{key.Source}', id {key.Id}. It is shown this once.");
    }
}
