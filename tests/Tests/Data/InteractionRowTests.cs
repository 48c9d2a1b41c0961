using System.Buffers;
using System.Text;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>The row that an interaction is in the journal gives back what was put in, and says the little that the loader asks of it.</summary>
public sealed class InteractionRowTests
{
    [Fact]
    public void Any_interaction_comes_back_as_it_was()
    {
        Random random = new(11);
        for (int i = 0; i < 5_000; i++)
        {
            Interaction written = Any(random);
            ArrayBufferWriter<byte> target = new();

            InteractionRow.Write(target, written);
            InteractionRow row = new(target.WrittenSpan);

            Assert.True(InteractionRow.IsRow(target.WrittenSpan));
            Assert.Equal(Text(written), Text(row.ToInteraction()));
        }
    }

    [Fact]
    public void Its_customer_is_read_without_making_a_record()
    {
        Random random = new(12);
        char[] scratch = [];
        for (int i = 0; i < 5_000; i++)
        {
            Interaction written = Any(random);

            Assert.Equal(written.Customer.ToString(), LoadedRecord.Of(1, 2, written).CopyCustomer(ref scratch).ToString());
        }
    }

    [Fact]
    public void A_frame_of_an_older_journal_loads_as_the_same_record()
    {
        Interaction written = Any(new Random(13));
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = RecordCodec.MakeWriter(json))
        {
            RecordCodec.Write(writer, written);
        }

        LoadedRecord loaded = LoadedRecord.Of(new JournalFrame(5, 6, RecordKind.Interaction, json.WrittenMemory));

        Assert.Equal(Text(written), Text((Interaction)loaded.Record));
    }

    [Fact]
    public void Lines_are_the_json_that_the_serializer_would_write()
    {
        Random random = new(14);
        for (int i = 0; i < 1_000; i++)
        {
            Interaction written = Any(random);
            ArrayBufferWriter<byte> target = new();

            InteractionRow.Write(target, written);

            string expected = written.Lines.Count == 0 ? "" : JsonSerializer.Serialize(written.Lines, RecordCodec.TypeOf<IReadOnlyList<LineItem>>());
            Assert.Equal(expected, Encoding.UTF8.GetString(new InteractionRow(target.WrittenSpan).Lines));
        }
    }

    [Theory]
    [InlineData(InteractionKind.Identified, "ann", null, true)]
    [InlineData(InteractionKind.Custom, "ann", null, true)]
    [InlineData(InteractionKind.ProductViewed, "ann", "b1", true)]
    [InlineData(InteractionKind.ProductViewed, "ann", null, false)]
    [InlineData(InteractionKind.ProductViewed, null, "b1", false)]
    [InlineData(InteractionKind.OrderCompleted, null, null, true)]
    public void Only_what_keyed_state_needs_is_looked_at(InteractionKind kind, string? user, string? browser, bool isTelling)
    {
        ArrayBufferWriter<byte> target = new();

        InteractionRow.Write(target, StorageFolder.View("m", user, browser) with { Kind = kind });

        Assert.Equal(isTelling, new InteractionRow(target.WrittenSpan).IsTellingOfPeople);
    }

    private static Interaction Any(Random random)
    {
        string? user = random.Next(3) == 0 ? null : Word(random);
        string? browser = user is not null && random.Next(2) == 0 ? null : random.Next(2) == 0 ? Guid(random) : Word(random);
        return new Interaction
        {
            Source = new SourceId(random.Next(4) == 0 ? Guid(random) : Word(random)),
            MessageId = Guid(random),
            Kind = (InteractionKind)random.Next(16),
            Name = Word(random),
            UserId = user,
            AnonymousId = browser,
            Customer = user is null ? CustomerId.Anonymous(browser!) : CustomerId.Known(user), // one of the two is there
            SessionId = random.Next(2) == 0 ? null : Word(random),
            OccurredAt = new DateTimeOffset(random.NextInt64(DateTime.UnixEpoch.Ticks, DateTime.UnixEpoch.AddYears(90).Ticks), TimeSpan.Zero),
            ReceivedAt = new DateTimeOffset(random.NextInt64(DateTime.UnixEpoch.Ticks, DateTime.UnixEpoch.AddYears(90).Ticks), TimeSpan.Zero),
            PreviousId = random.Next(4) == 0 ? Word(random) : null,
            Coupon = random.Next(4) == 0 ? Word(random) : null,
            Lines = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new LineItem(new ProductId(Word(random)), random.Next(1, 100), random.Next(2) == 0 ? null : random.Next(100_000) / 100m, random.Next(2) == 0))],
            OrderId = random.Next(2) == 0 ? null : Word(random),
            Revenue = random.Next(2) == 0 ? null : random.NextInt64(1_000_000_000_000) / 10_000m,
            Currency = random.Next(2) == 0 ? null : "EUR",
            SearchTerm = random.Next(2) == 0 ? null : Word(random),
            TreatmentToken = random.Next(2) == 0 ? null : Word(random),
            PropertiesJson = random.Next(2) == 0 ? null : "{\"name\":\"" + Word(random) + "\"}",
        };
    }

    private static string Word(Random random)
    {
        const string Signs = "abcXYZ 0189-_.@茶杯é😀";
        string[] letters = [.. Signs.EnumerateRunes().Select(rune => rune.ToString())];
        return "w" + string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => letters[random.Next(letters.Length)]));
    }

    private static string Guid(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString("D");
    }

    private static string Text(Interaction interaction) => JsonSerializer.Serialize(interaction);
}
