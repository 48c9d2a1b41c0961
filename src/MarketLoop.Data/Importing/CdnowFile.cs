using System.Globalization;
using MarketLoop.Data.Intake;

namespace MarketLoop.Data.Importing;

/// <summary>One line of a purchase log: who, when, how many pieces, how much money.</summary>
/// <param name="Customer">Id of the customer as it stands in the file.</param>
/// <param name="Day">The day.</param>
/// <param name="Pieces">Pieces bought, at least 0.</param>
/// <param name="Amount">Money paid, at least 0.</param>
public readonly record struct DatedPurchase(string Customer, DateOnly Day, int Pieces, decimal Amount);

/// <summary>
/// The CDNOW files of Fader and Hardie: a line each purchase, <c>id date pieces amount</c>, or <c>id sample-id date pieces amount</c> as in the sample;
/// dates as yyyymmdd, columns parted by blanks, tabs or commas, with or without a line of names above.
/// </summary>
public static class CdnowFile
{
    /// <summary>Its name on the command line.</summary>
    public const string FormatName = "cdnow";

    private const int Columns = 4;
    private static readonly char[] Separators = [' ', '\t', ',', ';'];
    private static readonly string[] DateForms = ["yyyyMMdd", "yyyy-MM-dd"];

    /// <summary>Reads all purchases in their order. O(n).</summary>
    /// <param name="file">The content, plain or gzipped. Stays open.</param>
    /// <param name="cancellationToken">Stops between two lines.</param>
    /// <exception cref="ImportFormatException">A line is not understood (its number is told), there is none, or the compression is damaged.</exception>
    public static async Task<IReadOnlyList<DatedPurchase>> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        List<DatedPurchase> purchases = [];
        Dictionary<string, string> ids = new(StringComparer.Ordinal);
        using StreamReader reader = new(await PlainContent.OpenAsync(file, cancellationToken));
        long number = 0;
        bool mayBeNames = true;
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                string[] fields = line.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length == 0 || (mayBeNames && IsNames(fields)))
                {
                    mayBeNames &= fields.Length == 0;
                    continue;
                }

                mayBeNames = false;
                DatedPurchase purchase = Read(fields, number);
                if (!ids.TryGetValue(purchase.Customer, out string? same))
                {
                    ids.Add(purchase.Customer, same = purchase.Customer);
                }

                purchases.Add(purchase with { Customer = same });
            }
        }
        catch (InvalidDataException damaged)
        {
            throw new ImportFormatException($"After line {number} the compressed file is damaged: {damaged.Message}");
        }

        return purchases.Count > 0 ? purchases : throw new ImportFormatException("There is no purchase in the file.");
    }

    // Names have letters where a purchase has its amount.
    private static bool IsNames(string[] fields) => !char.IsAsciiDigit(fields[^1][^1]) && fields.Any(field => field.Any(char.IsLetter));

    private static DatedPurchase Read(string[] fields, long line)
    {
        if (fields.Length is not (Columns or Columns + 1))
        {
            throw new ImportFormatException($"Line {line} has {fields.Length} columns: id date pieces amount are needed, or id sample-id date pieces amount.");
        }

        string[] last = fields[^3..];
        if (!DateOnly.TryParseExact(last[0], DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            throw new ImportFormatException($"Line {line}: '{last[0]}' is no date like 19970101.");
        }

        if (!int.TryParse(last[1], NumberStyles.None, CultureInfo.InvariantCulture, out int pieces))
        {
            throw new ImportFormatException($"Line {line}: '{last[1]}' is no number of pieces.");
        }

        return decimal.TryParse(last[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount) && amount < WrittenAmount.Limit
            ? new DatedPurchase(fields[0], day, pieces, amount)
            : throw new ImportFormatException($"Line {line}: '{last[2]}' is no amount like 29.33.");
    }
}
