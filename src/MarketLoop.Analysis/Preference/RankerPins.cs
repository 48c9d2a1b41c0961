using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis.Preference;

/// <summary>Families of rankers that an expert named for an aim; for the others everything that is worth trying competes.</summary>
internal sealed class RankerPins
{
    private static readonly HashSet<string> Servable = new(StringComparer.Ordinal) { "als", "bpr", "ease", "habits", "item-neighbours", "popularity", "rp3beta", "sequential-neighbours", "transitions" };

    private readonly Dictionary<PreferenceAim, ModelChoice> choices = [];

    private RankerPins()
    {
    }

    /// <summary>Reads what the settings say.</summary>
    /// <exception cref="MarketLoopException">A family or a setting is unknown, or a family cannot serve; the message says what there is.</exception>
    public static RankerPins Read(RankerOptions options)
    {
        RankerPins pins = new();
        foreach ((PreferenceAim aim, string? families) in ((PreferenceAim, string?)[])
            [(PreferenceAim.Taste, options.Taste), (PreferenceAim.Next, options.Next), (PreferenceAim.Basket, options.Basket), (PreferenceAim.Reorder, options.Reorder)])
        {
            ModelChoice choice = ModelChoice.Parse((families ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            if (choice.Check(AimSearch.Wrap).Find(model => !Servable.Contains(model)) is { } idle)
            {
                throw new MarketLoopException($"'{idle}' is measured by evaluate recommend, but cannot serve; {string.Join(", ", Servable.Order(StringComparer.Ordinal))} can.");
            }

            pins.choices.Add(aim, choice);
        }

        return pins;
    }

    /// <summary>Which families compete for an aim.</summary>
    public ModelChoice Of(PreferenceAim aim) => choices[aim];
}

/// <summary>Refuses pins that no training could follow, at start.</summary>
internal sealed class RankerPinsValidator : IValidateOptions<AnalysisOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, AnalysisOptions options)
    {
        try
        {
            RankerPins.Read(options.Rankers);
            return ValidateOptionsResult.Success;
        }
        catch (MarketLoopException fault)
        {
            return ValidateOptionsResult.Fail($"{nameof(AnalysisOptions.Rankers)}: {fault.Message}");
        }
    }
}
