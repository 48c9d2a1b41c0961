using ShopSimulator.World;

namespace ShopSimulator.Behaviour;

/// <summary>A marketer who knows the hidden truth: shows the products with the highest expected revenue and mails whom it pays to mail.
/// It plays under the server's rules: consent, the same slots, products in stock, and no more mails than the cap allows.</summary>
internal sealed class Oracle(Catalogue catalogue, Tastes tastes, int daysBetweenMails)
{
    private const int ProductsInMail = 4;

    /// <summary>The best products for a slot of a visit.</summary>
    public SlotView Fill(VisitPlan plan, string placement, int count, int[] alreadyShown, Account account)
    {
        ReadOnlySpan<float> match = tastes.MatchOf(plan.Taste);
        int[] best = Best(
            match,
            count,
            (value, product) => value * value * (double)catalogue.Products[product].Price,
            product => account.Owns(product) || alreadyShown.Contains(product) || plan.Browsed.Any(browsed => browsed.IsWanted && browsed.Product == product));
        return new SlotView(placement, null, null, true, best);
    }

    /// <summary>The mail for a customer on a day; null when there should be none.</summary>
    public Mail? Write(Shopper shopper, int day, int taste, Account account)
    {
        bool mayWrite = shopper.ConsentsToEmail == true && shopper.IsSignedIn(day - 1) && !account.HasUnsubscribed
            && day - account.LastMailDay >= daysBetweenMails;
        if (!mayWrite)
        {
            return null;
        }

        // One product decides the click (the best suited) and the purchase: rank by expected revenue of that product.
        int[] best = Best(
            tastes.MatchOf(taste),
            ProductsInMail,
            (value, product) => (0.3 + 0.7 * value) * (0.3 + 0.7 * value) * (double)catalogue.Products[product].Price,
            account.Owns);
        return new Mail(shopper.Index, day, null, "oracle", [best[0]], null, 0, day);
    }

    private int[] Best(ReadOnlySpan<float> match, int count, Func<double, int, double> value, Func<int, bool> isExcluded)
    {
        Span<double> values = stackalloc double[count];
        int[] products = new int[count];
        int filled = 0;
        for (int product = 0; product < match.Length; product++)
        {
            double worth = value(match[product], product);
            if ((filled == count && worth <= values[count - 1]) || catalogue.Products[product].Stock == 0 || isExcluded(product))
            {
                continue;
            }

            int place = Math.Min(filled, count - 1);
            while (place > 0 && values[place - 1] < worth)
            {
                values[place] = values[place - 1];
                products[place] = products[place - 1];
                place--;
            }

            values[place] = worth;
            products[place] = product;
            filled = Math.Min(filled + 1, count);
        }

        return products[..filled];
    }
}
