using System.Globalization;
using MarketLoop.Data.Intake;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>The fast reader of written times agrees with the framework's, wherever it reads at all.</summary>
public sealed class IsoTimeTests
{
    [Theory]
    [InlineData("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.0000000Z")]
    [InlineData("2026-03-01 09:30:00", "2026-03-01T09:30:00.0000000Z")]
    [InlineData("2026-03-01T09:30:00.5Z", "2026-03-01T09:30:00.5000000Z")]
    [InlineData("2026-03-01T09:30:00.123+08:00", "2026-03-01T01:30:00.1230000Z")]
    [InlineData("2026-03-01T09:30:00.1234567-03:30", "2026-03-01T13:00:00.1234567Z")]
    [InlineData("2024-02-29T23:59:59", "2024-02-29T23:59:59.0000000Z")]
    [InlineData("1970-01-01T00:00:00+14:00", "1969-12-31T10:00:00.0000000Z")]
    public void Reads_iso_times_with_and_without_zone(string text, string expected)
    {
        Assert.True(IsoTime.TryParse(text, out DateTimeOffset moment));
        Assert.Equal(expected, moment.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcTicks, moment.UtcTicks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-03-01")]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-01-01T24:00:00Z")]
    [InlineData("2026-01-01T00:60:00Z")]
    [InlineData("2026-01-01T00:00:00.")]
    [InlineData("2026-01-01T00:00:00.12345678Z")]
    [InlineData("2026-01-01T00:00:00+8")]
    [InlineData("2026-01-01T00:00:00+15:00")]
    [InlineData("2026-01-01T00:00:00 GMT")]
    [InlineData("0001-01-01T00:00:00+08:00")]
    [InlineData("２０２６-01-01T00:00:00Z")]
    public void Leaves_everything_else_to_others(string text) => Assert.False(IsoTime.TryParse(text, out _));

    [Fact]
    public void Agrees_with_the_framework_on_any_moment_and_offset()
    {
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            DateTimeOffset moment = new DateTimeOffset(random.NextInt64(DateTime.UnixEpoch.Ticks, DateTime.UnixEpoch.AddYears(200).Ticks), TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(random.Next(-840, 841)));
            string text = moment.ToString(i % 2 == 0 ? "yyyy-MM-ddTHH:mm:ss.fffffffzzz" : "yyyy-MM-dd HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture);

            Assert.True(IsoTime.TryParse(text, out DateTimeOffset read), text);
            Assert.Equal(moment.UtcTicks, read.UtcTicks);
        }
    }
}
