using MarketLoop.Domain;
using MarketLoop.Execution.Channels.OnSite;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Execution;

public sealed class TreatmentTokenTests
{
    private static readonly TreatmentTokens Tokens = new(Make.Secrets());

    [Fact]
    public void A_slots_token_brings_the_whole_treatment_back()
    {
        Treatment treatment = MakeSlot(10);

        TokenReading reading = Tokens.Verify(Tokens.Sign(treatment), Make.Day0);

        Assert.Equal(TokenState.Valid, reading.State);
        Treatment read = Assert.IsType<Treatment>(reading.Treatment);
        Assert.Equal(treatment.Items, read.Items);
        Assert.Equal(treatment with { Items = [] }, read with { Items = [] });
    }

    [Fact]
    public void A_slots_token_knows_which_places_are_paid()
    {
        Treatment slot = MakeSlot(3);
        Treatment treatment = slot with { Items = [slot.Items[0], slot.Items[1] with { Campaign = new CampaignId("summer-广告") }, slot.Items[2]] };

        TokenReading reading = Tokens.Verify(Tokens.Sign(treatment), Make.Day0);

        Assert.Equal(treatment.Items, reading.Treatment?.Items);
    }

    [Fact]
    public void A_messages_token_names_treatment_and_customer_only_and_its_id_can_be_read_without_the_key()
    {
        Treatment treatment = Make.Mail("mail-1", Make.Customer(1), products: ["a", "b"]);
        string token = Tokens.SignReference(treatment);

        TokenReading reading = Tokens.Verify(token, Make.Day0.AddDays(30));

        Assert.Equal((TokenState.Valid, treatment.Id, treatment.Customer, (Treatment?)null), (reading.State, reading.Id, reading.Customer, reading.Treatment));
        Assert.Equal(treatment.Id, TreatmentId.FromToken(token));
        Assert.InRange(token.Length, 1, 120);
    }

    [Fact]
    public void Every_single_altered_character_is_noticed()
    {
        string token = Tokens.Sign(MakeSlot(3));

        for (int i = 0; i < token.Length; i++)
        {
            char other = token[i] == 'A' ? 'B' : 'A';
            TokenReading reading = Tokens.Verify(token[..i] + other + token[(i + 1)..], Make.Day0);

            Assert.NotEqual(TokenState.Valid, reading.State);
        }
    }

    [Fact]
    public void A_token_of_another_shop_is_forged()
    {
        string token = new TreatmentTokens(Make.Secrets(200)).Sign(MakeSlot(3));

        Assert.Equal(TokenState.Forged, Tokens.Verify(token, Make.Day0).State);
    }

    [Fact]
    public void A_token_ends_with_its_treatment()
    {
        Treatment treatment = MakeSlot(3);
        string token = Tokens.Sign(treatment);

        Assert.Equal(TokenState.Valid, Tokens.Verify(token, treatment.ExpiresAt).State);
        Assert.Equal(TokenState.Expired, Tokens.Verify(token, treatment.ExpiresAt.AddTicks(1)).State);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("s1...")]
    [InlineData("s1.id.body.signature.more")]
    [InlineData("s9.id.body.signature")]
    [InlineData("s1.id.!!!!.????")]
    [InlineData("标记.标记.标记.标记")]
    public void Nonsense_is_no_token(string? text)
    {
        Assert.NotEqual(TokenState.Valid, Tokens.Verify(text, Make.Day0).State);
    }

    [Fact]
    public void A_text_of_any_length_is_refused_without_being_read()
    {
        Assert.Equal(TokenState.Malformed, Tokens.Verify("s1." + new string('A', 10_000_000), Make.Day0).State);
    }

    [Fact]
    public void The_largest_slot_fits_and_long_reasons_are_what_is_spared()
    {
        Treatment large = MakeSlot(50) with
        {
            Items = [.. Enumerable.Range(0, 50).Select(i => new ShownItem(new ProductId($"product-{i:D8}"), i, 0.5, i, new LocalizedText($"because you looked at a thing with a very long name {i}", $"因为您浏览过一件名字非常非常长的商品 {i}")))],
        };

        string token = Tokens.Sign(large);
        Treatment read = Assert.IsType<Treatment>(Tokens.Verify(token, Make.Day0).Treatment);

        Assert.InRange(token.Length, 1, TreatmentTokens.LongestToken);
        Assert.Equal(large.Items.Select(i => (i.Product, i.Propensity)), read.Items.Select(i => (i.Product, i.Propensity)));
    }

    private static Treatment MakeSlot(int items) =>
        Make.Slot("slot-1", CustomerId.Anonymous("浏览器"), Arm.Control, Make.Day0, [.. Enumerable.Range(0, items).Select(i => "p" + i)]) with
        {
            ArmPropensity = 0.3,
            CandidateCount = 30,
            Models = new ModelVersion(4),
            Offer = new Offer("CODE", 0.15, Make.Day0.AddDays(1)),
        };
}
