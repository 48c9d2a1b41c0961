using System.Buffers;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;
using Xunit;
using static MarketLoop.Tests.Data.StorageFolder;

namespace MarketLoop.Tests.Data;

public sealed class PersonalPartTests
{
    [Fact]
    public void Texts_added_later_come_back_and_what_was_written_before_reads_as_without_them()
    {
        Interaction plain = View("m", "ann", "b") with { PropertiesJson = """{"a":1}""" };
        Interaction grouped = plain with { GroupId = "club" };
        Interaction whole = plain with { PreviousId = "old", GroupId = "club", Coupon = "TEN" };

        Assert.Equal(plain with { Lines = [] }, Restore(Write(plain)));
        Assert.Equal(grouped with { Lines = [] }, Restore(Write(grouped)));
        Assert.Equal(whole with { Lines = [] }, Restore(Write(whole)));
        Assert.True(Write(plain).AsSpan().SequenceEqual(Write(whole).AsSpan(0, Write(plain).Length)), "new texts go last");
        Assert.Equal("old".Length + "club".Length + "TEN".Length + 3, Write(whole).Length - Write(plain).Length);
    }

    private static byte[] Write(Interaction interaction)
    {
        ArrayBufferWriter<byte> target = new();
        PersonalPart.Write(target, interaction);
        return target.WrittenSpan.ToArray();
    }

    private static Interaction Restore(byte[] personal) => PersonalPart.Restore(View("", null, "open") with { Lines = [] }, personal);
}
