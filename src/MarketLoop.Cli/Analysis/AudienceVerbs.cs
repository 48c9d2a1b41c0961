using System.CommandLine;
using System.Globalization;
using MarketLoop.Analysis.Audiences;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Analysis;

namespace MarketLoop.Cli.Analysis;

/// <summary>Audiences: counted, saved, exported.</summary>
internal static class AudienceVerbs
{
    public static Command Create()
    {
        Command audiences = new("audiences", "Audiences: rules over features, acts and predictions that decisions can use.");
        audiences.Subcommands.Add(CreateList());
        audiences.Subcommands.Add(CreateCount());
        audiences.Subcommands.Add(CreateSave());
        audiences.Subcommands.Add(CreateExport());
        return audiences;
    }

    private static Verb CreateList()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("list", "Saved audiences with their rules and how many are in them.")
        {
            Examples = ["marketloop analyze audiences list --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            IReadOnlyList<AudienceView> audiences = await shop.ListAudiencesAsync(cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(audiences);
                return ExitCode.Ok;
            }

            foreach (AudienceView audience in audiences)
            {
                screen.Line(string.Create(CultureInfo.InvariantCulture, $"{audience.Name,-30}{audience.Members,10:N0}  {audience.Rule.GetRawText()}"));
            }

            if (audiences.Count == 0)
            {
                screen.Line("No audience is saved yet; see './marketloop analyze audiences save --help'.");
            }

            return ExitCode.Ok;
        });
    }

    private static Verb CreateCount()
    {
        Option<string> rule = Rule();
        Option<string> data = SharedOptions.Data();
        Verb verb = new("count", "How many a rule means now; nothing is saved.")
        {
            Examples = ["""marketloop analyze audiences count --rule '{"type":"feature","feature":"orders","is":"atLeast","value":3}' --data shop --json"""],
        };
        verb.Options.Add(rule);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            AudienceRule wanted = await ReadRuleAsync(parsed.GetRequiredValue(rule), cancellationToken);
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            Show(await ProgressView.RunAsync(screen, "count", _ => shop.CountAudienceAsync(wanted, cancellationToken)), screen);
            return ExitCode.Ok;
        });
    }

    private static Verb CreateSave()
    {
        Argument<string> name = Name();
        Option<string> rule = Rule();
        Option<string> data = SharedOptions.Data();
        Verb verb = new("save", "Saves a rule under a name, replacing what was there, and counts it.")
        {
            Examples =
            [
                """marketloop analyze audiences save regulars --rule '{"type":"feature","feature":"orders","is":"atLeast","value":3}' --data shop""",
                "marketloop analyze audiences save lapsed --rule @lapsed.json --data shop --json",
            ],
        };
        verb.Arguments.Add(name);
        verb.Options.Add(rule);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string called = parsed.GetRequiredValue(name);
            if (AudienceCheck.FindInName(called) is { } fault)
            {
                throw new UsageException($"NAME: {fault.Cure}.");
            }

            AudienceRule wanted = await ReadRuleAsync(parsed.GetRequiredValue(rule), cancellationToken);
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            Show(await ProgressView.RunAsync(screen, "save", _ => shop.SaveAudienceAsync(called, wanted, cancellationToken)), screen);
            return ExitCode.Ok;
        });
    }

    private static Verb CreateExport()
    {
        Argument<string> name = Name();
        Option<string> by = new("--by") { Description = "Groups to count in; groups too small to be told are hidden.", HelpName = "GROUPING", DefaultValueFactory = _ => "segment" };
        by.AcceptOnlyFromAmong([.. Enum.GetNames<AudienceGrouping>().Select(grouping => grouping.ToLowerInvariant())]);
        Option<bool> members = new("--members") { Description = "The list of members instead of groups. The export is put on record." };
        Option<string?> file = new("--out") { Description = "Where the CSV goes; to the screen when left out.", HelpName = "FILE" };
        Option<string> data = SharedOptions.Data();
        Verb verb = new("export", "A saved audience as CSV: counts by group, or the members.")
        {
            Examples = ["marketloop analyze audiences export regulars --by device --out regulars.csv --data shop", "marketloop analyze audiences export regulars --members --out members.csv --data shop --json"],
        };
        verb.Arguments.Add(name);
        foreach (Option option in (Option[])[by, members, file, data])
        {
            verb.Options.Add(option);
        }

        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            AudienceGrouping? grouping = parsed.GetValue(members) ? null : Enum.Parse<AudienceGrouping>(parsed.GetRequiredValue(by), ignoreCase: true);
            string csv = await shop.ExportAudienceAsync(parsed.GetRequiredValue(name), grouping, cancellationToken)
                ?? throw new MarketLoopException($"There is no audience named {parsed.GetRequiredValue(name)}; 'analyze audiences list' shows what there is.");
            string? path = parsed.GetValue(file);
            if (path is not null)
            {
                await File.WriteAllTextAsync(path, csv, cancellationToken);
            }

            int rows = csv.Count(letter => letter == '\n') - 1;
            if (screen.IsJson)
            {
                screen.Json(new { audience = parsed.GetRequiredValue(name), rows, file = path, csv = path is null ? csv : null });
            }
            else
            {
                screen.Line(path is null ? csv.TrimEnd() : $"{rows} rows written to {path}");
            }

            return ExitCode.Ok;
        });
    }

    private static void Show(AudienceCount count, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(count);
            return;
        }

        screen.Line(string.Create(CultureInfo.InvariantCulture, $"{count.Members:N0} of {count.Customers:N0} ({count.Share:P1}), {count.Known:N0} of them signed in, as of {count.AsOf:yyyy-MM-dd HH:mm}"));
    }

    private static Argument<string> Name() => new("NAME") { Description = "The audience's name." };

    private static Option<string> Rule() => new("--rule") { Description = "The rule as JSON, or @FILE.", HelpName = "JSON", Required = true };

    private static async Task<AudienceRule> ReadRuleAsync(string told, CancellationToken cancellationToken)
    {
        if (told.StartsWith('@') && !File.Exists(told[1..]))
        {
            throw new UsageException($"--rule: {told[1..]} is not there.");
        }

        try
        {
            AudienceRule rule = AudienceRule.Parse(told.StartsWith('@') ? await File.ReadAllTextAsync(told[1..], cancellationToken) : told);
            IReadOnlyList<AudienceFault> faults = AudienceCheck.Find(rule);
            return faults.Count == 0 ? rule : throw new UsageException("--rule: " + string.Join("; ", faults.Select(fault => $"{fault.Path}: {fault.Cure}")) + ".");
        }
        catch (MarketLoopException unreadable)
        {
            throw new UsageException("--rule: " + unreadable.Message);
        }
    }
}
