using ShopSimulator.World;

namespace ShopSimulator.Behaviour;

/// <summary>What one customer has and did in one world (the real one, the one without treatments, the oracle's).</summary>
internal sealed class Account
{
    private readonly HashSet<int> owned = [];
    private readonly List<int> mailDays = [];

    /// <summary>Coupon at hand; null for none.</summary>
    public Mail? Coupon { get; set; }

    /// <summary>True after the customer said no to mails.</summary>
    public bool HasUnsubscribed { get; set; }

    /// <summary>Money paid less money given back, in the days that count.</summary>
    public decimal Revenue { get; private set; }

    /// <summary>Revenue of lines that came from slots.</summary>
    public decimal SlotRevenue { get; private set; }

    /// <summary>Revenue of lines that came from mails.</summary>
    public decimal MailRevenue { get; private set; }

    /// <summary>Orders.</summary>
    public int Orders { get; private set; }

    /// <summary>Slots seen with something in them.</summary>
    public int SlotViews { get; set; }

    /// <summary>Clicks in slots.</summary>
    public int SlotClicks { get; set; }

    /// <summary>Products bought from slots.</summary>
    public int SlotPurchases { get; private set; }

    /// <summary>Mails received.</summary>
    public int Mails => mailDays.Count;

    /// <summary>Mails opened.</summary>
    public int Opens { get; set; }

    /// <summary>Mails clicked.</summary>
    public int MailClicks { get; set; }

    /// <summary>Orders from mails.</summary>
    public int MailOrders { get; private set; }

    /// <summary>True when a durable product is in the house already.</summary>
    public bool Owns(int product) => owned.Contains(product);

    /// <summary>A fresh account with the same things in the house.</summary>
    public Account CopyPossessions()
    {
        Account copy = new();
        copy.owned.UnionWith(owned);
        return copy;
    }

    /// <summary>Mails of the seven days before a day.</summary>
    public int MailsBefore(int day)
    {
        int count = 0;
        foreach (int mailDay in mailDays)
        {
            count += mailDay < day && mailDay >= day - 7 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Day of the last mail; far in the past before any.</summary>
    public int LastMailDay => mailDays.Count == 0 ? -1000 : mailDays[^1];

    /// <summary>Notes a mail.</summary>
    public void Receive(int day) => mailDays.Add(day);

    /// <summary>Books an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="catalogue">Says what is durable.</param>
    /// <param name="counts">False in the history: owned, but no revenue.</param>
    public void Book(PlacedOrder order, Catalogue catalogue, bool counts)
    {
        bool isFromMail = false;
        foreach (BoughtLine line in order.Lines)
        {
            if (!Catalogue.Categories[catalogue.Products[line.Product].Category].IsConsumable)
            {
                owned.Add(line.Product);
            }

            isFromMail |= line.Origin == Origin.Mail;
            if (counts)
            {
                Add(line.Origin, order.PaidFor(line));
                SlotPurchases += line.Origin == Origin.Slot ? 1 : 0;
            }
        }

        if (counts)
        {
            Orders++;
            MailOrders += isFromMail ? 1 : 0;
        }
    }

    /// <summary>Books money given back.</summary>
    public void Refund(AfterSale refund) => Add(refund.Line.Origin, -refund.Paid);

    private void Add(Origin origin, decimal money)
    {
        Revenue += money;
        SlotRevenue += origin == Origin.Slot ? money : 0;
        MailRevenue += origin == Origin.Mail ? money : 0;
    }
}
