using System.Globalization;
using ShopSimulator.Behaviour;
using ShopSimulator.Randomness;
using ShopSimulator.Wire;
using ShopSimulator.World;

namespace ShopSimulator;

/// <summary>Lives the days: history, then day by day questions, behaviour, events and the barrier.</summary>
/// <remarks>
/// A day has phases, so that nothing depends on which request arrives first: (1) mails that the turn at midnight wrote are taken from the outbox,
/// (2) every slot of the day is asked at midnight, when the server's state is at rest, (3) the customers live their day,
/// (4) the clock moves to the last second and the day's events are sent, each customer's in order on one connection,
/// (5) the clock strikes midnight: the queue is drained and the loop turns.
/// </remarks>
internal sealed class Simulation : IDisposable
{
    private const int HomeCount = 6;
    private const int ProductCount = 4;
    private const int DaysBetweenOracleMails = 4;

    private readonly SimulatorOptions options;
    private readonly IShopServer server;
    private readonly Action<string> progress;
    private readonly Reactions reactions;
    private readonly Oracle oracle;
    private readonly HabitPlanner habits;
    private readonly List<AfterSale>[] afterSales;
    private readonly BatchWriter[] shards;
    private readonly EventWriter[] writers;
    private readonly DateTimeOffset firstMidnight;
    private long mailCursor;

    /// <summary>A simulation of one world against one server.</summary>
    public Simulation(SimulatorOptions options, ShopWorld world, IShopServer server, DateTimeOffset firstMidnight, Action<string> progress)
    {
        this.options = options;
        this.server = server;
        this.progress = progress;
        this.firstMidnight = firstMidnight;
        World = world;
        reactions = new Reactions(world.Catalogue, world.Shoppers, world.Tastes, world.Draws);
        oracle = new Oracle(world.Catalogue, world.Tastes, DaysBetweenOracleMails);
        habits = new HabitPlanner(world.Catalogue, world.Shoppers, world.Tastes, world.Draws, options.ShuffledTastes);
        afterSales = [.. Enumerable.Range(0, options.AllDays).Select(_ => new List<AfterSale>())];
        shards = [.. Enumerable.Range(0, options.Connections).Select(_ => new BatchWriter())];
        writers = [.. shards.Select(shard => new EventWriter(world.Catalogue, shard, options.Seed, firstMidnight))];
        Results = new Results(world.Shoppers.Length);
    }

    /// <summary>The hidden truth.</summary>
    public ShopWorld World { get; }

    /// <summary>What happened so far.</summary>
    public Results Results { get; }

    /// <summary>Runs everything.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await server.PutProductsAsync(CatalogueWriter.Write(World.Catalogue), cancellationToken);
        await LiveHistoryAsync(cancellationToken);
        await server.StartLoopAsync(cancellationToken);
        progress("history sent; first turn and first training");
        Note(await server.MoveClockAsync(MidnightOf(options.HistoryDays), turn: true, cancellationToken));
        await AskArmsAsync(options.HistoryDays, cancellationToken);
        for (int day = options.HistoryDays; day < options.AllDays; day++)
        {
            await LiveDayAsync(day, cancellationToken);
        }

        Results.ServerLift = await server.ReadLiftAsync(options.Days, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (BatchWriter shard in shards)
        {
            shard.Dispose();
        }
    }

    private async Task LiveHistoryAsync(CancellationToken cancellationToken)
    {
        for (int day = 0; day < options.HistoryDays; day++)
        {
            List<Episode> episodes = [];
            foreach (VisitPlan plan in habits.PlanDay(day))
            {
                Account account = Results.Actual[plan.Shopper];
                VisitTrace trace = reactions.Visit(plan, [], account, isBlind: true);
                Settle(trace.Order, plan, account, isActual: true);
                episodes.Add(new Episode(plan.Shopper, plan.Start, Visit: trace));
            }

            AddSignInsAndAfterSales(episodes, day);
            Write(episodes, day);
            if (day % 7 == 6 || day == options.HistoryDays - 1)
            {
                Results.HistoryEvents += shards.Sum(shard => (long)shard.Written);
                await server.MoveClockAsync(MidnightOf(day + 1).AddSeconds(-1), turn: false, cancellationToken);
                await SendAsync(cancellationToken);
                progress(string.Create(CultureInfo.InvariantCulture, $"history: day {day + 1} of {options.HistoryDays}, {Results.HistoryEvents} events"));
            }
        }

        Results.CopyHistoryToOtherWorlds();
    }

    private async Task LiveDayAsync(int day, CancellationToken cancellationToken)
    {
        List<Mail> mails = await ReadMailsAsync(day, cancellationToken);
        List<VisitPlan> plans = habits.PlanDay(day);
        SlotView[][] slots = await AskSlotsAsync(plans, cancellationToken);
        List<Episode> episodes = Live(day, plans, slots, mails);
        Write(episodes, day);
        Results.Events += shards.Sum(shard => (long)shard.Written);
        await server.MoveClockAsync(MidnightOf(day + 1).AddSeconds(-1), turn: false, cancellationToken);
        await SendAsync(cancellationToken);
        TurnNumbers? turn = await server.MoveClockAsync(MidnightOf(day + 1), turn: true, cancellationToken);
        Note(turn);
        progress(string.Create(
            CultureInfo.InvariantCulture,
            $"day {day - options.HistoryDays + 1} of {options.Days}: {plans.Count} visits, {mails.Count} mails, {turn?.Treatments} treatments decided{(turn?.Retrained == true ? ", new models" : "")}"));
    }

