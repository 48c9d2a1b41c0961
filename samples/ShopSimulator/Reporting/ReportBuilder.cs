using ShopSimulator.Behaviour;
using ShopSimulator.Wire;

namespace ShopSimulator.Reporting;

/// <summary>Sums the accounts up, in the order of the customers, so that sums of doubles are the same in every run.</summary>
internal static class ReportBuilder
{
    /// <summary>The report of a finished simulation.</summary>
    public static SimulationReport Build(SimulatorOptions options, int products, Results results)
    {
        int[] treated = [.. Members(results, true)];
        int[] control = [.. Members(results, false)];
        double[] Revenues(int[] members) => [.. members.Select(member => (double)results.Actual[member].Revenue)];
        double[] Orders(int[] members) => [.. members.Select(member => (double)results.Actual[member].Orders)];
        double[] Effects(int[] members) => [.. members.Select(member => (double)(results.Actual[member].Revenue - results.Alone[member].Revenue))];
        double[] controlEffects = Effects(control);
        double expectedControl = Mean(treated.Concat(control).Select(member => (double)results.Alone[member].Revenue)) + Mean(controlEffects);

        return new SimulationReport
        {
            Run = new RunSettings(options.Seed, options.Customers, products, options.HistoryDays, options.Days, options.NoEffect, options.ShuffledTastes),
            Treated = ArmOf(results.Actual, treated),
            Control = ArmOf(results.Actual, control),
            Oracle = ArmOf(results.Best, treated),
            TreatedLeftAlone = ArmOf(results.Alone, treated),
            RevenueLift = Rounded(Lift.OfMeans(Revenues(treated), Revenues(control))),
            OrderLift = Rounded(Lift.OfMeans(Orders(treated), Orders(control))),
            TrueRevenueLift = Rounded(Lift.OfMeans(Effects(treated), controlEffects, expectedControl)),
            Recommendations = RecommendationsOf(results, treated, control),
            Mails = MailsOf(results, treated, control),
            Traffic = TrafficOf(results),
            Turns = TurnsOf(results.Turns),
            ServerLift = results.ServerLift,
        };
    }

    private static IEnumerable<int> Members(Results results, bool isTreated)
        => Enumerable.Range(0, results.Actual.Length).Where(index => results.IsTreated[index] == isTreated);

    private static ArmNumbers ArmOf(Account[] accounts, int[] members) => new(
        members.Length,
        members.Sum(member => accounts[member].Orders),
        members.Sum(member => accounts[member].Revenue),
        Round(Mean(members.Select(member => (double)accounts[member].Orders))),
        Round(Mean(members.Select(member => (double)accounts[member].Revenue))),
        Round(Mean(members.Select(member => (double)accounts[member].SlotRevenue))),
        Round(Mean(members.Select(member => (double)accounts[member].MailRevenue))));

    private static RecommendationNumbers RecommendationsOf(Results results, int[] treated, int[] control)
    {
        (double, double)[] Cells(int[] members, Func<Account, int> part) =>
            [.. members.Select(member => ((double)part(results.Actual[member]), (double)results.Actual[member].SlotViews))];
        return new RecommendationNumbers(
            SlotsOf(results.Actual, treated),
            SlotsOf(results.Actual, control),
            SlotsOf(results.Best, treated),
            Rounded(Lift.OfRatios(Cells(treated, account => account.SlotClicks), Cells(control, account => account.SlotClicks))),
            Rounded(Lift.OfRatios(Cells(treated, account => account.SlotPurchases), Cells(control, account => account.SlotPurchases))));
    }

    private static SlotNumbers SlotsOf(Account[] accounts, int[] members)
    {
        int views = members.Sum(member => accounts[member].SlotViews);
        int clicks = members.Sum(member => accounts[member].SlotClicks);
        int purchases = members.Sum(member => accounts[member].SlotPurchases);
        return new SlotNumbers(views, clicks, purchases, views == 0 ? 0 : Round((double)clicks / views), views == 0 ? 0 : Round((double)purchases / views));
    }

    private static MailNumbers MailsOf(Results results, int[] treated, int[] control) => new(
        results.Actual.Sum(account => account.Mails),
        results.Actual.Sum(account => account.Opens),
        results.Actual.Sum(account => account.MailClicks),
        results.Actual.Sum(account => account.MailOrders),
        results.Actual.Count(account => account.HasUnsubscribed),
        results.Coupons,
        control.Sum(member => results.Actual[member].Mails),
        treated.Sum(member => results.Best[member].Mails),
        treated.Sum(member => results.Best[member].MailOrders));

    private static TrafficNumbers TrafficOf(Results results) => new(
        results.HistoryEvents,
        results.Events,
        results.Verdicts.Accepted,
        results.Verdicts.Duplicates,
        results.Verdicts.Rejected,
        results.SlotsAsked,
        results.SlotsPersonalised,
        results.SlotsEmpty,
        results.ArmChanges,
        results.IsTreated.Count(arm => arm is null));

    private static TurnsSummary TurnsOf(List<TurnNumbers> turns) => new(
        turns.Count,
        turns.Count(turn => turn.Retrained),
        turns.Count == 0 ? null : turns[^1].Models,
        turns.Sum(turn => (long)turn.Insights),
        turns.Sum(turn => (long)turn.Treatments),
        turns.Sum(turn => (long)turn.Outcomes));

    private static double Mean(IEnumerable<double> values)
    {
        double sum = 0;
        int count = 0;
        foreach (double value in values)
        {
            sum += value;
            count++;
        }

        return count == 0 ? 0 : sum / count;
    }

    private static Lift Rounded(Lift lift) => new(Round(lift.Relative), Round(lift.Low), Round(lift.High), Round(lift.MinimumDetectable));

    // Six decimals: enough to read, few enough that nobody reads noise.
    private static double Round(double value) => Math.Round(value, 6);
}
