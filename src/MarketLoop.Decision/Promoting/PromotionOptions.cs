using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Promoting;

/// <summary>The promotion rule: a coupon for customers about to be lost, where it changes something.</summary>
public sealed class PromotionOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Decision:Promotion";

    /// <summary>Switch of the rule. Default true.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Days since the last order from which a buyer counts as at risk. Default 30, range 1..3650; raising it writes later and to fewer.</summary>
    [Range(1, 3650)]
    public double AtRiskAfterDays { get; set; } = 30;

    /// <summary>Least uplift (P(purchase if treated) - P(purchase)) that is worth a coupon. Default 0.01, range 0..1; raising it sends fewer coupons.</summary>
    [Range(0, 1)]
    public double MinimumUplift { get; set; } = 0.01;

    /// <summary>Gross margin of what the shop sells, as a share of the price. Default 0.4, range 0.01..1. A coupon goes out only where uplift x margin exceeds P(if treated) x discount.</summary>
    [Range(0.01, 1)]
    public double Margin { get; set; } = 0.4;

    /// <summary>Discount offered, as a share of the price. Default 0.1, range 0.01..0.9; raising it makes fewer coupons pay.</summary>
    [Range(0.01, 0.9)]
    public double Discount { get; set; } = 0.1;

    /// <summary>Days a coupon is valid. Default 7, range 1..365.</summary>
    [Range(1, 365)]
    public int ValidDays { get; set; } = 7;

    /// <summary>Days until the rule may write to the same customer again. Default 30, range 1..365; raising it writes less often.</summary>
    [Range(1, 365)]
    public int RestDays { get; set; } = 30;

    /// <summary>Share of customers at risk who are offered a coupon without looking at the model, so that the model can learn what coupons do. Default 0.05, range 0..1; raising it learns faster and spends more.</summary>
    [Range(0, 1)]
    public double ExplorationShare { get; set; } = 0.05;

    /// <summary>Name of a saved audience whose members alone get coupons. Default none: everybody may. Of an audience that is not saved nobody is a member.</summary>
    public string? Audience { get; set; }

    /// <summary>What customers type to get the discount. Default COMEBACK.</summary>
    [Required]
    [RegularExpression("^[A-Z0-9-]{3,32}$")]
    public string Code { get; set; } = "COMEBACK";
}

/// <summary>Checks <see cref="PromotionOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class PromotionOptionsValidator : IValidateOptions<PromotionOptions>;
