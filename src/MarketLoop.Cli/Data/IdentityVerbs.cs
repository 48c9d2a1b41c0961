using System.CommandLine;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Data;

/// <summary>Two ids that are one person: merge, split, and the ledger of both.</summary>
internal static class IdentityVerbs
{
    public static Verb CreateMerge()
    {
        Argument<string> customer = new("ID") { Description = "Who is merged: u:USERID, a:ANONYMOUSID, or a bare user id." };
        Argument<string> into = new("INTO") { Description = "Whom both are read as from now on." };
        Option<string> reason = Reason();
        Option<string> data = SharedOptions.Data();
        Verb verb = new("merge", "Has two customers read as one. Events are not changed, and split takes it back without a trace.")
        {
            Examples = ["marketloop data merge u:ann-old u:ann --reason \"asked on the phone\" --data shop", "marketloop data merge a:3f2c ann --reason \"her tablet\" --data shop --json"],
        };
        verb.Arguments.Add(customer);
        verb.Arguments.Add(into);
        verb.Options.Add(reason);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            IdentityDecision decision = await shop.MergeCustomersAsync(
                CustomerArgument.Read(parsed.GetRequiredValue(customer), "ID"), CustomerArgument.Read(parsed.GetRequiredValue(into), "INTO"), Checked(parsed.GetRequiredValue(reason)), cancellationToken);
            Show(decision, screen);
            return ExitCode.Ok;
        });
    }

    public static Verb CreateSplit()
    {
        Argument<long> id = new("ID") { Description = "Number of the merge, as merges shows it." };
        Option<string> reason = Reason();
        Option<string> data = SharedOptions.Data();
        Verb verb = new("split", "Takes a merge back: everything is read as if it had never been.")
        {
            Examples = ["marketloop data split 3 --reason \"two brothers\" --data shop"],
        };
        verb.Arguments.Add(id);
        verb.Options.Add(reason);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            Show(await shop.SplitCustomersAsync(parsed.GetRequiredValue(id), Checked(parsed.GetRequiredValue(reason)), cancellationToken), screen);
            return ExitCode.Ok;
        });
    }

    public static Verb CreateMerges()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("merges", "All merges and lifted freezes, newest first, those taken back included.")
        {
            Examples = ["marketloop data merges --data shop", "marketloop data merges --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            IReadOnlyList<IdentityDecision> decisions = await shop.ListMergesAsync(cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(new { items = decisions });
                return ExitCode.Ok;
            }

            foreach (IdentityDecision decision in decisions)
            {
                Describe(decision, screen);
            }

            return ExitCode.Ok;
        });
    }

    private static Option<string> Reason() => new("--reason") { Description = "Why; kept with the decision.", Required = true, HelpName = "TEXT" };

    private static string Checked(string reason) => CustomerIdentity.IsReason(reason)
        ? reason
        : throw new UsageException($"--reason: 1 to {CustomerIdentity.LongestReason} characters.");

    private static void Show(IdentityDecision decision, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(decision);
        }
        else
        {
            Describe(decision, screen);
        }
    }

    private static void Describe(IdentityDecision decision, Screen screen)
    {
        string what = decision.Kind == DecisionKind.Merge ? $"{decision.Customer} merged into {decision.Into}" : $"freeze of {decision.Customer} lifted through {decision.Through:yyyy-MM-dd}";
        screen.Line($"{decision.Id,4}  {decision.At:yyyy-MM-dd HH:mm}  {what}: {decision.Reason} ({decision.By})");
        if (decision.UndoneAt is { } undone)
        {
            screen.Line($"      {undone:yyyy-MM-dd HH:mm}  taken back: {decision.UndoneReason} ({decision.UndoneBy})");
        }
    }
}
