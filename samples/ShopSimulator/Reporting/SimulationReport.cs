using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShopSimulator.Reporting;

/// <summary>What came out. Holds nothing of the machine: two runs with one seed write the same bytes.</summary>
internal sealed record SimulationReport
{
    /// <summary>What was run.</summary>
    public required RunSettings Run { get; init; }

    /// <summary>Money and orders per customer by arm, and what the oracle would have reached with the treated customers.</summary>
    public required ArmNumbers Treated { get; init; }

    /// <inheritdoc cref="Treated" />
    public required ArmNumbers Control { get; init; }

    /// <summary>The treated customers in the oracle's hands, with the same random numbers.</summary>
    public required ArmNumbers Oracle { get; init; }

    /// <summary>The treated customers left alone (no slot, no mail), with the same random numbers.</summary>
    public required ArmNumbers TreatedLeftAlone { get; init; }

    /// <summary>Revenue per customer, treated over control, as an experimenter sees it.</summary>
    public required Lift RevenueLift { get; init; }

    /// <summary>Orders per customer, treated over control.</summary>
    public required Lift OrderLift { get; init; }

    /// <summary>The same lift with each customer's own luck taken off, which only the simulator can: it knows what each would have spent if left alone.</summary>
    public required Lift TrueRevenueLift { get; init; }

    /// <summary>Slots: what they showed and what came of it.</summary>
    public required RecommendationNumbers Recommendations { get; init; }

    /// <summary>Mails.</summary>
    public required MailNumbers Mails { get; init; }

    /// <summary>What was sent to the server and how it judged it.</summary>
    public required TrafficNumbers Traffic { get; init; }

    /// <summary>The turns of the loop.</summary>
    public required TurnsSummary Turns { get; init; }

    /// <summary>The server's own measurement (<c>GET /api/v1/feedback/lift</c>), as it was answered.</summary>
    public JsonElement? ServerLift { get; init; }
}

/// <summary>What was run.</summary>
internal sealed record RunSettings(long Seed, int Customers, int Products, int HistoryDays, int Days, bool NoEffect, bool ShuffledTastes);

/// <summary>One arm.</summary>
internal sealed record ArmNumbers(int Customers, int Orders, decimal Revenue, double OrdersPerCustomer, double RevenuePerCustomer, double SlotRevenuePerCustomer, double MailRevenuePerCustomer);

/// <summary>Slots by arm; the lift is that of recommendations over bestsellers.</summary>
internal sealed record RecommendationNumbers(SlotNumbers Treated, SlotNumbers Control, SlotNumbers Oracle, Lift ClickLift, Lift PurchaseLift);

/// <summary>Slots of one arm.</summary>
internal sealed record SlotNumbers(int Views, int Clicks, int Purchases, double ClicksPerView, double PurchasesPerView);

/// <summary>Mails of the treated arm, and of the control arm, which should get none.</summary>
internal sealed record MailNumbers(int Sent, int Opened, int Clicked, int Orders, int Unsubscribed, int WithCoupon, int ToControl, int OracleSent, int OracleOrders);

/// <summary>What was sent.</summary>
internal sealed record TrafficNumbers(long HistoryEvents, long Events, long Accepted, long Duplicates, long Rejected, int SlotsAsked, int SlotsPersonalised, int SlotsEmpty, int ArmChanges, int OutsideExperiment);

/// <summary>Turns of the loop.</summary>
internal sealed record TurnsSummary(int Turns, int Trainings, int? LastModel, long Insights, long Treatments, long Outcomes);

/// <summary>How the report is written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(SimulationReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
