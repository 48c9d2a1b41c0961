using System.ComponentModel.DataAnnotations;

namespace MarketLoop.Analysis.Targets;

/// <summary>What is asked about each customer. Every target looks from a moment into the days after it.</summary>
public enum RowTarget
{
    /// <summary>An order follows within the horizon. Asked of everybody who ever did anything.</summary>
    Buys = 0,

    /// <summary>No order follows within the horizon. Asked of those who ordered within <see cref="TargetOptions.ActiveWithinDays"/> before.</summary>
    Churns = 1,

    /// <summary>A mail is opened, or a link in it clicked, within the horizon. Asked at each mail sent.</summary>
    OpensMail = 2,

    /// <summary>A refund follows within the horizon. Asked of those who ordered within <see cref="TargetOptions.ActiveWithinDays"/> before.</summary>
    Returns = 3,

    /// <summary>The category of the next order's dearest line, as one of the most bought ones or "other". Asked of those who do order within the horizon: it tells what, not whether.</summary>
    NextCategory = 4,
}

/// <summary>What targets have in common.</summary>
internal static class RowTargets
{
    /// <summary>True when only those are asked about who ordered within <see cref="TargetOptions.ActiveWithinDays"/> before.</summary>
    public static bool AsksRecentBuyers(this RowTarget target) => target is RowTarget.Churns or RowTarget.Returns;
}

/// <summary>How rows of a target are taken.</summary>
public sealed record TargetOptions
{
    /// <summary>Days that the label looks ahead. Default 30, range 1..730; raising it asks an easier question about fewer moments.</summary>
    [Range(1, 730)]
    public int HorizonDays { get; init; } = 30;

    /// <summary>Days before the moment in which a customer must have ordered to be asked about by <see cref="RowTarget.Churns"/> and <see cref="RowTarget.Returns"/>. Default 90, range 1..730; raising it asks about colder customers.</summary>
    [Range(1, 730)]
    public int ActiveWithinDays { get; init; } = 90;

    /// <summary>The shop's time zone (IANA name). Default UTC.</summary>
    [Required]
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Categories of <see cref="RowTarget.NextCategory"/> beside "other". Default 5, range 2..50.</summary>
    [Range(2, 50)]
    public int Categories { get; init; } = 5;

    /// <summary>Most rows of one moment; of more customers every n-th is taken. Default 20,000, range 100..1,000,000; raising it learns from more and takes longer.</summary>
    [Range(100, 1_000_000)]
    public int MostRowsPerMoment { get; init; } = 20_000;
}
