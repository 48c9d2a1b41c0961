using System.Text.Json;
using ShopSimulator.Wire;
using ShopSimulator.World;

namespace ShopSimulator.Behaviour;

/// <summary>What happened, by customer, in the real world and in the two that only the simulator sees.</summary>
internal sealed class Results(int customers)
{
    private readonly HashSet<int> changedArm = [];

    /// <summary>The world with MarketLoop.</summary>
    public Account[] Actual { get; } = Accounts(customers);

    /// <summary>The world without slots and mails.</summary>
    public Account[] Alone { get; private set; } = Accounts(customers);

    /// <summary>The oracle's world.</summary>
    public Account[] Best { get; private set; } = Accounts(customers);

    /// <summary>Arm of each customer as the server said before day 1: true for treated, false for control, null for outside the experiment.</summary>
    public bool?[] IsTreated { get; } = new bool?[customers];

    /// <summary>Events of the history.</summary>
    public long HistoryEvents { get; set; }

    /// <summary>Events of the days with MarketLoop.</summary>
    public long Events { get; set; }

    /// <summary>Sum of the server's verdicts.</summary>
    public (long Accepted, long Duplicates, long Rejected) Verdicts { get; private set; }

    /// <summary>The first rejection, as the server worded it; null when all was accepted.</summary>
    public string? FirstRejection { get; private set; }

    /// <summary>Slots asked.</summary>
    public int SlotsAsked { get; private set; }

    /// <summary>Slots answered for the customer in person.</summary>
    public int SlotsPersonalised { get; private set; }

    /// <summary>Slots without a product.</summary>
    public int SlotsEmpty { get; private set; }

    /// <summary>Mails with a coupon.</summary>
    public int Coupons { get; private set; }

    /// <summary>Customers whose arm differed from the first one at some time (sign-in on a browser of the other arm).</summary>
    public int ArmChanges => changedArm.Count;

    /// <summary>Turns of the loop.</summary>
    public List<TurnNumbers> Turns { get; } = [];

    /// <summary>The server's own measurement.</summary>
    public JsonElement? ServerLift { get; set; }

    /// <summary>The other worlds start where the history ended.</summary>
    public void CopyHistoryToOtherWorlds()
    {
        Alone = [.. Actual.Select(account => account.CopyPossessions())];
        Best = [.. Actual.Select(account => account.CopyPossessions())];
    }

    /// <summary>Notes arms.</summary>
    public void SetArms(string?[] arms)
    {
        for (int index = 0; index < arms.Length; index++)
        {
            IsTreated[index] = ArmOf(arms[index]);
        }
    }

    /// <summary>Notes a verdict.</summary>
    public void Note(BatchVerdict verdict)
    {
        Verdicts = (Verdicts.Accepted + verdict.Accepted, Verdicts.Duplicates + verdict.Duplicates, Verdicts.Rejected + verdict.Rejected);
        FirstRejection ??= verdict.FirstRejection;
    }

    /// <summary>Notes a mail.</summary>
    public void Note(Mail mail) => Coupons += mail.CouponCode is null ? 0 : 1;

    /// <summary>Notes the slots of a visit.</summary>
    public void Note(int shopper, SlotView[] slots)
    {
        foreach (SlotView slot in slots)
        {
            SlotsAsked++;
            SlotsPersonalised += slot.IsPersonalised ? 1 : 0;
            SlotsEmpty += slot.Products.Length == 0 ? 1 : 0;
            if (ArmOf(slot.Arm) is bool arm && IsTreated[shopper] is bool first && arm != first)
            {
                changedArm.Add(shopper);
            }
        }
    }

    /// <summary>Counts views and clicks of a visit.</summary>
    public static void Count(Account account, VisitTrace trace)
    {
        account.SlotViews += trace.Slots.Count(slot => slot.Products.Length > 0);
        account.SlotClicks += trace.Clicks.Count;
    }

    private static bool? ArmOf(string? arm) => arm switch
    {
        null => null,
        _ when arm.Equals("treated", StringComparison.OrdinalIgnoreCase) => true,
        _ when arm.Equals("control", StringComparison.OrdinalIgnoreCase) => false,
        _ => throw new InvalidDataException($"the server knows an arm '{arm}' that the simulator does not"),
    };

    private static Account[] Accounts(int count) => [.. Enumerable.Range(0, count).Select(_ => new Account())];
}
