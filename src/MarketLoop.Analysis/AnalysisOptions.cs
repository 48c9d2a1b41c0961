using System.ComponentModel.DataAnnotations;
using MarketLoop.Analysis.Features;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis;

/// <summary>Settings of the analysis room, section <c>MarketLoop:Analysis</c>.</summary>
public sealed class AnalysisOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "MarketLoop:Analysis";

    /// <summary>The shop's time zone (IANA name): hours, weekdays and days are counted in it. Default: the zone that the data folder was made with.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Days after which a customer who did nothing is interpreted anew, since time alone changes recency. Default 7, range 1..90; raising it writes fewer insights and notices lapsed customers later.</summary>
    [Range(1, 90)]
    public int RefreshDays { get; set; } = 7;

    /// <summary>Days in which the response model expects a purchase. Default 7, range 1..60; raising it makes purchases likelier and answers slower.</summary>
    [Range(1, 60)]
    public int HorizonDays { get; set; } = 7;

    /// <summary>Least customers of a group that a table of an audience tells. Default 5, range 2..1000; raising it protects customers more and tells less.</summary>
    [Range(2, 1000)]
    public int SmallestCell { get; set; } = 5;

    /// <summary>Who competes to answer lists, by what they are for.</summary>
    public RankerOptions Rankers { get; set; } = new();

    /// <summary>How category tags are weighed.</summary>
    [ValidateObjectMembers]
    public InterestOptions Interests { get; set; } = new();
}

/// <summary>
/// Families of rankers that compete for an aim, by comma, as <c>evaluate recommend --models</c> takes them, such as <c>als:factors=64</c>. Default null for each: everything worth trying competes in each
/// training. Naming one takes the choice from the data.
/// </summary>
public sealed record RankerOptions
{
    /// <summary>What a customer may like: front page, e-mail.</summary>
    public string? Taste { get; set; }

    /// <summary>What is looked at next: product page, search.</summary>
    public string? Next { get; set; }

    /// <summary>What completes a cart.</summary>
    public string? Basket { get; set; }

    /// <summary>What is bought again.</summary>
    public string? Reorder { get; set; }
}

/// <summary>Checks <see cref="AnalysisOptions"/> at start, all faults at once.</summary>
[OptionsValidator]
public sealed partial class AnalysisOptionsValidator : IValidateOptions<AnalysisOptions>;
