using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using ShopSimulator.World;

namespace ShopSimulator.Shop;

/// <summary>A line of the cart.</summary>
internal sealed record CartLine(ShopProduct Product, int Quantity)
{
    /// <summary>What it costs.</summary>
    public decimal Total => Product.Price * Quantity;
}

/// <summary>Who asks for a page: everything the shop keeps of a person stands in cookies.</summary>
internal sealed record Customer
{
    private const string VisitorCookie = "shop-visitor", CustomerCookie = "shop-customer", CartCookie = "shop-cart", LanguageCookie = "shop-language";
    private const string Chinese = "zh-CN";
    private const int MostLines = 30, MostPieces = 20;

    /// <summary>Id of this browser, made by the shop's own server.</summary>
    public required string? VisitorId { get; init; }

    /// <summary>The simulated customer who signed in; null for a visitor.</summary>
    public required Shopper? Account { get; init; }

    /// <summary>What lies in the cart.</summary>
    public required IReadOnlyList<CartLine> Cart { get; init; }

    /// <summary><c>en</c> or <c>zh-CN</c>.</summary>
    public required string Language { get; init; }

    /// <summary>True when the pages speak Chinese.</summary>
    public bool IsChinese => Language is Chinese;

    /// <summary>A text in the person's language.</summary>
    public string Say(Words words) => IsChinese ? words.Chinese : words.English;

    /// <summary>Reads the cookies; what does not fit this shop counts as not there.</summary>
    public static Customer Read(HttpRequest request, ShopWorld world)
    {
        string? language = request.Cookies[LanguageCookie];
        bool isChinese = language is null ? request.Headers.AcceptLanguage.ToString().StartsWith("zh", StringComparison.OrdinalIgnoreCase) : language is Chinese;
        string? visitor = request.Cookies[VisitorCookie];
        return new Customer
        {
            VisitorId = visitor is { Length: <= 40 } && visitor.StartsWith("shop-", StringComparison.Ordinal) ? visitor : null,
            Account = Find(world, request.Cookies[CustomerCookie]),
            Cart = ReadCart(request.Cookies[CartCookie], world.Catalogue),
            Language = isChinese ? Chinese : "en",
        };
    }

    /// <summary>The customer of an id; null when there is none.</summary>
    public static Shopper? Find(ShopWorld world, string? userId) =>
        userId is { Length: > 1 } && int.TryParse(userId.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number >= 1 && number <= world.Shoppers.Length && world.Shoppers[number - 1] is { } shopper && string.Equals(shopper.UserId, userId, StringComparison.Ordinal) ? shopper : null;

    /// <summary>A new id for a browser.</summary>
    public static string NewVisitorId() => "shop-" + RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>Keeps the id of the browser.</summary>
    public static void KeepVisitor(HttpResponse response, string id) => Keep(response, VisitorCookie, id);

    /// <summary>Signs somebody in, or out with null. Whoever shops here next is another person, so the browser's id changes with a sign-out.</summary>
    public static void KeepAccount(HttpResponse response, string? userId)
    {
        Keep(response, CustomerCookie, userId);
        if (userId is null)
        {
            Keep(response, VisitorCookie, null);
            Keep(response, CartCookie, null);
        }
    }

    /// <summary>Keeps the cart.</summary>
    public static void KeepCart(HttpResponse response, IEnumerable<CartLine> lines) =>
        Keep(response, CartCookie, string.Join('.', lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Product.Id}*{line.Quantity}"))));

    /// <summary>Keeps the language.</summary>
    public static void KeepLanguage(HttpResponse response, string? language) => Keep(response, LanguageCookie, language is Chinese ? Chinese : "en");

    /// <summary>The cart with one product more, or with another quantity of it; 0 takes it out.</summary>
    public IReadOnlyList<CartLine> WithProduct(ShopProduct product, int quantity, bool isMore)
    {
        int before = isMore ? Cart.FirstOrDefault(line => line.Product == product)?.Quantity ?? 0 : 0;
        CartLine changed = new(product, Math.Clamp(before + quantity, 0, MostPieces));
        return [.. Cart.Where(line => line.Product != product).Append(changed).Where(line => line.Quantity > 0).TakeLast(MostLines)];
    }

    private static List<CartLine> ReadCart(string? text, Catalogue catalogue)
    {
        List<CartLine> lines = [];
        foreach (string part in (text ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries).Take(MostLines))
        {
            string[] pair = part.Split('*');
            if (pair.Length == 2 && catalogue.IndexOf.TryGetValue(pair[0], out int index)
                && int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out int quantity) && quantity is > 0 and <= MostPieces)
            {
                lines.Add(new CartLine(catalogue.Products[index], quantity));
            }
        }

        return lines;
    }

    private static void Keep(HttpResponse response, string name, string? value)
    {
        CookieOptions options = new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/shop", MaxAge = TimeSpan.FromDays(30) };
        if (string.IsNullOrEmpty(value))
        {
            response.Cookies.Delete(name, options);
            return;
        }

        response.Cookies.Append(name, value, options);
    }
}
