using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Feedback.Retraining;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MarketLoop.Tests.Feedback;

public sealed class RetrainingTriggerTests : IAsyncDisposable
{
    private readonly MemoryEventLog log = new();
    private readonly MemoryModels models = new();
    private readonly FakeTimeProvider clock = new(Make.Day0);
    private readonly RetrainingTrigger trigger;
    private int messages;

    public RetrainingTriggerTests() =>
        trigger = new RetrainingTrigger(log, models, Options.Create(new RetrainingOptions { FirstAt = 100, NewAtLeast = 20 }), clock, NullLogger<RetrainingTrigger>.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_training_waits_for_enough_interactions()
    {
        await HappenAsync(99, 0);
        bool tooFew = await trigger.IsDueAsync(Token);
        await HappenAsync(1, 0);

        Assert.False(tooFew);
        Assert.True(await trigger.IsDueAsync(Token));
    }

    [Fact]
    public async Task New_data_of_the_given_share_calls_for_the_next_training()
    {
        await HappenAsync(200, 0);
        Train(200, 0);
        Assert.False(await trigger.IsDueAsync(Token));

        await HappenAsync(39, 0.1);
        bool tooFew = await trigger.IsDueAsync(Token);
        await HappenAsync(1, 0.1);

        Assert.False(tooFew);
        Assert.True(await trigger.IsDueAsync(Token));
    }

    [Fact]
    public async Task Little_new_data_calls_for_training_once_the_old_is_a_week_old()
    {
        await HappenAsync(200, 0);
        Train(200, 0.001);
        await HappenAsync(1, 6);
        bool young = await trigger.IsDueAsync(Token);

        await HappenAsync(1, 7.1);

        Assert.False(young);
        Assert.True(await trigger.IsDueAsync(Token));
    }

    [Fact]
    public async Task History_that_never_grows_is_not_trained_on_again_however_long_ago_it_was()
    {
        await HappenAsync(500, -4000);
        Train(500, -3999);

        clock.Advance(TimeSpan.FromDays(3650));

        Assert.False(await trigger.IsDueAsync(Token));
    }

    [Fact]
    public async Task After_a_start_it_rests_even_when_the_training_failed()
    {
        await HappenAsync(100, 0);
        bool due = await trigger.IsDueAsync(Token);
        trigger.NoteStarted();

        clock.Advance(TimeSpan.FromMinutes(59));
        bool resting = await trigger.IsDueAsync(Token);
        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.True(due);
        Assert.False(resting);
        Assert.True(await trigger.IsDueAsync(Token));
    }

    public ValueTask DisposeAsync() => log.DisposeAsync();

    private async Task HappenAsync(int count, double day) => await log.AppendAsync(
        [.. Enumerable.Range(0, count).Select(_ => Make.Act(InteractionKind.ProductViewed, Make.Customer(1), "m" + messages++, Make.Day0.AddDays(day)))], Token);

    private void Train(long interactions, double until) => models.Active = new ModelManifest
    {
        Version = new ModelVersion(1),
        DataFrom = Make.Day0.AddDays(-5000),
        DataUntil = Make.Day0.AddDays(until),
        Interactions = interactions,
        Seed = 1,
        Models = [],
        Files = new Dictionary<string, string>(StringComparer.Ordinal),
    };
}
