using System.Globalization;
using ShopSimulator.Randomness;
using ShopSimulator.World;

namespace ShopSimulator.Behaviour;

/// <summary>How customers react to what they are shown and sent. Its numbers are the planted truth of the demo; README.md gives their reasons.</summary>
internal sealed class Reactions(Catalogue catalogue, Shopper[] shoppers, Tastes tastes, Draws draws)
{
    private const double ClickAtTop = 0.11;
    private const double BuyAfterClick = 0.25;
    private const double BuyAfterMailClick = 0.55;
    private const double UsesCoupon = 0.6;
    private const double RefundShare = 0.04;
    private const double ReviewShare = 0.10;
    private const double Annoyance = 0.012;

    /// <summary>Probability of a click on a product of a slot.</summary>
    public static double ClickProbability(double match, int position) => ClickAtTop * match / (1 + 0.3 * position);

    /// <summary>Probability of buying a product clicked in a slot.</summary>
    public static double BuyProbability(double match, Shopper shopper) => Math.Min(1, BuyAfterClick * shopper.Eagerness * match);

    /// <summary>Probability of a click in an opened mail.</summary>
    public static double MailClickProbability(double match, Shopper shopper, int mailsBefore, double discount)
        => Math.Min(1, shopper.PromotionResponse * (0.3 + 0.7 * match) * (1 + 1.5 * discount * (0.5 + shopper.PriceSensitivity)) / (1 + 0.6 * mailsBefore));

    /// <summary>Probability of buying the product clicked in a mail.</summary>
    public static double MailBuyProbability(double match, Shopper shopper, double discount)
        => Math.Min(1, BuyAfterMailClick * (0.3 + 0.7 * match) * (1 + 2 * discount * shopper.PriceSensitivity));

    /// <summary>Plays one visit in one world.</summary>
    /// <param name="plan">What the customer would do alone.</param>
    /// <param name="slots">What was shown.</param>
    /// <param name="account">The customer in that world.</param>
    /// <param name="isBlind">True when slots are ignored.</param>
    public VisitTrace Visit(VisitPlan plan, IReadOnlyList<SlotView> slots, Account account, bool isBlind)
    {
        Shopper shopper = shoppers[plan.Shopper];
        List<BoughtLine> lines = [];
        foreach (BrowsedProduct browsed in plan.Browsed)
        {
            if (browsed.IsWanted && plan.ChecksOut && !account.Owns(browsed.Product))
            {
                lines.Add(Line(browsed.Product, browsed.Quantity, Origin.Browsing));
            }
        }

        List<SlotClick> clicks = isBlind ? [] : ClicksIn(plan, slots, shopper, account);
        foreach (SlotClick click in clicks)
        {
            if (click.IsBought && !lines.Exists(line => line.Product == click.Product))
            {
                lines.Add(Line(click.Product, 1, Origin.Slot));
            }
        }

        return new VisitTrace(plan, slots, clicks, lines.Count == 0 ? null : Order(OrderId(plan), lines, plan.Day, account));
    }

    /// <summary>Plays one mail in one world.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="taste">Row of tastes in force.</param>
    /// <param name="at">When the customer looks into the inbox.</param>
    /// <param name="account">The customer in that world; the mail is noted there.</param>
    /// <param name="isBlind">True when mails are ignored.</param>
    public MailTrace Read(Mail mail, int taste, TimeSpan at, Account account, bool isBlind)
    {
        Shopper shopper = shoppers[mail.Shopper];
        int before = account.MailsBefore(mail.Day);
        account.Receive(mail.Day);
        if (isBlind || !draws.Chance(shopper.OpensMail, Purpose.MailOpen, mail.Shopper, mail.Day))
        {
            return new MailTrace(mail, at, false, null, null, null, false);
        }

        bool unsubscribes = draws.Chance(Annoyance * (1 + before), Purpose.MailAnnoyance, mail.Shopper, mail.Day);
        if (mail.CouponCode is not null)
        {
            account.Coupon = mail;
        }

        (int position, int product, double match) = BestOf(mail, taste, account);
        if (product < 0 || !draws.Chance(MailClickProbability(match, shopper, before, mail.Discount), Purpose.MailClick, mail.Shopper, mail.Day))
        {
            return new MailTrace(mail, at, true, null, null, null, unsubscribes);
        }

        PlacedOrder? order = draws.Chance(MailBuyProbability(match, shopper, mail.Discount), Purpose.MailBuy, mail.Shopper, mail.Day)
            ? Order(string.Create(CultureInfo.InvariantCulture, $"M{mail.Day:D3}-{mail.Shopper + 1:D5}"), [Line(product, 1, Origin.Mail)], mail.Day, account)
            : null;
        return new MailTrace(mail, at, true, position < 0 ? null : position, product, order, unsubscribes);
    }

