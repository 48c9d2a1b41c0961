using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Upkeep;

/// <summary>How long interactions are kept. Section <c>MarketLoop:Data:Retention</c>.</summary>
public sealed class RetentionOptions : IValidatableObject
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Data:Retention";

    /// <summary>Fewest days: an event that is retired can be stored again by a late retry, and retries come within days.</summary>
    public const int FewestDays = 30;

    /// <summary>Days to keep by event name, such as <c>Product Viewed</c>: 400; default empty: everything is kept. Raising a number keeps more. Events already retired do not come back.</summary>
    public IDictionary<string, int> DaysByEvent { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        DaysByEvent.Where(pair => pair.Value < FewestDays).Select(pair => new ValidationResult($"{Section}:DaysByEvent:{pair.Key} is {pair.Value}; at least {FewestDays}.", [nameof(DaysByEvent)]));
}

/// <summary>Checks <see cref="RetentionOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;
