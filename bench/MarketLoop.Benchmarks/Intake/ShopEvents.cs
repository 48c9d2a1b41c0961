using System.Globalization;
using System.Text;

namespace MarketLoop.Benchmarks.Intake;

/// <summary>The events of a shop, each a function of its number: the same as a row of CSV and as a tracking call of about 390 bytes.</summary>
/// <remarks>One customer for every 40 events, 20,000 products; of 20 events 12 look at a product, 3 put one into the cart, 1 buys, 4 open a page.
/// Every twentieth row of a file is one that was sent before, and every hundredth has a price that is no number: what cleaning is there for.</remarks>
internal static class ShopEvents
{
    public const int BatchSize = 100;
    private const int RepeatEvery = 20;
    private const int Products = 20_000;
    private const long FirstMoment = 1_767_225_600_000; // 2026-01-01
    private const string Header = "id,customer,event,product,quantity,price,time,order,session,page\n";

    /// <summary>How the columns are told to <c>import csv</c>.</summary>
    public const string Mapping = "id=id,customer=customer,event=event,product=product,quantity=quantity,price=price,time=time,order=order,session=session";

    /// <summary>Types of the columns, for a table that is equal.</summary>
    public const string Types = "{'id': 'UUID', 'customer': 'VARCHAR', 'event': 'VARCHAR', 'product': 'VARCHAR', 'quantity': 'INTEGER', 'price': 'VARCHAR', 'time': 'TIMESTAMP', 'order': 'VARCHAR', 'session': 'VARCHAR', 'page': 'VARCHAR'}";

    /// <summary>Customers among so many events.</summary>
    public static long CustomersOf(long events) => Math.Max(1, events / 40);

    /// <summary>Writes the rows of events <paramref name="from"/> to <paramref name="until"/> to a file; clean ones are neither repeated nor without a price.</summary>
    public static void WriteCsv(string path, long from, long until, long all, bool isClean = false)
    {
        using StreamWriter file = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 20);
        file.Write(Header);
        for (long i = from; i < until; i++)
        {
            ShopEvent row = Of(IsRepeat(i, from) && !isClean ? i - 1 : i, all);
            string price = i % 100 == 99 && !isClean ? "n/a" : (row.Cents / 100m).ToString(CultureInfo.InvariantCulture);
            file.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Id},customer-{row.Customer:D7},{row.Name},{row.ProductName},{row.Quantity},{price},{row.At:yyyy-MM-dd HH:mm:ss.fff},{row.Order},session-{row.Session:D9},https://shop.example/products/{row.Product}\n"));
        }
    }

    /// <summary>Events in a file of rows <paramref name="from"/> to <paramref name="until"/>, each counted once. An order whose price cannot be read comes again with a good one.</summary>
    public static long DistinctOf(long from, long until)
    {
        long distinct = 0;
        for (long i = from; i < until; i++)
        {
            distinct += IsRepeat(i, from) ? 0 : 1;
        }

        return distinct;
    }

    /// <summary>One batch of tracking calls as a body.</summary>
    public static byte[] BodyOf(long batch, long all)
    {
        StringBuilder body = new(40_000);
        body.Append("{\"batch\":[");
        for (int i = 0; i < BatchSize; i++)
        {
            ShopEvent e = Of((batch * BatchSize) + i, all);
            body.Append(i == 0 ? "" : ",");
            string page = $"\"context\":{{\"library\":{{\"name\":\"bench\",\"version\":\"1.0.0\"}},\"page\":{{\"url\":\"https://shop.example/products/{e.Product}\"}}}}";
            body.Append(CultureInfo.InvariantCulture, $"{{\"type\":\"track\",\"event\":\"{e.Name}\",\"userId\":\"customer-{e.Customer:D7}\",\"messageId\":\"{e.Id}\",\"timestamp\":\"{e.At:yyyy-MM-ddTHH:mm:ss.fff}Z\",");
            body.Append(CultureInfo.InvariantCulture, $"\"properties\":{{\"product_id\":\"{e.ProductName}\",\"price\":{e.Cents / 100m},\"quantity\":{e.Quantity},\"order_id\":\"{e.Order}\",\"session_id\":\"session-{e.Session:D9}\"}},{page}}}");
        }

        body.Append(CultureInfo.InvariantCulture, $"],\"sentAt\":\"{Of(batch * BatchSize, all).At:yyyy-MM-ddTHH:mm:ss.fff}Z\"}}");
        return Encoding.UTF8.GetBytes(body.ToString());
    }

    private static bool IsRepeat(long row, long from) => row > from && row % RepeatEvery == 0;

    private static ShopEvent Of(long number, long all)
    {
        ulong mixed = Mix((ulong)number);
        int what = (int)(mixed % 20);
        (string name, bool hasProduct) = what switch
        {
            < 12 => ("Product Viewed", true),
            < 15 => ("Product Added", true),
            15 => ("Order Completed", true),
            _ => ("Page Opened", false),
        };
        long customer = (long)(Mix(mixed) % (ulong)CustomersOf(all));
        int product = (int)(Mix(mixed + 1) % Products);
        return new ShopEvent(
            new Guid((int)(number >> 32), (short)(number >> 16), (short)number, BitConverter.GetBytes(mixed)),
            name,
            customer,
            product,
            hasProduct ? "p-" + product.ToString("D5", CultureInfo.InvariantCulture) : "",
            1 + (int)(mixed % 3),
            199 + (product % 9_000),
            DateTime.UnixEpoch.AddMilliseconds(FirstMoment + (number * 250)),
            what == 15 ? "o-" + number.ToString("D9", CultureInfo.InvariantCulture) : "",
            (customer * 7) + (number / 4_000_000));
    }

    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}

/// <summary>One event before it is written down.</summary>
internal readonly record struct ShopEvent(
    Guid Id, string Name, long Customer, int Product, string ProductName, int Quantity, int Cents, DateTime At, string Order, long Session);
