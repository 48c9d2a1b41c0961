using System.ComponentModel.DataAnnotations;

namespace MarketLoop.Analysis.Features;

/// <summary>How category tags are weighed.</summary>
public sealed class InterestOptions
{
    /// <summary>Days after which an act counts half for interests. Default 30, range 1..730; raising it lets old tastes live longer.</summary>
    [Range(1, 730)]
    public double HalfLifeDays { get; set; } = 30;

    /// <summary>Most tags kept for a customer. Default 8, range 1..50.</summary>
    [Range(1, 50)]
    public int Most { get; set; } = 8;
}
