using System.Globalization;
using System.Text;

namespace MarketLoop.Benchmarks.Serving;

/// <summary>A shop of 100,000 products whose demand follows a power law, and whose customers have tastes: most acts of a customer fall into one of 200 fields of products.</summary>
internal static class PowerLawShop
{
    public const int Products = 100_000;
    public const int EventsPerCustomer = 8;
    private const int Fields = 200;
    private const long FirstMoment = 1_767_225_600_000; // 2026-01-01
    private const int Days = 60;

    /// <summary>Id of a customer.</summary>
    public static string CustomerOf(long number) => "customer-" + number.ToString("D7", CultureInfo.InvariantCulture);

    /// <summary>Writes all acts, in order of time.</summary>
    public static void WriteCsv(string path, long customers)
    {
        using StreamWriter file = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 20);
        file.Write("id,customer,event,product,quantity,price,time,order,session\n");
        long all = customers * EventsPerCustomer;
        for (long i = 0; i < all; i++)
        {
            ulong mixed = Mix((ulong)i);
            long customer = (long)(Mix(mixed) % (ulong)customers);
            int what = (int)(mixed % 10);
            string name = what < 6 ? "Product Viewed" : what < 8 ? "Product Added" : "Order Completed";
            int product = ProductOf(customer, mixed);
            string order = what < 8 ? "" : "o-" + i.ToString(CultureInfo.InvariantCulture);
            DateTime at = DateTime.UnixEpoch.AddMilliseconds(FirstMoment + (i * (Days * 86_400_000L / all)));
            file.Write(string.Create(CultureInfo.InvariantCulture, $"e-{i},{CustomerOf(customer)},{name},{IdOf(product)},1,{PriceOf(product)},{at:yyyy-MM-dd HH:mm:ss.fff},{order},s-{customer}\n"));
        }
    }

    /// <summary>A part of the catalogue, as the API takes it.</summary>
    public static object Catalogue(int from, int count) => new
    {
        products = Enumerable.Range(from, count).Select(product => new
        {
            id = IdOf(product),
            name = new { en = "Product " + IdOf(product), zh = "商品 " + IdOf(product) },
            category = $"Shop > Field {product % Fields} > {product % (Fields * 5)}",
            brand = "Brand " + (product % 997).ToString(CultureInfo.InvariantCulture),
            price = PriceOf(product),
            stock = 1_000,
            attributes = new { margin = (0.1 + (product % 7 * 0.05)).ToString(CultureInfo.InvariantCulture) },
        }),
    };

    private static string IdOf(int product) => "p-" + product.ToString("D6", CultureInfo.InvariantCulture);

    private static decimal PriceOf(int product) => 1.99m + (product % 400);

    // Ranks are log-uniform, so demand falls as 1 / rank; the products of a field are those of one remainder.
    private static int ProductOf(long customer, ulong mixed)
    {
        double u = (Mix(mixed + 1) >> 11) * (1.0 / (1UL << 53));
        bool isOwn = Mix(mixed + 2) % 10 < 8;
        int field = isOwn ? (int)(Mix((ulong)customer + 77) % Fields) : (int)(Mix(mixed + 3) % Fields);
        int rank = (int)Math.Exp(u * Math.Log(Products / Fields));
        return ((rank - 1) * Fields) + field;
    }

    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
