using System.Globalization;
using System.Text;
using MarketLoop.Data.Importing;
using MarketLoop.Learning.Numerics;
using Xunit;

namespace MarketLoop.Tests.Analysis.Intent;

/// <summary>Small tables with a known truth.</summary>
internal static class IntentTables
{
    public static Task<TextTable> ReadAsync(string text) =>
        TableFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), progress: null, TestContext.Current.CancellationToken);

    /// <summary>Odd columns around a truth: the label follows "spend" (currency), "city" (a word) and whether "note" is filled in; the rest says nothing.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="shuffle">Seed by which the labels are dealt out anew to the same rows; null leaves them where they belong.</param>
    public static Task<TextTable> OddAsync(int rows, ulong? shuffle = null)
    {
        SeededRandom random = new(11);
        List<(string Row, bool Label)> lines = [];
        for (int i = 0; i < rows; i++)
        {
            double spend = Math.Exp(3 + random.NextGaussian());
            int city = random.NextInt32(4);
            bool isNoted = random.NextDouble() < 0.3;
            double logOdds = (1.5 * (Math.Log(spend) - 3)) + (city == 2 ? 2 : -0.5) + (isNoted ? 1.5 : -0.5);
            string shown = random.NextDouble() < 0.1 ? "N/A" : string.Create(CultureInfo.InvariantCulture, $"\"$ {spend:#,##0.00}\"");
            string row = string.Create(
                CultureInfo.InvariantCulture,
                $"{1000 + i},{shown},\"city {city}, land\",{(isNoted ? $"note {i}" : "")},same,{new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(7 * i):yyyy-MM-dd HH:mm},{random.NextInt32(40)} %,w{random.NextInt32(80)}");
            lines.Add((row, random.NextDouble() < 1 / (1 + Math.Exp(-logOdds))));
        }

        bool[] labels = [.. lines.Select(line => line.Label)];
        if (shuffle is { } seed)
        {
            new SeededRandom(seed).Shuffle(labels.AsSpan());
        }

        IEnumerable<string> rowsOfText = lines.Select((line, i) => $"{line.Row},{(labels[i] ? "yes" : "no")}");
        return ReadAsync("\uFEFFid,spend,city,note,constant,when,rate,word,bought\n" + string.Join('\n', rowsOfText) + "\n");
    }
}
