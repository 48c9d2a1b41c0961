using MarketLoop.Domain;

namespace MarketLoop.Analysis.Journeys;

/// <summary>What customers do, as opposed to what the shop, a machine or we did to them.</summary>
internal static class OwnActs
{
    /// <summary>The kinds.</summary>
    public static IReadOnlyList<InteractionKind> Kinds { get; } = [.. Enum.GetValues<InteractionKind>().Where(Contains)];

    /// <summary>True for a kind that a customer does.</summary>
    public static bool Contains(InteractionKind kind) =>
        kind is not (InteractionKind.OrderRefunded or InteractionKind.EmailOpened or InteractionKind.PromotionViewed or InteractionKind.ConsentUpdated);
}