    // Mails first, in the order of the customers, then visits: within one customer by time of day.
    private List<Episode> Live(int day, List<VisitPlan> plans, SlotView[][] slots, List<Mail> mails)
    {
        int[]? wandering = habits.WanderingTastes(day);
        List<Episode> episodes = [];
        foreach (Mail mail in mails)
        {
            Shopper shopper = World.Shoppers[mail.Shopper];
            TimeSpan at = habits.TimeOf(shopper, day, -1);
            MailTrace trace = reactions.Read(mail, wandering?[mail.Shopper] ?? mail.Shopper, at, Results.Actual[mail.Shopper], options.NoEffect);
            Results.Note(mail);
            Settle(trace, wandering, Results.Actual[mail.Shopper], isActual: true);
            episodes.Add(new Episode(mail.Shopper, at, Mail: trace));
        }

        MailAsOracle(day, wandering);
        for (int index = 0; index < plans.Count; index++)
        {
            VisitPlan plan = plans[index];
            VisitTrace trace = reactions.Visit(plan, slots[index], Results.Actual[plan.Shopper], options.NoEffect);
            Behaviour.Results.Count(Results.Actual[plan.Shopper], trace);
            Settle(trace.Order, plan, Results.Actual[plan.Shopper], isActual: true);
            episodes.Add(new Episode(plan.Shopper, plan.Start, Visit: trace));
            LiveElsewhere(plan);
        }

        AddSignInsAndAfterSales(episodes, day);
        return episodes;
    }

    // The same visit in the world without treatments, and in the oracle's.
    private void LiveElsewhere(VisitPlan plan)
    {
        Account alone = Results.Alone[plan.Shopper];
        Settle(reactions.Visit(plan, [], alone, isBlind: true).Order, plan, alone, isActual: false);

        Account best = Results.Best[plan.Shopper];
        SlotView home = oracle.Fill(plan, "home", HomeCount, [], best);
        SlotView product = oracle.Fill(plan, "product", ProductCount, home.Products, best);
        VisitTrace trace = reactions.Visit(plan, [home, product], best, options.NoEffect);
        Behaviour.Results.Count(best, trace);
        Settle(trace.Order, plan, best, isActual: false);
    }

    private void MailAsOracle(int day, int[]? wandering)
    {
        foreach (Shopper shopper in World.Shoppers)
        {
            Account account = Results.Best[shopper.Index];
            int taste = wandering?[shopper.Index] ?? shopper.Index;
            if (oracle.Write(shopper, day, taste, account) is Mail mail)
            {
                Settle(reactions.Read(mail, taste, TimeSpan.Zero, account, options.NoEffect), wandering, account, isActual: false);
            }
        }
    }

    private void Settle(MailTrace trace, int[]? wandering, Account account, bool isActual)
    {
        account.Opens += trace.IsOpened ? 1 : 0;
        account.MailClicks += trace.ClickedProduct is null ? 0 : 1;
        account.HasUnsubscribed |= trace.Unsubscribes;
        Settle(trace.Order, trace.Mail.Shopper, wandering?[trace.Mail.Shopper] ?? trace.Mail.Shopper, trace.Mail.Day, account, isActual);
    }

    private void Settle(PlacedOrder? order, VisitPlan plan, Account account, bool isActual)
        => Settle(order, plan.Shopper, plan.Taste, plan.Day, account, isActual);

    private void Settle(PlacedOrder? order, int shopper, int taste, int day, Account account, bool isActual)
    {
        if (order is null)
        {
            return;
        }

        bool counts = day >= options.HistoryDays;
        account.Book(order, World.Catalogue, counts);
        foreach (AfterSale after in reactions.AfterSalesOf(order, shopper, taste, day))
        {
            // What comes back after the last day is beyond this report, in every world alike.
            if (after.Day >= options.AllDays)
            {
                continue;
            }

            if (isActual)
            {
                afterSales[after.Day].Add(after);
            }

            if (counts && after.Rating == 0)
            {
                account.Refund(after);
            }
        }
    }

    private void AddSignInsAndAfterSales(List<Episode> episodes, int day)
    {
        foreach (Shopper shopper in World.Shoppers)
        {
            if (shopper.SignInDay == day)
            {
                // Before anything else of that day: the sign-in opens it.
                episodes.Add(new Episode(shopper.Index, TimeSpan.FromMinutes(1), SignsIn: true));
            }
        }

        foreach (AfterSale after in afterSales[day])
        {
            episodes.Add(new Episode(after.Shopper, TimeSpan.FromHours(9) + TimeSpan.FromSeconds(after.Line.Product), AfterSale: after));
        }
    }

