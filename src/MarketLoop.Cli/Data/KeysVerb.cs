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
            if (screen.IsJson)
            {
                screen.Json(key);
            }
            else
            {
                screen.Line(key.WriteKey);
                screen.Note($"{(key.IsSecret ? "Secret" : "Write")} key of '{key.Source}', id {key.Id}. It is shown this once.");
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
                string state = key.RevokedAt is { } revoked ? $"revoked {revoked:yyyy-MM-dd}" : "works";
                screen.Line($"{key.Id,-20} {key.Source.Value,-20} {(key.IsSecret ? "secret" : "write"),-7} ...{key.LastFour}  made {key.CreatedAt:yyyy-MM-dd}  {state}");
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
                throw new MarketLoopException($"ID: there is no key '{wanted}'. ./marketloop data keys list shows them.");
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
}
