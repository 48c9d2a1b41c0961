using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Consent;

/// <summary>Who must be left alone by law. Section <c>MarketLoop:Data:Consent</c>.</summary>
public sealed class ConsentOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Data:Consent";

    /// <summary>Age in years from which somebody is chosen for and written to, where the age is known. Default 14 (PIPL art. 31), range 0..25; raising it leaves out more people, 0 nobody.</summary>
    [Range(0, 25)]
    public int AdultAge { get; set; } = 14;

    /// <summary>True when Global Privacy Control also switches off personalisation in the shop itself. Default false: it ends advertising and whatever leaves the shop, which is what the signal asks for.</summary>
    public bool PrivacyControlEndsPersonalisation { get; set; }
}

/// <summary>Checks <see cref="ConsentOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class ConsentOptionsValidator : IValidateOptions<ConsentOptions>;
