using MarketLoop.Analysis.Evaluation.Ranking;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Preference;

/// <summary>Turns a history, and what came after it, into what may be learned and questions, by aim. Histories are shaped as serving shapes them.</summary>
internal static class AimQuestions
{
    /// <summary>What is learned, and one question for each customer (for each order: <see cref="PreferenceAim.Basket"/>) that has an answer.</summary>
    /// <param name="aim">The aim.</param>
    /// <param name="history">What is known.</param>
    /// <param name="later">What came after, see <see cref="ShopHistory.Later"/>; empty when nothing is to be asked.</param>
    public static RankingSplit Ask(PreferenceAim aim, ShopHistory history, IReadOnlyList<Act[]> later)
    {
        (ItemSequences known, IEnumerable<RankingCase?> cases) = aim switch
        {
            PreferenceAim.Next => (InOrder(history), later.Select(acts => NextOf(history, acts))),
            PreferenceAim.Basket => (Orders(history), later.SelectMany(RestOfOrders)),
            PreferenceAim.Reorder => (history.Touched, later.Select(acts => NextOrderOf(history, acts))),
            _ => (history.Touched, later.Select(acts => NewPurchasesOf(history, acts))),
        };
        return new RankingSplit(known, [.. cases.OfType<RankingCase>()]) { NeverShown = history.Charges };
    }

    /// <summary>Every act in its order: what follows what.</summary>
    private static ItemSequences InOrder(ShopHistory history)
    {
        ItemSequencesBuilder builder = new(history.Customers, history.Products.Length);
        for (int customer = 0; customer < history.Customers; customer++)
        {
            double day = double.NegativeInfinity;
            foreach (Act act in history.ActsOf(customer))
            {
                // Lines of one order stay a basket; other acts of one moment keep their order, each the least bit later.
                double at = (act.At - history.Until).TotalDays;
                day = at > day || act.Kind == ActKind.Buy ? Math.Max(at, day) : Math.BitIncrement(day);
                builder.Add(customer, act.Item, (float)act.Kind, day);
            }
        }

        return builder.Build();
    }

    /// <summary>A row for each order: what is bought together.</summary>
    private static ItemSequences Orders(ShopHistory history)
    {
        ItemSequencesBuilder builder = new(0, history.Products.Length);
        int row = 0;
        for (int customer = 0; customer < history.Customers; customer++)
        {
            foreach ((int[] items, DateTimeOffset at) in OrdersOf(history.ActsOf(customer)))
            {
                foreach (int item in items)
                {
                    builder.Add(row, item, (float)ActKind.Buy, (at - history.Until).TotalDays);
                }

                row++;
            }
        }

        return builder.Build();
    }

    private static RankingCase? NewPurchasesOf(ShopHistory history, Act[] later)
    {
        IReadOnlyList<Act> before = history.ActsOf(later[0].Customer);
        int[] bought = Bought(before);
        int[] relevant = [.. later.Where(act => act.Kind is ActKind.Buy or ActKind.Charge).Select(act => act.Item).Distinct().Except(bought)];
        return relevant.Length == 0 ? null : HistoryOf(before, history.Until, relevant) with { Excluded = bought };
    }

    /// <summary>The last later act that is new to the customer, and everything before it.</summary>
    private static RankingCase? NextOf(ShopHistory history, Act[] later)
    {
        Act[] all = [.. history.ActsOf(later[0].Customer), .. later];
        for (int last = all.Length - 1; last >= all.Length - later.Length && last > 0; last--)
        {
            ArraySegment<Act> before = new(all, 0, last);
            int target = all[last].Item;
            int[] excluded = [.. Bought(before).Append(before[^1].Item).Distinct()];
            if (!excluded.Contains(target))
            {
                return HistoryOf(before, all[last].At, [target]) with { Excluded = excluded };
            }
        }

        return null;
    }

    private static RankingCase? NextOrderOf(ShopHistory history, Act[] later)
    {
        IReadOnlyList<Act> before = history.ActsOf(later[0].Customer);
        Act first = Array.Find(later, act => act.Kind == ActKind.Buy);
        int[] relevant = [.. later.Where(act => act.Kind == ActKind.Buy && act.Order == first.Order).Select(act => act.Item).Distinct()];
        return relevant.Length == 0 || !before.Any(act => act.Kind == ActKind.Buy) ? null : HistoryOf(before, history.Until, relevant);
    }

    /// <summary>Every second product of an order is in the cart; the rest is asked for.</summary>
    private static IEnumerable<RankingCase> RestOfOrders(Act[] later)
    {
        foreach ((int[] items, _) in OrdersOf(later).Where(order => order.Items.Length > 1))
        {
            int[] cart = [.. items.Where((_, place) => place % 2 == 0)];
            yield return new RankingCase(cart, [.. cart.Select(_ => (float)ActKind.Buy)], [.. items.Where((_, place) => place % 2 == 1)]) { Excluded = cart };
        }
    }

    private static RankingCase HistoryOf(IEnumerable<Act> acts, DateTimeOffset asOf, int[] relevant)
    {
        (int Item, ActKind Kind, int Buys, int AgeDays)[] touches = [.. ShopHistory.Touches(acts, asOf).Reverse()];
        return new RankingCase([.. touches.Select(touch => touch.Item)], [.. touches.Select(touch => (float)touch.Kind)], relevant)
        {
            Days = [.. touches.Select(touch => -(double)touch.AgeDays)],
            Buys = [.. touches.Select(touch => touch.Buys)],
        };
    }

    private static int[] Bought(IEnumerable<Act> acts) => [.. acts.Where(act => act.Kind is ActKind.Buy or ActKind.Charge).Select(act => act.Item).Distinct()];

    private static IEnumerable<(int[] Items, DateTimeOffset At)> OrdersOf(IEnumerable<Act> acts) =>
        acts.Where(act => act.Kind == ActKind.Buy).GroupBy(act => act.Order).Select(order => (order.Select(act => act.Item).Distinct().Order().ToArray(), order.First().At));
}
