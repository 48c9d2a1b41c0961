using MarketLoop.Domain;
using MarketLoop.Execution.Channels.OnSite;
using MarketLoop.Execution.Receipts;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MarketLoop.Tests.Execution;

public sealed class OnSiteReceiptsTests : IAsyncDisposable
{
    private readonly MemoryEventLog log = new();
    private readonly TreatmentTokens tokens = new(Make.Secrets());
    private readonly CustomerId customer = Make.Customer(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_seen_slot_becomes_treatment_and_delivery_once()
    {
        Treatment slot = Make.Slot("s", customer, products: ["a", "b"]);
        Interaction view = View(slot, customer, "v1", Make.Day0.AddMinutes(1));
        Interaction click = View(slot, customer, "k1", Make.Day0.AddMinutes(2)) with { Kind = InteractionKind.PromotionClicked };

        ReceiptCounts counts = await ReceiveAsync(view, click);
        await ReceiveAsync(view, click);

        Assert.Equal(new ReceiptCounts(2, 0, 0, 0), counts);
        Assert.Equal(slot.Id, Assert.Single(log.All<Treatment>()).Id);
        Delivery delivery = Assert.Single(log.All<Delivery>());
        Assert.Equal((DeliveryStatus.Shown, Make.Day0.AddMinutes(1)), (delivery.Status, delivery.At));
    }

    [Fact]
    public async Task Altered_expired_and_foreign_tokens_are_counted_and_nothing_is_stored()
    {
        Treatment slot = Make.Slot("s", customer);

        ReceiptCounts counts = await ReceiveAsync(
            View(slot, customer, "1", Make.Day0) with { TreatmentToken = tokens.Sign(slot) + "A" },
            View(slot, customer, "2", Make.Day0) with { TreatmentToken = new TreatmentTokens(Make.Secrets(99)).Sign(slot) },
            View(slot, customer, "3", slot.ExpiresAt.AddHours(1)),
            View(slot, Make.Customer(2), "4", Make.Day0));

        Assert.Equal(new ReceiptCounts(0, 2, 1, 1), counts);
        Assert.Empty(log.All<Treatment>());
        Assert.Empty(log.All<Delivery>());
    }

    [Fact]
    public async Task A_slot_that_was_asked_for_before_the_sign_in_counts_for_the_browsers_owner()
    {
        CustomerId browser = CustomerId.Anonymous("b");
        await log.AppendAsync([Make.Act(InteractionKind.Identified, customer, "i", Make.Day0) with { AnonymousId = "b" }], Token);

        ReceiptCounts counts = await ReceiveAsync(View(Make.Slot("s", browser), customer, "v", Make.Day0));

        Assert.Equal(1, counts.Shown);
    }

    [Fact]
    public async Task A_mails_token_is_no_slot_and_an_event_without_token_is_nothing()
    {
        Treatment mail = Make.Mail("m", customer);

        ReceiptCounts counts = await ReceiveAsync(
            View(mail, customer, "1", Make.Day0) with { TreatmentToken = tokens.SignReference(mail) },
            View(mail, customer, "2", Make.Day0) with { TreatmentToken = null });

        Assert.Equal(new ReceiptCounts(0, 0, 0, 0), counts);
        Assert.Empty(log.All<Delivery>());
    }

    public ValueTask DisposeAsync() => log.DisposeAsync();

    private Task<ReceiptCounts> ReceiveAsync(params Interaction[] interactions) =>
        new OnSiteReceipts(log, tokens, NullLogger<OnSiteReceipts>.Instance).ReceiveAsync(interactions, Token);

    private Interaction View(Treatment slot, CustomerId who, string message, DateTimeOffset at) =>
        Make.Act(InteractionKind.PromotionViewed, who, message, at, token: tokens.Sign(slot));
}
