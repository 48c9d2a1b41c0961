using MarketLoop.Domain;

namespace MarketLoop.Decision.Planning;

/// <summary>What one turn decided, with the counts of its report.</summary>
public sealed record Plan
{
    /// <summary>The plan of a stopped loop.</summary>
    public static Plan Nothing { get; } = new() { Treatments = [], Considered = 0, Contactable = 0, Refusals = new Dictionary<RefusalReason, int>() };

    /// <summary>Treatments in order of customer, control included.</summary>
    public required IReadOnlyList<Treatment> Treatments { get; init; }

    /// <summary>Customers a message was considered for: those the shop knows by user id and who did anything themselves; nothing but a refund is no relationship to act on.</summary>
    public required int Considered { get; init; }

    /// <summary>Customers among them who may be written to: of age, with consent and address, and without an objection to being chosen by behaviour.</summary>
    public required int Contactable { get; init; }

    /// <summary>Customers refused, by the first reason that held.</summary>
    public required IReadOnlyDictionary<RefusalReason, int> Refusals { get; init; }
}
