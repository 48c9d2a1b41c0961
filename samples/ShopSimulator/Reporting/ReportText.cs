using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ShopSimulator.Reporting;

/// <summary>The report for people.</summary>
internal static class ReportText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>A page of plain text.</summary>
    public static string Write(SimulationReport report)
    {
        RunSettings run = report.Run;
        StringBuilder text = new();
        string controls = (run.NoEffect ? ", customers ignore everything (--no-effect)" : "") + (run.ShuffledTastes ? ", tastes wander (--shuffled-tastes)" : "");
        text.Append(Culture, $"The simulated shop, seed {run.Seed}: {run.Customers} customers, {run.Products} products, {run.Days} days after {run.HistoryDays} days of history{controls}\n\n");
        text.Append("  per customer               customers   orders   revenue   of it slots   mails\n");
        AppendArm(text, "oracle (treated customers)", report.Oracle);
        AppendArm(text, "treated", report.Treated);
        AppendArm(text, "control", report.Control);
        AppendArm(text, "treated, had they been alone", report.TreatedLeftAlone);
        text.Append('\n');
        AppendLift(text, "revenue, treated over control", report.RevenueLift);
        AppendLift(text, "orders, treated over control", report.OrderLift);
        AppendLift(text, "revenue, luck taken off", report.TrueRevenueLift);
        AppendLift(text, "slot clicks per view", report.Recommendations.ClickLift);
        AppendLift(text, "slot purchases per view", report.Recommendations.PurchaseLift);
        text.Append('\n');
        AppendSlots(text, "oracle", report.Recommendations.Oracle);
        AppendSlots(text, "treated", report.Recommendations.Treated);
        AppendSlots(text, "control", report.Recommendations.Control);
        MailNumbers mails = report.Mails;
        text.Append(Culture, $"  mails    {mails.Sent} sent ({mails.WithCoupon} with coupon, {mails.ToControl} to control), {mails.Opened} opened, {mails.Clicked} clicked, {mails.Orders} orders, {mails.Unsubscribed} unsubscribed; oracle {mails.OracleSent} sent, {mails.OracleOrders} orders\n");
        TrafficNumbers traffic = report.Traffic;
        text.Append(Culture, $"  traffic  {traffic.HistoryEvents} + {traffic.Events} events, {traffic.Accepted} accepted, {traffic.Duplicates} duplicates, {traffic.Rejected} rejected; {traffic.SlotsAsked} slots asked, {traffic.SlotsPersonalised} personal, {traffic.SlotsEmpty} empty\n");
        text.Append(Culture, $"  arms     {traffic.OutsideExperiment} customers outside the experiment, {traffic.ArmChanges} met both arms (sign-in)\n");
        TurnsSummary turns = report.Turns;
        text.Append(Culture, $"  loop     {turns.Turns} turns, {turns.Trainings} trainings, models version {turns.LastModel?.ToString(Culture) ?? "none"}, {turns.Insights} insights, {turns.Treatments} treatments, {turns.Outcomes} outcomes\n");
        AppendServerLift(text, report.ServerLift);
        return text.ToString();
    }

    // What MarketLoop itself concludes, beside what the simulator knows.
    private static void AppendServerLift(StringBuilder text, JsonElement? lift)
    {
        if (lift?.TryGetProperty("overall", out JsonElement overall) != true || !overall.TryGetProperty("revenue", out JsonElement revenue))
        {
            return;
        }

        string Percent(string name) => revenue.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? (100 * value.GetDouble()).ToString("+0.0;-0.0;0.0", Culture)
            : "unknown";
        string Count(string name) => overall.TryGetProperty(name, out JsonElement value) ? value.GetRawText() : "?";
        text.Append(Culture, $"  MarketLoop's own measurement: revenue {Percent("relative")} %, 95 % interval {Percent("relativeLow")} .. {Percent("relativeHigh")} ({Count("treatedCustomers")} treated, {Count("controlCustomers")} control)\n");
    }

    private static void AppendArm(StringBuilder text, string name, ArmNumbers arm)
        => text.Append(Culture, $"  {name,-28}{arm.Customers,8}{arm.OrdersPerCustomer,9:0.000}{arm.RevenuePerCustomer,10:0.00}{arm.SlotRevenuePerCustomer,14:0.00}{arm.MailRevenuePerCustomer,8:0.00}\n");

    private static void AppendLift(StringBuilder text, string name, Lift lift)
        => text.Append(Culture, $"  {name,-30} {100 * lift.Relative,7:+0.0;-0.0;0.0} %   95 % interval {100 * lift.Low:+0.0;-0.0;0.0} .. {100 * lift.High:+0.0;-0.0;0.0}   smallest lift this size shows {100 * lift.MinimumDetectable:0.0} %\n");

    private static void AppendSlots(StringBuilder text, string name, SlotNumbers slots)
        => text.Append(Culture, $"  slots    {name,-8}{slots.Views,7} views, {100 * slots.ClicksPerView,5:0.00} clicks and {100 * slots.PurchasesPerView,5:0.00} purchases per hundred\n");
}
