using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MarketLoop.Analysis.Models;
using MarketLoop.Cli.Access;
using MarketLoop.Cli.Terminal;
using MarketLoop.Domain;
using MarketLoop.Server.Api.Data;

namespace MarketLoop.Cli.Corridor;

/// <summary>One turn of the loop.</summary>
internal static class RunVerb
{
    // A shop whose last event is older than this is history that was imported: there "now" lies at its end.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromDays(1);

    public static Command Create()
    {
        Option<string> data = SharedOptions.Data();
        Option<DateTimeOffset?> asOf = SharedOptions.Moment("--as-of", "Moment the turn stands at; default: now, or for imported history the last event.");
        Verb verb = new("run", "Turns the loop once, all five rooms, and reports what each did.")
        {
            Examples = ["marketloop run --data shop", "marketloop run --data shop --as-of 2011-11-01 --json"],
        };
        verb.Options.Add(data);
        verb.Options.Add(asOf);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            await using IShopAccess shop = await ShopDoor.OpenAsync(parsed.GetRequiredValue(data), mayCreate: false, cancellationToken);
            DateTimeOffset? moment = parsed.GetValue(asOf) ?? EndOfHistory(await shop.ReadStatusAsync(cancellationToken), TimeProvider.System.GetUtcNow());
            TurnReport report = await ProgressView.RunAsync(screen, "turn", steps =>
                shop.TurnAsync(moment, new Relay<string>(text => steps.Report(StepOf(text))), cancellationToken));
            Show(report, screen);
            return ExitCode.Ok;
        });
    }

    private static Step StepOf(string text) =>
        TrainingProgress.Parse(text) is { } training ? new Step($"training, {training.Step}", training.Fraction) : new Step(text);

    private static DateTimeOffset? EndOfHistory(DataStatus status, DateTimeOffset now) =>
        status.Last is { } last && now - last > LongestSilence ? last.AddSeconds(1) : null;

    private static void Show(TurnReport report, Screen screen)
    {
        if (!screen.IsJson)
        {
            foreach (string line in TurnText.Write(report))
            {
                screen.Line(line);
            }

            return;
        }

        JsonNode? json = JsonSerializer.SerializeToNode(report, Screen.JsonOptions);
        if (json is JsonObject written)
        {
            written["report"] = new JsonArray([.. TurnText.Write(report).Select(line => JsonValue.Create(line))]);
        }

        screen.Json(json);
    }
}
