using MarketLoop.Domain;

namespace MarketLoop.Feedback.Lift;

/// <summary>What treated customers did more than control customers, as of one moment.</summary>
/// <param name="Window">Exposures and orders inside this window were counted.</param>
/// <param name="Overall">Over everything we did.</param>
/// <param name="Placements">By channel and placement, in order of both.</param>
public sealed record LiftSummary(TimeWindow Window, LiftRow Overall, IReadOnlyList<LiftRow> Placements);

/// <summary>One comparison, intention to treat: a customer counts from the first exposure (or withheld message) on, in the arm that was drawn, whatever happened after.</summary>
public sealed record LiftRow
{
    /// <summary>Channel; null for the overall row.</summary>
    public required Channel? Channel { get; init; }

    /// <summary>Placement or rule; null for the overall row.</summary>
    public required string? Placement { get; init; }

    /// <summary>Treated customers.</summary>
    public required int TreatedCustomers { get; init; }

    /// <summary>Control customers.</summary>
    public required int ControlCustomers { get; init; }

    /// <summary>Customers exposed in both arms (a browser that signed in later): left out.</summary>
    public required int CrossedCustomers { get; init; }

    /// <summary>Net revenue per customer. The verdict rests on this.</summary>
    public required LiftFigure Revenue { get; init; }

    /// <summary>Orders per customer.</summary>
    public required LiftFigure Orders { get; init; }

    /// <summary>Revenue per customer of products that were shown to the customer before, within the attribution window; both arms were shown something. Tells how well lists hit, not what they caused.</summary>
    public required LiftFigure ShownRevenue { get; init; }

    /// <summary>Clicks on what was shown or sent, per customer.</summary>
    public required LiftFigure Clicks { get; init; }

    /// <summary>The verdict on revenue in words.</summary>
    public required LocalizedText Words { get; init; }
}

/// <summary>Two means and their difference. Absent numbers are those the groups cannot give yet.</summary>
/// <param name="TreatedMean">Mean per treated customer.</param>
/// <param name="ControlMean">Mean per control customer.</param>
/// <param name="Difference">Treated minus control.</param>
/// <param name="Low">Lower end of the 95 % interval of the difference.</param>
/// <param name="High">Upper end.</param>
/// <param name="Relative">Difference over the control's mean: 0.1 is 10 % more.</param>
/// <param name="RelativeLow">Lower end of its 95 % interval.</param>
/// <param name="RelativeHigh">Upper end.</param>
/// <param name="SmallestDetectable">Smallest true difference that groups of this size would show in 4 of 5 cases.</param>
/// <param name="SmallestDetectableRelative">The same over the control's mean.</param>
public sealed record LiftFigure(
    double? TreatedMean,
    double? ControlMean,
    double? Difference,
    double? Low,
    double? High,
    double? Relative,
    double? RelativeLow,
    double? RelativeHigh,
    double? SmallestDetectable,
    double? SmallestDetectableRelative)
{
    /// <summary>True when no difference at all is among the values that cannot be ruled out, or nothing can be said.</summary>
    public bool CoversZero => Low is not { } low || High is not { } high || (low <= 0 && high >= 0);
}
