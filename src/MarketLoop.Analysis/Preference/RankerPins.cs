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

    /// <summary>Nothing named.</summary>
    public static RankerPins None { get; } = new();

    /// <summary>Reads what the settings say: by aim, families by comma, each as <c>evaluate recommend --models</c> takes it.</summary>
    /// <exception cref="MarketLoopException">An aim, a family or a setting is unknown, or a family cannot serve; the message says what there is.</exception>
    public static RankerPins Read(IEnumerable<KeyValuePair<string, string>> texts)
    {
        RankerPins pins = new();
        foreach ((string aim, string families) in texts)
        {
            if (!Enum.TryParse(aim, ignoreCase: true, out PreferenceAim known) || !Enum.IsDefined(known))
            {
                throw new MarketLoopException($"'{aim}' is no aim; there are {string.Join(", ", Enum.GetNames<PreferenceAim>())}.");
            }

            ModelChoice choice = ModelChoice.Parse(families.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            if (choice.Check(recipe => new EventRecipe(recipe, AimSearch.Usual)).Find(model => !Servable.Contains(model)) is { } idle)
            {
                throw new MarketLoopException($"{aim}: '{idle}' is measured by evaluate recommend, but cannot serve; {string.Join(", ", Servable.Order(StringComparer.Ordinal))} can.");
            }

            pins.choices[known] = choice;
        }

        return pins;
    }

    /// <summary>Which families compete for an aim.</summary>
    public ModelChoice Of(PreferenceAim aim) => choices.GetValueOrDefault(aim, ModelChoice.All);
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
            return ValidateOptionsResult.Fail($"{AnalysisOptions.Section}:{nameof(AnalysisOptions.Rankers)}: {fault.Message}");
        }
    }
}
