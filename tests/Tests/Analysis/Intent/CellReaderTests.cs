using MarketLoop.Analysis.Intent;
using Xunit;

namespace MarketLoop.Tests.Analysis.Intent;

public sealed class CellReaderTests
{
    [Theory]
    [InlineData("12", 12)]
    [InlineData("-1.5e3", -1500)]
    [InlineData("1,234.50", 1234.5)]
    [InlineData("$ 12", 12)]
    [InlineData("-€3.20", -3.2)]
    [InlineData("12 %", 12)]
    [InlineData("(3.5)", -3.5)]
    [InlineData("36 months", 36)]
    [InlineData("10+", 10)]
    [InlineData("1'000", 1000)]
    public void Numbers_are_read_as_people_write_them(string text, double expected) => Assert.Equal(expected, CellReader.For([text]).Number(text), 9);

    [Theory]
    [InlineData("12-34")]
    [InlineData("A12")]
    [InlineData("Infinity")]
    [InlineData("tea")]
    [InlineData("2011-11-01")]
    public void What_is_no_number_is_none(string text) => Assert.Equal(double.NaN, CellReader.For([text]).Number(text));

    [Fact]
    public void The_whole_column_says_what_its_commas_mean()
    {
        CellReader decimals = CellReader.For(["1.234,5", "3,25", "7"]);
        CellReader thousands = CellReader.For(["1,234", "12,345,678", "7.5"]);

        Assert.Equal(1234.5, decimals.Number("1.234,5"), 9);
        Assert.Equal(3.25, decimals.Number("3,25"), 9);
        Assert.Equal(12_345_678, thousands.Number("12,345,678"), 9);
    }

    [Theory]
    [InlineData("2011-11-01")]
    [InlineData("2011-11-01T00:00:00Z")]
    [InlineData("11/1/2011")]
    [InlineData("01.11.2011")]
    [InlineData("1 Nov 2011 00:00")]
    public void Moments_are_read_in_the_usual_forms(string text) => Assert.Equal(new DateTime(2011, 11, 1, 0, 0, 0, DateTimeKind.Utc), CellReader.Moment(text));

    [Fact]
    public void Units_that_differ_make_no_column_of_numbers()
    {
        SourceColumn column = SourceColumn.Read("amount", ["12 kg", "3 boxes", "4 bags", "5 kg"]);

        Assert.All(column.WordNumbers, number => Assert.Equal(double.NaN, number));
    }
}
