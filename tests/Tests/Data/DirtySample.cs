using System.Globalization;

namespace MarketLoop.Tests.Data;

/// <summary>Rows of a till as dirty as the real ones, made from a seed, with the report they must give counted row by row while they are made.</summary>
internal sealed class DirtySample
{
    private const string Middle = "2011-01-04 11:00:00"; // invoice 75 of 150

    private readonly Random random;
    private readonly List<string[]> rows = [];
    private readonly HashSet<string> seenRows = new(StringComparer.Ordinal);
    private readonly HashSet<string> customers = new(StringComparer.Ordinal);
    private readonly HashSet<string> products = new(StringComparer.Ordinal);
    private readonly HashSet<string> orders = new(StringComparer.Ordinal);

    public DirtySample(int seed, int count)
    {
        random = new Random(seed);
        while (rows.Count < count)
        {
            string[] row = rows.Count > 0 && random.Next(20) == 0 ? rows[random.Next(rows.Count)] : Make();
            rows.Add(row);
            Count(row);
        }
    }

    public string Text => Write(rows);

    /// <summary>The invoices of the first half of the time, and those of the second: two files as a till exports them, one after the other.</summary>
    public (string First, string Second) Halves =>
        (Write(rows.Where(row => string.CompareOrdinal(row[4], Middle) < 0)), Write(rows.Where(row => string.CompareOrdinal(row[4], Middle) >= 0)));

    public long[] Seen { get; } = new long[5];

    public long[] Dropped { get; } = new long[5];

    public long Clean { get; private set; }

    public decimal Gross { get; private set; }

    public decimal Cancelled { get; private set; }

    public long ChargeRows { get; private set; }

    public decimal ChargeValue { get; private set; }

    public int Refunds { get; private set; }

    public int Customers => customers.Count;

    public int Products => products.Count;

    public int Orders => orders.Count;

    private static string Write(IEnumerable<string[]> rows) =>
        $"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n{string.Concat(rows.Select(row => string.Join(',', row.Select(Quote)) + "\r\n"))}";

    private static string Quote(string field) => field.AsSpan().ContainsAny(",\"\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private string[] Make()
    {
        // A customer belongs to the invoice, so that no invoice has two.
        int invoice = random.Next(150);
        bool isCancellation = random.Next(12) == 0;
        string customer = invoice % 5 == 0 ? "" : (12_000 + (invoice % 40)).ToString(CultureInfo.InvariantCulture) + (random.Next(2) == 0 ? ".0" : "");
        int quantity = random.Next(15) == 0 ? -random.Next(3) : random.Next(1, 30);
        decimal price = random.Next(15) == 0 ? -random.Next(2) : random.Next(1, 20_000) / 1000m;
        string product = random.Next(25) == 0 ? "POST" : (20_000 + random.Next(60)).ToString(CultureInfo.InvariantCulture);
        DateTime time = new DateTime(2011, 1, 1, 8, 0, 0).AddHours(invoice).AddMinutes(random.Next(2));
        return
        [
            (isCancellation ? "C" : "") + (500_000 + invoice).ToString(CultureInfo.InvariantCulture),
            product,
            random.Next(5) == 0 ? $"MUG, \"{product}\"\nLARGE" : $"MUG {product}",
            (isCancellation ? -Math.Abs(quantity) : quantity).ToString(CultureInfo.InvariantCulture),
            time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            price.ToString(CultureInfo.InvariantCulture),
            customer,
            "France",
        ];
    }

    // Written against the wording of the rules, not against the importer.
    private void Count(string[] row)
    {
        int quantity = int.Parse(row[3], CultureInfo.InvariantCulture);
        decimal price = decimal.Parse(row[5], CultureInfo.InvariantCulture);
        bool[] faults = [!seenRows.Add(string.Join('\u001F', row)), row[6].Length == 0, row[0].StartsWith('C'), quantity <= 0, price <= 0];
        for (int index = 0; index < faults.Length; index++)
        {
            Seen[index] += faults[index] ? 1 : 0;
        }

        int first = Array.IndexOf(faults, true);
        if (first >= 0)
        {
            Dropped[first]++;
            Cancelled += first == 2 ? quantity * price : 0;
            Refunds += first == 2 && quantity < 0 && price > 0 ? 1 : 0;
            return;
        }

        Clean++;
        Gross += quantity * price;
        customers.Add(row[6].Replace(".0", "", StringComparison.Ordinal));
        products.Add(row[1]);
        orders.Add(row[0]);
        if (!char.IsDigit(row[1][0]))
        {
            ChargeRows++;
            ChargeValue += quantity * price;
        }
    }
}
