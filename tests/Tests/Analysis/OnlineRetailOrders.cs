using System.Globalization;
using System.IO.Compression;
using System.Text;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Analysis;

/// <summary>The clean purchases of the real shop as orders: duplicates, lines without customer, cancellations and non-positive lines left out.</summary>
internal static class OnlineRetailOrders
{
    public static async Task<List<Interaction>> ReadAsync(CancellationToken cancellationToken)
    {
        string path = SharedData.Require("online-retail", "online-retail.csv.gz");
        await using FileStream file = File.OpenRead(path);
        await using GZipStream unzipped = new(file, CompressionMode.Decompress);
        using StreamReader reader = new(unzipped);
        await reader.ReadLineAsync(cancellationToken);
        HashSet<string> seen = new(StringComparer.Ordinal);
        Dictionary<(string Invoice, DateTimeOffset At), (string Customer, List<LineItem> Lines)> orders = [];
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (seen.Add(line) && Split(line) is [{ } invoice, { } product, _, { } quantity, { } at, { } price, { Length: > 0 } customer, _]
                && !invoice.StartsWith('C') && int.Parse(quantity, CultureInfo.InvariantCulture) is > 0 and int pieces
                && decimal.Parse(price, CultureInfo.InvariantCulture) is > 0m and decimal each)
            {
                (string, DateTimeOffset) key = (invoice, DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
                if (!orders.TryGetValue(key, out (string, List<LineItem> Lines) order))
                {
                    orders.Add(key, order = (customer[..^2], []));
                }

                order.Lines.Add(new LineItem(new ProductId(product), pieces, each, char.IsAsciiDigit(product[0])));
            }
        }

        return [.. orders.Select(o => Shopping.Order(o.Value.Customer, o.Key.At, o.Key.Invoice, [.. o.Value.Lines]))];
    }

    private static List<string> Split(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool isQuoted = false;
        foreach (char c in line)
        {
            if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (c == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
