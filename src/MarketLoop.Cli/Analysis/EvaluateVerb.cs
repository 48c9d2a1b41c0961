using System.CommandLine;
using System.Text.Json;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;

namespace MarketLoop.Cli.Analysis;

/// <summary>Models against data, by published protocols.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        Command evaluate = new("evaluate", "Measures models against data, by published protocols.");
        evaluate.Subcommands.Add(EvaluateRecommendVerb.Create());
        evaluate.Subcommands.Add(CreateSegments());
        evaluate.Subcommands.Add(EvaluateValueVerb.Create());
        evaluate.Subcommands.Add(EvaluateIntentVerb.Create());
        return evaluate;
    }

    private static Verb CreateSegments()
    {
        Option<string> data = SharedOptions.Data();
        Verb verb = new("segments", "Measures the segments of a shop: how apart, how stable, how many.")
        {
            Examples = ["marketloop evaluate segments --data shop --json"],
        };
        verb.Options.Add(data);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            JsonElement report = await ProgressView.RunAsync(screen, "segments", _ => shop.EvaluateSegmentsAsync(cancellationToken));
            if (screen.IsJson)
            {
                screen.Json(report);
            }
            else
            {
                Show(report, "", screen);
            }

            return ExitCode.Ok;
        });
    }

    // Names and numbers of whatever the evaluation found, indented by level.
    private static void Show(JsonElement element, string indent, Screen screen)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.Object)
            {
                screen.Line($"{indent}{property.Name}:");
                Show(property.Value, indent + "  ", screen);
            }
            else if (property.Value.ValueKind is JsonValueKind.Array)
            {
                screen.Line($"{indent}{property.Name}: {string.Join(", ", property.Value.EnumerateArray().Select(item => item.GetRawText()))}");
            }
            else
            {
                screen.Line($"{indent}{property.Name}: {property.Value}");
            }
        }
    }
}