    /// <summary>What follows days later from an order: refunds (rating 0) and reviews (rating 1..5).</summary>
    public IEnumerable<AfterSale> AfterSalesOf(PlacedOrder order, int shopper, int taste, int day)
    {
        foreach (BoughtLine line in order.Lines)
        {
            double match = tastes.MatchOf(taste)[line.Product];
            if (draws.Chance(RefundShare, Purpose.Refund, shopper, day, line.Product))
            {
                yield return new AfterSale(shopper, day + 2 + draws.Index(4, Purpose.Refund, shopper, day, line.Product, 1), order.Id, line, order.PaidFor(line), 0);
            }
            else if (draws.Chance(ReviewShare, Purpose.Review, shopper, day, line.Product))
            {
                double rating = 2.2 + 2.6 * match + 0.8 * draws.Normal(Purpose.Review, shopper, day, line.Product);
                yield return new AfterSale(shopper, day + 2 + draws.Index(5, Purpose.Review, shopper, day, line.Product, 3), order.Id, line, 0, (int)Math.Clamp(Math.Round(rating), 1, 5));
            }
        }
    }

    private List<SlotClick> ClicksIn(VisitPlan plan, IReadOnlyList<SlotView> slots, Shopper shopper, Account account)
    {
        List<SlotClick> clicks = [];
        ReadOnlySpan<float> match = tastes.MatchOf(plan.Taste);
        foreach (SlotView slot in slots)
        {
            for (int position = 0; position < slot.Products.Length; position++)
            {
                int product = slot.Products[position];
                // The draw belongs to the product, not to the place: the same product tempts the same customer in every world.
                if (draws.Chance(ClickProbability(match[product], position), Purpose.SlotClick, plan.Shopper, plan.Day, plan.Number, product)
                    && !clicks.Exists(click => click.Product == product))
                {
                    bool isBought = catalogue.Products[product].Stock > 0 && !account.Owns(product)
                        && draws.Chance(BuyProbability(match[product], shopper), Purpose.SlotBuy, plan.Shopper, plan.Day, plan.Number, product);
                    clicks.Add(new SlotClick(slot, position, product, isBought));
                }
            }
        }

        return clicks;
    }

    // The product that suits best of those in the mail; a mail without products sends people to the shelf they like best.
    private (int Position, int Product, double Match) BestOf(Mail mail, int taste, Account account)
    {
        ReadOnlySpan<float> match = tastes.MatchOf(taste);
        int best = -1;
        for (int position = 0; position < mail.Products.Length; position++)
        {
            int product = mail.Products[position];
            bool isPossible = catalogue.Products[product].Stock > 0 && !account.Owns(product);
            best = isPossible && (best < 0 || match[product] > match[mail.Products[best]]) ? position : best;
        }

        if (best >= 0)
        {
            return (best, mail.Products[best], match[mail.Products[best]]);
        }

        if (mail.Products.Length > 0)
        {
            return (-1, -1, 0);
        }

        int found = draws.Index(catalogue.Products.Length, Purpose.MailClick, mail.Shopper, mail.Day, 7);
        return (-1, found, match[found]);
    }

    private PlacedOrder Order(string id, List<BoughtLine> lines, int day, Account account)
    {
        Mail? coupon = account.Coupon;
        if (coupon is null || day > coupon.CouponUntilDay || !draws.Chance(UsesCoupon, Purpose.Coupon, coupon.Shopper, coupon.Day))
        {
            return new PlacedOrder(id, lines, null, 0);
        }

        account.Coupon = null;
        return new PlacedOrder(id, lines, coupon.CouponCode, coupon.Discount);
    }

    private BoughtLine Line(int product, int quantity, Origin origin) => new(product, quantity, catalogue.Products[product].Price, origin);

    private static string OrderId(VisitPlan plan) => string.Create(CultureInfo.InvariantCulture, $"W{plan.Day:D3}-{plan.Shopper + 1:D5}-{plan.Number}");
}
