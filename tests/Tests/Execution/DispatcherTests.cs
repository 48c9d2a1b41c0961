using MarketLoop.Domain;
using MarketLoop.Execution.Dispatch;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Execution;

public sealed class DispatcherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_step_a_crash_comes_at_each_mail_is_written_once_and_noted_once()
    {
        // given the number of steps of a run in which nothing dies
        Treatment[] treatments = MakeTreatments();
        int steps = await CountStepsAsync(treatments);
        Assert.True(steps > 15);

        for (int crashAt = 1; crashAt <= steps; crashAt++)
        {
            using ExecutionRoom room = MakeRoom();

            // when the process dies at that step, and the next one decides the same and runs to the end
            await Assert.ThrowsAsync<SimulatedCrashException>(() => room.Start(new CrashPlan(crashAt)).DeliverAsync(treatments, LoopMode.Running, Token));
            LeaveHalfWritten(room);
            Dispatcher restarted = room.Start();
            await restarted.DeliverAsync(treatments, LoopMode.Running, Token);

            // then
            AssertExactlyOnce(room, crashAt);
        }
    }

    [Fact]
    public async Task Two_crashes_in_a_row_change_nothing()
    {
        Treatment[] treatments = MakeTreatments();
        int steps = await CountStepsAsync(treatments);

        for (int first = 1; first <= steps; first += 2)
        {
            for (int second = 1; second <= steps; second += 3)
            {
                using ExecutionRoom room = MakeRoom();
                await Assert.ThrowsAsync<SimulatedCrashException>(() => room.Start(new CrashPlan(first)).DeliverAsync(treatments, LoopMode.Running, Token));
                try
                {
                    await room.Start(new CrashPlan(second)).DeliverAsync(treatments, LoopMode.Running, Token);
                }
                catch (SimulatedCrashException)
                {
                    LeaveHalfWritten(room);
                }

                await room.Start().DeliverAsync(treatments, LoopMode.Running, Token);

                AssertExactlyOnce(room, first);
            }
        }
    }

    [Fact]
    public async Task A_mail_that_was_written_before_the_crash_is_only_noted_even_when_the_loop_is_stopped()
    {
        Treatment mail = Make.Mail("m1", Make.Customer(1));
        using ExecutionRoom crashed = MakeRoom();
        int step = await StepAfterMailAsync(mail);
        await Assert.ThrowsAsync<SimulatedCrashException>(() => crashed.Start(new CrashPlan(step)).DeliverAsync([mail], LoopMode.Running, Token));
        Assert.Single(crashed.Mails);
        Assert.Empty(crashed.Log.All<Delivery>());

        await crashed.Start().ReconcileAsync(_ => ValueTask.FromResult(LoopMode.Stopped), Make.Day0, Token);

        Assert.Equal(DeliveryStatus.Sent, Assert.Single(crashed.Log.All<Delivery>()).Status);
        Assert.Single(crashed.Mails);
    }

    [Fact]
    public async Task Observing_writes_drafts_and_pressing_start_sends_what_is_decided_then()
    {
        using ExecutionRoom room = MakeRoom();
        Treatment[] treatments = MakeTreatments();
        Dispatcher dispatcher = room.Start();

        IReadOnlyList<Delivery> drafts = await dispatcher.DeliverAsync(treatments, LoopMode.Observe, Token);
        int mailsBefore = room.Mails.Count;
        await dispatcher.DeliverAsync(treatments, LoopMode.Running, Token);

        Assert.All(drafts, d => Assert.Equal(DeliveryStatus.Drafted, d.Status));
        Assert.Equal(treatments.Length, drafts.Count);
        Assert.Equal(0, mailsBefore);
        Assert.Equal(2, room.Mails.Count);
    }

    [Fact]
    public async Task A_stopped_loop_does_nothing_and_a_stop_takes_effect_between_two_mails()
    {
        using ExecutionRoom room = MakeRoom();
        Treatment[] treatments = [.. Enumerable.Range(1, 5).Select(i => Make.Mail("m" + i, Make.Customer(i)))];
        Array.ForEach(treatments, t => room.Profiles.Add(t.Customer));
        Dispatcher dispatcher = room.Start();

        await dispatcher.DeliverAsync(treatments, LoopMode.Stopped, Token);
        Assert.Empty(room.Log.All<Treatment>());

        await dispatcher.DeliverAsync(treatments, _ => ValueTask.FromResult(room.Mails.Count < 2 ? LoopMode.Running : LoopMode.Stopped), Make.Day0, Token);
        Assert.Equal(2, room.Mails.Count);
        Assert.Equal(2, room.Log.All<Delivery>().Count);
    }

    [Fact]
    public async Task The_treatment_is_in_the_log_before_its_mail_is_in_the_outbox()
    {
        using ExecutionRoom room = MakeRoom();
        Treatment mail = Make.Mail("m1", Make.Customer(1));
        bool wasThere = false;

        await room.Start().DeliverAsync([mail], _ =>
        {
            wasThere |= room.Log.All<Treatment>().Count == 1 && room.Mails.Count == 0;
            return ValueTask.FromResult(LoopMode.Running);
        }, Make.Day0, Token);

        Assert.True(wasThere);
        Assert.Single(room.Mails);
    }

    [Fact]
    public async Task Consent_cap_and_expiry_are_asked_again_at_hand_over_in_both_arms()
    {
        using ExecutionRoom room = MakeRoom();
        room.Cap.MaximumMessages = 1;
        CustomerId withdrew = Make.Customer(50), capped = Make.Customer(51), heldBack = Make.Customer(52);
        room.Profiles.Add(withdrew, consent: false).Add(capped).Add(heldBack);

        IReadOnlyList<Delivery> deliveries = await room.Start().DeliverAsync(
        [
            Make.Mail("a", withdrew),
            Make.Mail("b", Make.Customer(1), at: Make.Day0.AddDays(-3)),
            Make.Mail("c", capped),
            Make.Mail("d", capped),
            Make.Mail("e", heldBack, Arm.Control),
            Make.Mail("f", heldBack, Arm.Control),
        ], LoopMode.Running, Token);

        Assert.Equal(
            [(DeliveryStatus.Refused, "NoConsent"), (DeliveryStatus.Expired, "Expired"), (DeliveryStatus.Sent, null), (DeliveryStatus.Refused, "OverFrequencyCap"), (DeliveryStatus.Withheld, null), (DeliveryStatus.Refused, "OverFrequencyCap")],
            deliveries.Select(d => (d.Status, d.Detail)));
        Assert.Single(room.Mails);
    }

    [Fact]
    public async Task Sixteen_workers_together_never_exceed_the_cap()
    {
        using ExecutionRoom room = MakeRoom();
        room.Cap.MaximumMessages = 2;
        CustomerId[] customers = [.. Enumerable.Range(0, 10).Select(Make.Customer)];
        Array.ForEach(customers, c => room.Profiles.Add(c));
        Dispatcher dispatcher = room.Start();

        await Parallel.ForEachAsync(Enumerable.Range(0, 16), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (worker, token) =>
            await dispatcher.DeliverAsync([.. customers.Select(c => Make.Mail($"{c.Value}w{worker}", c))], LoopMode.Running, token));

        Assert.All(customers, c => Assert.Equal(2, room.Log.All<Delivery>().Count(d => d.Customer == c && d.Status == DeliveryStatus.Sent)));
        Assert.Equal(20, room.Mails.Count);
    }

    [Fact]
    public async Task The_cap_is_a_sliding_window_and_survives_a_restart()
    {
        using ExecutionRoom room = MakeRoom();
        room.Cap.MaximumMessages = 1;
        CustomerId customer = Make.Customer(1);
        await room.Start().DeliverAsync([Make.Mail("a", customer)], LoopMode.Running, Token);

        room.Clock.Advance(TimeSpan.FromDays(6.9));
        IReadOnlyList<Delivery> tooSoon = await room.Start().DeliverAsync([Make.Mail("b", customer, at: room.Clock.GetUtcNow())], LoopMode.Running, Token);
        room.Clock.Advance(TimeSpan.FromDays(0.2));
        IReadOnlyList<Delivery> later = await room.Start().DeliverAsync([Make.Mail("c", customer, at: room.Clock.GetUtcNow())], LoopMode.Running, Token);

        Assert.Equal(DeliveryStatus.Refused, Assert.Single(tooSoon).Status);
        Assert.Equal(DeliveryStatus.Sent, Assert.Single(later).Status);
    }

    [Fact]
    public async Task An_outbox_that_cannot_be_written_fails_the_delivery_and_the_next_turn_tries_again()
    {
        using ExecutionRoom room = MakeRoom();
        Treatment mail = Make.Mail("m1", Make.Customer(1));
        Dispatcher dispatcher = room.Start();
        string blocker = Path.Combine(room.Folder, "0000000001-m1.json.tmp");
        Directory.CreateDirectory(blocker);

        IReadOnlyList<Delivery> failed = await dispatcher.DeliverAsync([mail], LoopMode.Running, Token);
        Directory.Delete(blocker);
        IReadOnlyList<Delivery> mended = await dispatcher.DeliverAsync([], LoopMode.Running, Token);

        Assert.Equal(DeliveryStatus.Failed, Assert.Single(failed).Status);
        Assert.Equal(DeliveryStatus.Sent, Assert.Single(mended).Status);
        Assert.Single(room.Mails);
    }

    private static void AssertExactlyOnce(ExecutionRoom room, int crashAt)
    {
        Assert.True(room.Mails.Count == 2, $"crash at step {crashAt}: {room.Mails.Count} mails");
        Assert.Equal(2, room.Log.All<Delivery>().Count(d => d.Status == DeliveryStatus.Sent));
        Assert.Equal(1, room.Log.All<Delivery>().Count(d => d.Status == DeliveryStatus.Withheld));
        Assert.Equal(3, room.Log.All<Delivery>().Count);
        Assert.Equal(3, room.Log.All<Treatment>().Count);
        Assert.Empty(Directory.EnumerateFiles(room.Folder, "*.tmp"));
    }

    // What a process leaves that dies in the middle of a file, or between a mail's two files.
    private static void LeaveHalfWritten(ExecutionRoom room)
    {
        File.WriteAllText(Path.Combine(room.Folder, "0000000009-m2.eml.tmp"), "Subject: hal");
        File.WriteAllText(Path.Combine(room.Folder, "0000000009-m2.json"), "{");
    }

    private static async Task<int> CountStepsAsync(Treatment[] treatments)
    {
        using ExecutionRoom room = MakeRoom();
        CrashPlan plan = new();
        await room.Start(plan).DeliverAsync(treatments, LoopMode.Running, Token);
        AssertExactlyOnce(room, 0);
        return plan.Steps;
    }

    private static async Task<int> StepAfterMailAsync(Treatment mail)
    {
        for (int step = 1; ; step++)
        {
            using ExecutionRoom room = MakeRoom();
            await Assert.ThrowsAsync<SimulatedCrashException>(() => room.Start(new CrashPlan(step)).DeliverAsync([mail], LoopMode.Running, Token));
            if (room.Mails.Count == 1)
            {
                return step;
            }
        }
    }

    private static Treatment[] MakeTreatments() =>
        [Make.Mail("m1", Make.Customer(1), products: "a"), Make.Mail("m2", Make.Customer(2), Arm.Control, products: "a"), Make.Mail("m3", Make.Customer(3), products: "a")];

    private static ExecutionRoom MakeRoom()
    {
        ExecutionRoom room = new();
        room.Catalog.Add("a");
        room.Profiles.Add(Make.Customer(1)).Add(Make.Customer(2)).Add(Make.Customer(3));
        return room;
    }
}
