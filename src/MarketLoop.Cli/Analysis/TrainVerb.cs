using System.CommandLine;
using MarketLoop.Analysis.Models;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;

namespace MarketLoop.Cli.Analysis;

/// <summary>The child process that fits models: the server and <c>run</c> start it, people seldom do.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        Option<string> snapshot = new("--snapshot") { Description = "Folder with a snapshot of the log.", HelpName = "DIR", Required = true };
        Option<string> output = new("--out") { Description = "Folder that receives the models and their manifest.", HelpName = "DIR", Required = true };
        Option<int?> seed = new("--seed") { Description = "Seed of all randomness: same snapshot and seed, same bytes. Default: the snapshot's.", HelpName = "N" };
        Verb verb = new("train", "Fits models to a snapshot of the log. The loop starts this in a process of its own, which may fail without harm.")
        {
            Examples = ["marketloop train --snapshot snapshot --out models --seed 1"],
        };
        verb.Options.Add(snapshot);
        verb.Options.Add(output);
        verb.Options.Add(seed);
        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            string folder = parsed.GetRequiredValue(snapshot);
            if (!Directory.Exists(folder))
            {
                throw new UsageException($"--snapshot: {folder} is no folder.");
            }

            TrainingSnapshot data = await TrainingSnapshot.LoadAsync(folder, cancellationToken);
            TrainingOptions options = await TrainingOptions.ReadAsync(folder, cancellationToken);
            options = options with { Seed = parsed.GetValue(seed) ?? options.Seed };
            // The parent reads these lines, so they are written whatever the terminal is.
            Relay<TrainingProgress> progress = new(step => screen.Note(step.ToString()));
            ModelManifest manifest = await ModelTrainer.TrainAsync(data, options, parsed.GetRequiredValue(output), progress, cancellationToken);
            if (screen.IsJson)
            {
                screen.Json(manifest);
            }
            else
            {
                screen.Line($"trained on {manifest.Interactions} interactions: {string.Join(", ", manifest.Models.Select(model => $"{model.Name} ({model.Algorithm})"))}");
            }

            return ExitCode.Ok;
        });
    }
}