    private void Write(List<Episode> episodes, int day)
    {
        foreach (Episode episode in episodes.OrderBy(episode => episode.Shopper).ThenBy(episode => episode.At))
        {
            Shopper shopper = World.Shoppers[episode.Shopper];
            EventWriter writer = writers[episode.Shopper % writers.Length];
            writer.Begin(shopper, day, episode.At, episode.Name);
            if (episode.SignsIn)
            {
                writer.Identify(shopper.ConsentsToEmail);
            }
            else if (episode.Visit is VisitTrace visit)
            {
                writer.Visit(visit);
            }
            else if (episode.Mail is MailTrace mail)
            {
                writer.Mail(mail);
            }
            else if (episode.AfterSale is AfterSale after)
            {
                writer.AfterSale(after);
            }
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        BatchVerdict[][] verdicts = await Task.WhenAll(shards.Select(shard => SendShardAsync(shard, cancellationToken)));
        foreach (BatchVerdict verdict in verdicts.SelectMany(list => list))
        {
            Results.Note(verdict);
        }
    }

    private async Task<BatchVerdict[]> SendShardAsync(BatchWriter shard, CancellationToken cancellationToken)
    {
        List<BatchVerdict> verdicts = [];
        foreach (byte[] body in shard.Take())
        {
            verdicts.Add(await server.SendBatchAsync(body, cancellationToken));
        }

        return [.. verdicts];
    }

    private async Task<List<Mail>> ReadMailsAsync(int day, CancellationToken cancellationToken)
    {
        List<Mail> mails = [];
        while (true)
        {
            MailPage page = await server.ReadOutboxAsync(mailCursor, day, cancellationToken);
            mails.AddRange(page.Mails.Where(mail => mail.Shopper < World.Shoppers.Length));
            if (page.Next <= mailCursor)
            {
                return [.. mails.OrderBy(mail => mail.Shopper).ThenBy(mail => mail.Placement, StringComparer.Ordinal)];
            }

            mailCursor = page.Next;
        }
    }

    private async Task<SlotView[][]> AskSlotsAsync(List<VisitPlan> plans, CancellationToken cancellationToken)
    {
        SlotView[][] answers = new SlotView[plans.Count][];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, plans.Count),
            new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = cancellationToken },
            async (index, token) => answers[index] = await AskVisitAsync(plans[index], token));
        foreach ((VisitPlan plan, SlotView[] views) in plans.Zip(answers))
        {
            Results.Note(plan.Shopper, views);
        }

        return answers;
    }

    private async Task<SlotView[]> AskVisitAsync(VisitPlan plan, CancellationToken cancellationToken)
    {
        Shopper shopper = World.Shoppers[plan.Shopper];
        string name = string.Create(CultureInfo.InvariantCulture, $"{options.Seed}-{plan.Day}-{plan.Shopper}-{plan.Number}");
        string? user = shopper.IsSignedIn(plan.Day) ? shopper.UserId : null;
        SlotView home = await server.AskSlotAsync(new SlotQuestion("home", user, shopper.AnonymousId, HomeCount, null, name + "-home"), cancellationToken);
        string first = World.Catalogue.Products[plan.Browsed[0].Product].Id;
        SlotView product = await server.AskSlotAsync(new SlotQuestion("product", user, shopper.AnonymousId, ProductCount, first, name + "-product"), cancellationToken);
        return [home, product];
    }

    // Which arm each customer is in, asked once for everybody, visitors or not: so that who visits cannot bend the comparison.
    private async Task AskArmsAsync(int day, CancellationToken cancellationToken)
    {
        string?[] arms = new string?[World.Shoppers.Length];
        await Parallel.ForEachAsync(
            World.Shoppers,
            new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = cancellationToken },
            async (shopper, token) =>
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"{options.Seed}-arm-{shopper.Index}");
                SlotQuestion question = new("home", shopper.IsSignedIn(day - 1) ? shopper.UserId : null, shopper.AnonymousId, 1, null, name);
                arms[shopper.Index] = (await server.AskSlotAsync(question, token)).Arm;
            });
        Results.SetArms(arms);
    }

    private void Note(TurnNumbers? turn)
    {
        if (turn is not null)
        {
            Results.Turns.Add(turn);
        }
    }

    private DateTimeOffset MidnightOf(int day) => firstMidnight.AddDays(day);

    private sealed record Episode(
        int Shopper, TimeSpan At, bool SignsIn = false, VisitTrace? Visit = null, MailTrace? Mail = null, AfterSale? AfterSale = null)
    {
        // Prefix of messageIds: unique among a customer's stretches of one day.
        public string Name => SignsIn ? "i"
            : Visit is not null ? string.Create(CultureInfo.InvariantCulture, $"v{Visit.Plan.Number}-")
            : Mail is not null ? $"m{Mail.Mail.Placement}-"
            : string.Create(CultureInfo.InvariantCulture, $"r{AfterSale!.OrderId}-{AfterSale.Line.Product}-"); // one of the four is there
    }
}
