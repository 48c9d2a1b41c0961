using System.Net;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Pulse;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static MarketLoop.Tests.Data.StorageContractTests;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

/// <summary>The log says when it is ill, soon enough, and its signs of life are no shop data.</summary>
public sealed class StoragePulseTests : IDisposable
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private readonly StorageFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_beat_goes_through_the_whole_log_and_is_counted_nowhere()
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("m", "ann")], Cancelled);
        LogPulse pulse = new(shop, folder.Clock, TimeSpan.FromSeconds(75));

        await pulse.BeatAsync(Cancelled);
        await pulse.BeatAsync(Cancelled);

        LogStatus status = await shop.Log.GetStatusAsync(Cancelled);
        Assert.Equal((true, null), (pulse.State.IsHealthy, pulse.State.Trouble));
        Assert.Equal((1, 1, 5), (status.Events, status.Records.Values.Sum(), status.Records.Count));
        Assert.Single(await ReadAllAsync(shop.Log, LogRange.Everything));
        Assert.Empty((await shop.Upkeep.VerifyAsync(Cancelled)).Findings);
    }

    [Fact]
    public async Task A_disk_that_refuses_turns_health_red_and_the_alert_leaves_within_two_minutes_signed_and_once()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 24);
        await using EmbeddedShop shop = await folder.OpenAsync(Path.Combine(disk.Path, "shop"));
        LogPulse pulse = new(shop, folder.Clock, TimeSpan.FromSeconds(75));
        List<HttpRequestMessage> calls = [];
        List<string> bodies = [];
        HttpStatusCode answer = HttpStatusCode.ServiceUnavailable;
        using HttpClient http = new(new Recorder(async request =>
        {
            calls.Add(request);
            bodies.Add(await request.Content!.ReadAsStringAsync(Cancelled)); // an alert always has a body
            return new HttpResponseMessage(answer);
        }));
        PulseWatch watch = new(pulse, new AlertOptions { WebhookUrl = "https://owner.example/hook", WebhookSecret = Secret, MailTo = "owner@example.org" }, shop.Folder.Outbox, http, folder.Clock, NullLogger.Instance);
        await pulse.BeatAsync(Cancelled);
        await watch.LookAsync(Cancelled);
        disk.Fill();
        MarketLoopException refused = await FailToAppendAsync(shop);
        int seconds = 0;
        while (calls.Count == 0 && seconds < 120)
        {
            folder.Clock.Advance(PulseWatch.Cadence);
            seconds += (int)PulseWatch.Cadence.TotalSeconds;
            await pulse.BeatAsync(Cancelled);
            await watch.LookAsync(Cancelled);
        }

        Assert.True(refused.IsTransient); // over HTTP: 503, and never a 2xx
        Assert.InRange(seconds, 75, 120);
        Assert.False(pulse.State.IsHealthy);
        Assert.NotNull(pulse.State.Trouble);
        answer = HttpStatusCode.OK;
        await watch.LookAsync(Cancelled); // the same message again, because the first try was refused
        await watch.LookAsync(Cancelled);
        Assert.Equal(2, calls.Count);
        Assert.Equal(bodies[0], bodies[1]);
        string id = calls[0].Headers.GetValues("webhook-id").Single();
        Assert.Equal(id, calls[1].Headers.GetValues("webhook-id").Single());
        long at = long.Parse(calls[0].Headers.GetValues("webhook-timestamp").Single(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(PulseWatch.Sign(Secret, id, at, bodies[0]), calls[0].Headers.GetValues("webhook-signature").Single());
        Assert.Contains("log.stalled", bodies[0], StringComparison.Ordinal);

        disk.Free();
        await pulse.BeatAsync(Cancelled);
        await watch.LookAsync(Cancelled);
        Assert.True(pulse.State.IsHealthy);
        Assert.Contains("log.recovered", bodies[^1], StringComparison.Ordinal);
        Assert.Contains("To: <owner@example.org>", await File.ReadAllTextAsync(Directory.EnumerateFiles(shop.Folder.Outbox, "alert-*recovered.eml").Single(), Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_loses_nothing_acknowledged_and_the_log_goes_on_when_there_is_room()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 24);
        string path = Path.Combine(disk.Path, "shop");
        List<string> acknowledged = [];
        await using (EmbeddedShop shop = await folder.OpenAsync(path))
        {
            disk.Fill();
            for (int i = 0, refusals = 0; refusals < 3; i++)
            {
                try
                {
                    await shop.Log.AppendAsync([View("full" + i, "ann", minute: i) with { PropertiesJson = $"\"{new string('x', 3_000)}\"" }], Cancelled);
                    acknowledged.Add("full" + i);
                }
                catch (MarketLoopException refused)
                {
                    Assert.True(refused.IsTransient);
                    refusals++;
                }
            }

            disk.Free();
            await shop.Log.AppendAsync([View("after", "ann", minute: 9_999)], Cancelled);
            acknowledged.Add("after");
        }

        await using EmbeddedShop again = await folder.OpenAsync(path);
        Assert.Equal(acknowledged, (await ReadAllAsync(again.Log, LogRange.Everything)).Select(interaction => interaction.MessageId));
        Assert.All((await again.Upkeep.VerifyAsync(Cancelled)).Findings, finding => Assert.StartsWith("journal: ", finding, StringComparison.Ordinal)); // at most the torn write that nobody was told of
    }

    [Fact]
    public async Task A_clock_that_jumps_back_neither_stalls_the_pulse_nor_loses_an_event()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider late = new(Start.AddYears(1));
        await using EmbeddedShop shop = await EmbeddedShop.OpenAsync(folder.Path, late, NullLoggerFactory.Instance, Cancelled);
        LogPulse pulse = new(shop, new BackwardClock(), TimeSpan.FromSeconds(75));

        for (int i = 0; i < 5; i++)
        {
            await pulse.BeatAsync(Cancelled); // each at an earlier wall-clock time than the one before
            await shop.Log.AppendAsync([View("m" + i, "ann", minute: -i)], Cancelled);
        }

        Assert.Equal((true, null), (pulse.State.IsHealthy, pulse.State.Trouble));
        Assert.Equal(5, (await shop.Log.GetStatusAsync(Cancelled)).Events);
    }

    [Fact]
    public void The_signature_is_that_of_standard_webhooks() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        PulseWatch.Sign(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""));

    [Fact]
    public Task Six_idle_hours_grow_by_no_more_than_the_write_ahead_logs_that_fill_once() => IdleAsync(TimeSpan.FromHours(6), most: 5_000_000);

    [Fact]
    [Trait("Kind", "Slow")]
    public Task Seven_idle_days_grow_by_less_than_ten_megabytes() => IdleAsync(TimeSpan.FromDays(7), most: 10_000_000);

    private async Task IdleAsync(TimeSpan length, long most)
    {
        await using EmbeddedShop shop = await folder.OpenAsync();
        await shop.Log.AppendAsync([View("m", "ann")], Cancelled);
        LogPulse pulse = new(shop, folder.Clock, TimeSpan.FromSeconds(75));
        await shop.CheckpointAsync(Cancelled);
        long before = shop.Folder.MeasureBytes();

        int beats = (int)(length / LogPulse.Period);
        for (int i = 0; i < beats; i++)
        {
            folder.Clock.Advance(LogPulse.Period); // the loader's own ticks run by this clock, too
            await pulse.BeatAsync(Cancelled);
        }

        Assert.True(pulse.State.IsHealthy);
        Assert.InRange(shop.Folder.MeasureBytes() - before, 0, most);
    }

    private static async Task<MarketLoopException> FailToAppendAsync(EmbeddedShop shop) =>
        await Assert.ThrowsAsync<MarketLoopException>(async () => await shop.Log.AppendAsync([View("lost", "ann") with { PropertiesJson = $"\"{new string('x', 20_000)}\"" }], Cancelled));

    private sealed class BackwardClock : TimeProvider
    {
        private DateTimeOffset now = Start;

        public override DateTimeOffset GetUtcNow() => now -= TimeSpan.FromHours(1);
    }

    private sealed class Recorder(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request);
    }
}
