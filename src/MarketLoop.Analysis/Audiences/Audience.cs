using MarketLoop.Data.Audiences;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Audiences;

/// <summary>A saved audience.</summary>
/// <param name="Name">Its name, which decisions and exports find it by.</param>
/// <param name="Rule">Who belongs to it.</param>
/// <param name="SavedAt">When it was saved last.</param>
/// <param name="Sizes">How many were in it by day, oldest first.</param>
public sealed record Audience(string Name, AudienceRule Rule, DateTimeOffset SavedAt, IReadOnlyList<AudienceSize> Sizes);

/// <summary>How many a rule means.</summary>
/// <param name="Members">Customers and browsers in it.</param>
/// <param name="Known">Those of them who signed in.</param>
/// <param name="Customers">Customers and browsers in all.</param>
/// <param name="AsOf">The moment the count stands at.</param>
public sealed record AudienceCount(int Members, int Known, int Customers, DateTimeOffset AsOf)
{
    /// <summary>Share of all, 0..1.</summary>
    public double Share => Customers > 0 ? (double)Members / Customers : 0.0;
}

/// <summary>A count with its first members, for looking at. For the owner's eyes.</summary>
/// <param name="Count">The count.</param>
/// <param name="Items">Members in order of id.</param>
public sealed record AudiencePreview(AudienceCount Count, IReadOnlyList<AudienceMember> Items);

/// <summary>One member.</summary>
/// <param name="Customer">Who.</param>
/// <param name="Segment">The segment; null before one is trained.</param>
/// <param name="Orders">Orders placed.</param>
/// <param name="Monetary">Net revenue.</param>
/// <param name="RecencyDays">Days since the last order, or since first seen.</param>
/// <param name="IdleDays">Days since the last act.</param>
/// <param name="PurchaseProbability">Chance of a purchase; null before a model is trained.</param>
public sealed record AudienceMember(CustomerId Customer, LocalizedText? Segment, int Orders, decimal Monetary, double RecencyDays, double IdleDays, double? PurchaseProbability);

/// <summary>An audience in groups, small ones hidden.</summary>
/// <param name="GroupedBy">What by.</param>
/// <param name="Members">Members in all; null when they are fewer than <paramref name="SmallestCell"/>.</param>
/// <param name="SmallestCell">Least customers of a group that is told.</param>
/// <param name="Cells">The groups in order of their value.</param>
public sealed record AudienceTable(AudienceGrouping GroupedBy, int? Members, int SmallestCell, IReadOnlyList<AudienceCell> Cells);

/// <summary>What members are grouped by.</summary>
public enum AudienceGrouping
{
    /// <summary>Segment (English name).</summary>
    Segment,

    /// <summary>Device of most acts.</summary>
    Device,

    /// <summary>Source of most acts.</summary>
    Source,

    /// <summary>Strongest category.</summary>
    Category,

    /// <summary>Weekday of most acts.</summary>
    Weekday,

    /// <summary>Orders placed: none, one, two to four, five or more.</summary>
    Orders,
}
