using MarketLoop.Analysis.Outlook;
using MarketLoop.Analysis.Preference;
using MarketLoop.Analysis.Response;
using MarketLoop.Analysis.Segmentation;
using MarketLoop.Analysis.Targets;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.Models;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Models;

/// <summary>One training's models, ready to answer. Immutable. Each part is null while there was too little data for it.</summary>
public sealed record ServingModels
{
    /// <summary>No models: the state before the first training.</summary>
    public static ServingModels None { get; } = new();

    /// <summary>Where they come from; null for <see cref="None"/>.</summary>
    public ModelManifest? Manifest { get; init; }

    /// <summary>Their version; null for <see cref="None"/>.</summary>
    public ModelVersion? Version => Manifest?.Version;

    /// <summary>Customer types.</summary>
    public SegmentModel? Segments { get; init; }

    /// <summary>Who likes what, by what a list is for.</summary>
    public IReadOnlyDictionary<PreferenceAim, PreferenceModel> Preferences { get; init; } = new Dictionary<PreferenceAim, PreferenceModel>();

    /// <summary>Who likes what: the model of <see cref="PreferenceAim.Taste"/>, which also answers for aims that have none of their own; null while there is none.</summary>
    public PreferenceModel? Preference => Preferences.GetValueOrDefault(PreferenceAim.Taste);

    /// <summary>What customers will bring.</summary>
    public ValueModel? Value { get; init; }

    /// <summary>Who will buy, and what a promotion changes.</summary>
    public ResponseModel? Response { get; init; }

    /// <summary>What customers will do in the weeks ahead, by question: buy, stay away, open a mail, return goods.</summary>
    public IReadOnlyDictionary<RowTarget, OutlookModel> Outlooks { get; init; } = new Dictionary<RowTarget, OutlookModel>();

    /// <summary>From which category the next order will be.</summary>
    public NextCategoryModel? NextCategory { get; init; }

    /// <summary>The answers about a customer with their strongest reasons; only of questions that are asked of them.</summary>
    /// <param name="features">What the customer did.</param>
    /// <param name="most">Most reasons for an answer.</param>
    public IReadOnlyList<OutlookExplanation> Explain(CustomerFeatures features, int most = 6) =>
        [.. OutlookTrainer.Targets
            .Select(target => Ask(target, features) is { } probability
                ? new OutlookExplanation(OutlookTrainer.NameOf(target), probability, [.. Outlooks[target].Explain(features).Take(most)])
                : null)
            .OfType<OutlookExplanation>()];

    /// <summary>The answer to one question about a customer (0..1); null without a model of it, and for whom it is not asked.</summary>
    public double? Ask(RowTarget target, CustomerFeatures features) => Outlooks.GetValueOrDefault(target)?.Predict(features);

    /// <summary>What a customer will probably do in the weeks ahead; null while there is no model of it.</summary>
    /// <param name="features">What the customer did.</param>
    /// <param name="interests">Tells their interests by <see cref="NextCategoryModel.Interests"/>; asked only when they are needed.</param>
    public CustomerOutlook? Foresee(CustomerFeatures features, Func<IReadOnlyList<Interest>> interests)
    {
        int? horizonDays = Outlooks.Values.FirstOrDefault(model => model.Target != RowTarget.OpensMail)?.HorizonDays ?? NextCategory?.HorizonDays ?? Outlooks.Values.FirstOrDefault()?.HorizonDays;
        return horizonDays is not { } days ? null : new CustomerOutlook(days, Ask(RowTarget.Buys, features), Ask(RowTarget.Churns, features))
        {
            OpensMailProbability = Ask(RowTarget.OpensMail, features),
            ReturnsProbability = Ask(RowTarget.Returns, features),
            NextCategory = NextCategory?.Predict(features, interests())[0],
        };
    }
}

/// <summary>The models that serve now. A retrained set replaces the reference in one step; readers never wait. Thread-safe.</summary>
public sealed class CurrentModels
{
    private ServingModels value = ServingModels.None;

    /// <summary>The set in force. Read it once per answer, so that an answer comes from one set.</summary>
    public ServingModels Value => Volatile.Read(ref value);

    /// <summary>Puts a new set in force.</summary>
    public void Swap(ServingModels models) => Volatile.Write(ref value, models);

    /// <summary>Loads the active version from the registry, when there is one that is not in force yet.</summary>
    /// <returns>True when a new set came into force.</returns>
    /// <exception cref="MarketLoopException">A model file cannot be read; the old set stays in force.</exception>
    public async Task<bool> LoadAsync(IModelStore store, CancellationToken cancellationToken)
    {
        ModelManifest? active = await store.FindActiveAsync(cancellationToken);
        if (active is null || active.Version == Value.Version)
        {
            return false;
        }

        Swap(await ModelFiles.ReadAsync(active, store.FolderOf(active.Version), cancellationToken));
        return true;
    }

    /// <summary>Loads the active version or, where its files cannot be read, the newest older one that can: a poisoned file must not keep a shop from opening.</summary>
    /// <returns>What was wrong with the versions passed over, newest first; empty when the active one serves.</returns>
    public async Task<IReadOnlyList<MarketLoopException>> LoadReadableAsync(IModelStore store, CancellationToken cancellationToken)
    {
        List<MarketLoopException> passedOver = [];
        try
        {
            await LoadAsync(store, cancellationToken);
            return passedOver;
        }
        catch (MarketLoopException unreadable)
        {
            passedOver.Add(unreadable);
        }

        ModelManifest? active = await store.FindActiveAsync(cancellationToken);
        foreach (ModelManifest manifest in await store.ListAsync(cancellationToken))
        {
            try
            {
                if (active is null || manifest.Version.Value < active.Version.Value)
                {
                    Swap(await ModelFiles.ReadAsync(manifest, store.FolderOf(manifest.Version), cancellationToken));
                    return passedOver;
                }
            }
            catch (MarketLoopException unreadable)
            {
                passedOver.Add(unreadable);
            }
        }

        return passedOver;
    }
}
