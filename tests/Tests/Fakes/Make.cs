using MarketLoop.Data.Shop;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Fakes;

/// <summary>Short ways to records for tests of decision, execution and feedback.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Day0 = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly LocalizedText Reason = new("because", "因为");

    public static ShopSecrets Secrets(byte seed = 7) =>
        new([.. Enumerable.Repeat(seed, 32)], [.. Enumerable.Repeat((byte)(seed + 1), 32)]);

    public static CustomerId Customer(int number) => CustomerId.Known($"c{number:D5}");

    public static Treatment Mail(string id, CustomerId customer, Arm arm = Arm.Treated, DateTimeOffset? at = null, params string[] products) => new()
    {
        Id = new TreatmentId(id),
        Customer = customer,
        Kind = TreatmentKind.Announcement,
        Channel = Channel.Email,
        Placement = "likely-buyers",
        Arm = arm,
        ArmPropensity = 0.5,
        Policy = "test",
        Reason = Reason,
        Items = [.. products.Select((p, i) => new ShownItem(new ProductId(p), i, 1, 1, Reason))],
        DecidedAt = at ?? Day0,
        ExpiresAt = (at ?? Day0).AddDays(2),
    };

    public static Treatment Slot(string id, CustomerId customer, Arm arm = Arm.Treated, DateTimeOffset? at = null, params string[] products) =>
        Mail(id, customer, arm, at, products) with { Kind = TreatmentKind.Recommendation, Channel = Channel.OnSite, Placement = "home" };

    public static Delivery Delivered(Treatment treatment, DateTimeOffset at) => new()
    {
        Treatment = treatment.Id,
        Customer = treatment.Customer,
        Channel = treatment.Channel,
        Status = treatment.Channel == Channel.OnSite ? DeliveryStatus.Shown : treatment.Arm == Arm.Control ? DeliveryStatus.Withheld : DeliveryStatus.Sent,
        At = at,
    };

    public static Interaction Act(InteractionKind kind, CustomerId customer, string message, DateTimeOffset at, decimal? revenue = null, string? order = null, string? token = null, params string[] products) => new()
    {
        Source = new SourceId("shop"),
        MessageId = message,
        Kind = kind,
        Name = kind.ToString(),
        UserId = customer.IsAnonymous ? null : customer.Value,
        AnonymousId = customer.IsAnonymous ? customer.Value : null,
        Customer = customer,
        OccurredAt = at,
        ReceivedAt = at,
        Revenue = revenue,
        OrderId = order,
        TreatmentToken = token,
        Lines = [.. products.Select(p => new LineItem(new ProductId(p), 1, revenue is { } r ? r / products.Length : null))],
    };

    public static CustomerInsight Insight(CustomerId customer, DateTimeOffset asOf, double recencyDays = 5, int orders = 3, double? probability = null, double? ifTreated = null) => new()
    {
        Customer = customer,
        AsOf = asOf,
        Features = new CustomerFeatures(recencyDays, orders, 100, 5, 60, 1, 1, 1, 0, 30, 0.5, 0, null, null),
        PurchaseProbability = probability,
        PurchaseProbabilityIfTreated = ifTreated,
    };
}
