using System.CommandLine;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Erasure;

namespace MarketLoop.Cli.Data;

/// <summary>What a person may ask of the shop: a copy of everything, and to be forgotten.</summary>
internal static class RightsVerbs
{
    public static Verb CreateExport()
    {
        Argument<string> id = Id();
        Option<string?> page = new("--page") { Description = "Also write a page that a person can read.", HelpName = "FILE" };
        Option<string> language = new("--language") { Description = "Language of the page: en or zh-CN.", HelpName = "TAG", DefaultValueFactory = _ => "en" };
        language.AcceptOnlyFromAmong("en", "zh-CN");
        Option<string> data = SharedOptions.Data();
        Verb verb = new("export", "Everything held about one customer, as JSON.")
        {
            Examples = ["marketloop data export u:alice --data shop > alice.json", "marketloop data export alice --page alice.html --data shop --json"],
        };
        verb.Arguments.Add(id);
        verb.Options.Add(page);
        verb.Options.Add(language);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            CustomerExport export = await shop.ExportCustomerAsync(CustomerArgument.Read(parsed.GetRequiredValue(id), "ID"), cancellationToken);
            if (parsed.GetValue(page) is string file)
            {
                await File.WriteAllTextAsync(file, export.ToPage(parsed.GetRequiredValue(language)), cancellationToken);
            }

            screen.Json(export);
            return ExitCode.Ok;
        });
    }

    public static Verb CreateErase()
    {
        Argument<string> id = Id();
        Option<string> data = SharedOptions.Data();
        Verb verb = new("erase", "Erases a customer and all linked browsers for good. Counts and sums stand; there is no way back but a backup made before.")
        {
            Examples = ["marketloop data erase u:alice --data shop"],
        };
        verb.Arguments.Add(id);
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            ErasureReceipt receipt = await shop.EraseCustomerAsync(CustomerArgument.Read(parsed.GetRequiredValue(id), "ID"), cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(receipt);
            }
            else
            {
                screen.Line($"Erased: {receipt.Ids} ids, {receipt.Records} records of the log belong to nobody now, {receipt.Rows} rows, {receipt.Quarantined} quarantined, {receipt.Mails} mails.");
                if (receipt.Customers > 1)
                {
                    screen.Line($"They had been merged from {receipt.Customers} signed-in ids; all of them are erased.");
                }

                screen.Note("Backups made before still hold the person: delete them, or erase again after restoring one.");
            }

            return ExitCode.Ok;
        });
    }

    private static Argument<string> Id() => new("ID") { Description = "The customer: u:USERID, a:ANONYMOUSID, or a bare user id." };
}
