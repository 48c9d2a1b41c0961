using System.Runtime.CompilerServices;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Analysis.Preference;
using MarketLoop.Analysis.Response;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Analysis.Targets;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Models;

/// <summary>Fits all models of a snapshot. Runs inside the child process <c>marketloop train</c>.</summary>
public static class ModelTrainer
{
    private const int MostForBothAtOnce = 500_000;

    /// <summary>The child's whole work: reads a snapshot folder with its <see cref="TrainingOptions"/> and trains.</summary>
    /// <param name="snapshotFolder">What <see cref="MarketLoop.Data.EventLog.IEventLog.ExportSnapshotAsync"/> wrote.</param>
    /// <param name="seed">Seed of all randomness; null takes the one beside the snapshot.</param>
    /// <param name="outputFolder">Receives the files; made when missing.</param>
    /// <param name="progress">Told now and then; null for nobody. The child writes each as one line, see <see cref="TrainingProgress.ToString"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MarketLoopException">The folder holds no whole snapshot.</exception>
    public static async Task<ModelManifest> TrainFolderAsync(
        string snapshotFolder, int? seed, string outputFolder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        TrainingSnapshot snapshot = await TrainingSnapshot.LoadAsync(snapshotFolder, cancellationToken);
        TrainingOptions options = await TrainingOptions.ReadAsync(snapshotFolder, cancellationToken);
        return await TrainAsync(snapshot, options with { Seed = seed ?? options.Seed }, outputFolder, progress, cancellationToken);
    }

    /// <summary>Fits, evaluates and writes the models with their manifest. The same snapshot and options give the same bytes.</summary>
    /// <param name="snapshot">History up to one moment.</param>
    /// <param name="options">Seed and the like.</param>
    /// <param name="outputFolder">Receives the files; made when missing.</param>
    /// <param name="progress">Told now and then; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MarketLoopException">The history reaches past its own end, see <see cref="PointInTimeGuard"/>.</exception>
    /// <returns>The manifest, version 0, also written as <see cref="ModelFiles.ManifestName"/>.</returns>
    public static async Task<ModelManifest> TrainAsync(
        TrainingSnapshot snapshot, TrainingOptions options, string outputFolder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        void Tell(double fraction, string step) => progress?.Report(new TrainingProgress(fraction, step));

        PointInTimeGuard.Check(snapshot);

        // They share nothing but the snapshot: what one leaves idle of the cores the other uses. Of a large history both at once would not fit the memory.
        Task<CustomerFit> customers = Task.Run(() => FitCustomers(snapshot, options, Tell, cancellationToken), cancellationToken);
        if (snapshot.Interactions.Count > MostForBothAtOnce)
        {
            await customers;
        }

        Task<(IReadOnlyDictionary<PreferenceAim, PreferenceModel> Models, IReadOnlyList<ModelCard> Cards)> products = Task.Run(
            () => PreferenceTrainer.Train(snapshot.Interactions, snapshot.AsOf, snapshot.Products, RankerPins.Read(options.Rankers), step => Tell(0.45, step), cancellationToken), cancellationToken);
        await Task.WhenAll(products, customers);
        (CustomerFit fit, (IReadOnlyDictionary<PreferenceAim, PreferenceModel> preferences, IReadOnlyList<ModelCard> preferenceCards)) = (await customers, await products);

        Tell(0.95, "writing");
        ServingModels models = new() { Segments = fit.Segments.Model, Preferences = preferences, Response = fit.Response.Model, Value = fit.Value.Model, Outlooks = fit.Outlooks, NextCategory = fit.NextCategory.Model };
        IReadOnlyDictionary<string, string> files = await ModelFiles.WriteAsync(models, outputFolder, cancellationToken);
        ModelManifest manifest = new()
        {
            DataFrom = snapshot.Interactions.Count > 0 ? snapshot.Interactions[0].OccurredAt : snapshot.AsOf,
            DataUntil = snapshot.AsOf,
            Interactions = snapshot.Interactions.Count,
            Seed = options.Seed,
            Models = [fit.Segments.Card, .. preferenceCards, fit.Response.Card, fit.Value.Card, .. fit.OutlookCards, fit.NextCategory.Card],
            Files = files,
        };
        await ModelFiles.WriteManifestAsync(manifest, outputFolder, cancellationToken);
        return manifest;
    }

    private static CustomerFit FitCustomers(TrainingSnapshot snapshot, TrainingOptions options, Action<double, string> tell, CancellationToken cancellationToken)
    {
        (SegmentFit segments, (ValueModel?, ModelCard) value) = FitBook(snapshot, options, tell, cancellationToken);
        tell(0.25, "response: rows from the past");
        (ResponseModel?, ModelCard) response = ResponseTrainer.Train(snapshot, options, cancellationToken);
        SortedDictionary<RowTarget, OutlookModel> outlooks = [];
        List<ModelCard> cards = [];
        foreach (RowTarget target in OutlookTrainer.Targets)
        {
            tell(0.32 + (0.03 * cards.Count), "outlook: " + OutlookTrainer.NameOf(target));
            (OutlookModel? model, ModelCard card) = OutlookTrainer.Train(snapshot, target, options, cancellationToken);
            cards.Add(card);
            if (model is not null)
            {
                outlooks.Add(target, model);
            }
        }

        tell(0.44, "outlook: " + OutlookTrainer.NameOf(RowTarget.NextCategory));
        return new CustomerFit(segments, value, response, outlooks, cards, NextCategoryTrainer.Train(snapshot, options, cancellationToken));
    }

    // In a method of its own, so that the book of all customers is gone before the next one is made: of a million of them two would not fit the memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (SegmentFit Segments, (ValueModel? Model, ModelCard Card) Value) FitBook(
        TrainingSnapshot snapshot, TrainingOptions options, Action<double, string> tell, CancellationToken cancellationToken)
    {
        tell(0.02, "segments: looking at customers");
        FeatureBook book = new(TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone));
        new BookFeed(book, snapshot.Interactions).AdvanceTo(snapshot.AsOf);
        SegmentFit segments = SegmentTrainer.Train(book, snapshot.Products, options.PreviousSegments, options.Seed, cancellationToken);
        tell(0.2, "value: who is still a customer");
        return (segments, ValueTrainer.Train(snapshot, book, options, cancellationToken));
    }

    /// <summary>What is learned of customers rather than of products.</summary>
    private sealed record CustomerFit(
        SegmentFit Segments,
        (ValueModel? Model, ModelCard Card) Value,
        (ResponseModel? Model, ModelCard Card) Response,
        IReadOnlyDictionary<RowTarget, OutlookModel> Outlooks,
        IReadOnlyList<ModelCard> OutlookCards,
        (NextCategoryModel? Model, ModelCard Card) NextCategory);
}
