using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Promoting;

/// <summary>The audience rule: an announcement without discount to those who are likely to buy anyway and like to be told.</summary>
public sealed class AudienceOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Decision:Audience";

    /// <summary>Switch of the rule. Default true.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Least probability of a purchase in the response model's horizon. Default 0.15, range 0..1; raising it writes to fewer and likelier buyers.</summary>
    [Range(0, 1)]
    public double MinimumProbability { get; set; } = 0.15;

    /// <summary>Days until the rule may write to the same customer again. Default 14, range 1..365; raising it writes less often.</summary>
    [Range(1, 365)]
    public int RestDays { get; set; } = 14;

    /// <summary>Name of a saved audience whose members alone get announcements. Default none: everybody may. Of an audience that is not saved nobody is a member.</summary>
    public string? Audience { get; set; }

    /// <summary>Products in one announcement. Default 6, range 1..20.</summary>
    [Range(1, 20)]
    public int Products { get; set; } = 6;
}

/// <summary>Checks <see cref="AudienceOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class AudienceOptionsValidator : IValidateOptions<AudienceOptions>;
