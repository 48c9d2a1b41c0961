using System.Globalization;
using System.Text.Json;
using ShopSimulator.Behaviour;
using ShopSimulator.Randomness;
using ShopSimulator.World;

namespace ShopSimulator.Wire;

/// <summary>A stand-in that answers without a server: 30 % control with bestsellers, and for the rest a recommender that hits a customer's taste about half the time.
/// It exists to look at the simulator itself; its lift says nothing about MarketLoop.</summary>
internal sealed class DryRunServer(Catalogue catalogue, Shopper[] shoppers, Tastes tastes, Draws draws) : IShopServer
{
    private const double ControlShare = 0.3;
    private const int DaysBetweenMails = 6;

    private readonly int[] bestsellers = [.. catalogue.Products
        .Where(product => product.Stock > 0)
        .OrderByDescending(product => product.Appeal + 0.5 * Math.Log(Catalogue.Categories[product.Category].Weight))
        .ThenBy(product => product.Index)
        .Select(product => product.Index)];

    private DateTimeOffset clock = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private long events;
    private int turns;

    /// <inheritdoc />
    public Task<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken) => Task.FromResult(clock);

    /// <inheritdoc />
    public Task<TurnNumbers?> MoveClockAsync(DateTimeOffset now, bool turn, CancellationToken cancellationToken)
    {
        clock = now;
        turns += turn ? 1 : 0;
        return Task.FromResult(turn ? new TurnNumbers(turns, Interlocked.Read(ref events), 0, null, false, 0, 0, 0, 0) : null);
    }

    /// <inheritdoc />
    public Task StartLoopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task PutProductsAsync(byte[] body, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task<BatchVerdict> SendBatchAsync(byte[] body, CancellationToken cancellationToken)
    {
        using JsonDocument parsed = JsonDocument.Parse(body);
        int count = parsed.RootElement.GetProperty("batch").GetArrayLength();
        Interlocked.Add(ref events, count);
        return Task.FromResult(new BatchVerdict(count, 0, 0, null));
    }

    /// <inheritdoc />
    public Task<SlotView> AskSlotAsync(SlotQuestion question, CancellationToken cancellationToken)
    {
        int shopper = int.Parse(question.AnonymousId.AsSpan("browser-".Length), NumberStyles.None, CultureInfo.InvariantCulture) - 1;
        bool isTreated = !IsControl(shopper);
        int[] products = isTreated ? Guess(shopper, question.Count, StableNumber(question.RequestId)) : bestsellers[..question.Count];
        return Task.FromResult(new SlotView(question.Placement, "dry-run", isTreated ? "Treated" : "Control", isTreated, products));
    }

    /// <inheritdoc />
    public Task<MailPage> ReadOutboxAsync(long after, int day, CancellationToken cancellationToken)
    {
        if (after >= turns)
        {
            return Task.FromResult(new MailPage([], after));
        }

        List<Mail> mails = [];
        foreach (Shopper shopper in shoppers)
        {
            if (shopper.ConsentsToEmail == true && shopper.IsSignedIn(day - 1) && !IsControl(shopper.Index) && (day + shopper.Index) % DaysBetweenMails == 0)
            {
                mails.Add(new Mail(shopper.Index, day, "dry-run", "likely-buyers", Guess(shopper.Index, 4, day), null, 0, day));
            }
        }

        return Task.FromResult(new MailPage(mails, turns));
    }

    /// <inheritdoc />
    public Task<JsonElement?> ReadLiftAsync(int days, CancellationToken cancellationToken) => Task.FromResult<JsonElement?>(null);

    private bool IsControl(int shopper) => draws.Chance(ControlShare, Purpose.DryRun, shopper, 1);

    private int[] Guess(int shopper, int count, long question)
    {
        float[] match = tastes.MatchOf(shopper).ToArray();
        return [.. bestsellers
            .OrderByDescending(product => match[product] + 0.55 * draws.Normal(Purpose.DryRun, shopper, product, question))
            .ThenBy(product => product)
            .Take(count)];
    }

    private static long StableNumber(string text) => text.Aggregate(17L, (number, letter) => unchecked((number * 31) + letter));
}
