using System.Globalization;
using System.Text.Json.Nodes;
using ShopSimulator.World;
using static ShopSimulator.Shop.Markup;

namespace ShopSimulator.Shop;

/// <summary>The pages of the shop.</summary>
internal sealed class ShopPages(Catalogue catalogue, IReadOnlyList<Regular> regulars)
{
    private const string Currency = "CNY";
    private const int Listed = 48, InSlot = 6, BesideProduct = 4;

    // One of each department after the other, so that the front of the shop shows them all.
    private readonly ShopProduct[] mixed = [.. catalogue.Products.Where(product => product.Stock > 0)
        .OrderBy(product => Array.IndexOf(catalogue.ByCategory[product.Category], product.Index)).ThenBy(product => product.Category)];

    public ShopPage Home(Customer customer) => new("Home", customer.Say(ShopWords.Name), Html($"""
        {Slot("home", InSlot, null, ShopWords.ForYou, customer)}
        <section><h2>{customer.Say(ShopWords.Categories)}</h2>{Departments(null, customer)}</section>
        """));

    public ShopPage List(int? category, string? search, Customer customer)
    {
        string title = category is int chosen ? customer.Say(Catalogue.Categories[chosen].Name) : customer.Say(ShopWords.Products);
        ShopProduct[] found = [.. mixed
            .Where(product => category is null || product.Category == category)
            .Where(product => search is null || product.English.Contains(search, StringComparison.OrdinalIgnoreCase) || product.Chinese.Contains(search, StringComparison.OrdinalIgnoreCase))
            .Take(Listed)];
        JsonObject properties = search is not null ? new JsonObject { ["query"] = search }
            : category is int seen ? new JsonObject { ["list_id"] = Catalogue.Categories[seen].Tag, ["category"] = Catalogue.Categories[seen].Tag } : [];
        return new ShopPage("Products", search is null ? title : $"{title}: {search}", Html($"""
            {Departments(category, customer)}
            {(found.Length == 0 ? Html($"<p class=\"empty\">{customer.Say(ShopWords.NothingFound)}</p>") : Cards(found, customer))}
            """))
        {
            Event = search is not null ? "Products Searched" : category is not null ? "Product List Viewed" : null,
            Properties = properties,
        };
    }

    public ShopPage Product(ShopProduct product, Customer customer)
    {
        bool isThere = product.Stock > 0;
        Markup button = isThere
            ? Html($"""
                <form method="post" action="/shop/cart" data-event="Product Added" data-properties="{ShopPage.Json(Describe(product, 1, customer))}">
                <input type="hidden" name="product" value="{product.Id}"><input type="hidden" name="more" value="1"><button class="primary">{customer.Say(ShopWords.AddToCart)}</button></form>
                """)
            : Empty;
        return new ShopPage("Product", customer.Say(new Words(product.English, product.Chinese)), Html($"""
            <section class="product">
            <img src="{PictureOf(product)}" alt="" width="320" height="320">
            <div>
            <p class="price">{Price(product.Price, customer)}</p>
            <p class="muted">{customer.Say(ShopWords.Brand)}: {customer.Say(new Words(Catalogue.Brands[product.Brand].English, Catalogue.Brands[product.Brand].Chinese))} ·
            <a href="/shop/products?category={Catalogue.Categories[product.Category].Tag}">{customer.Say(Catalogue.Categories[product.Category].Name)}</a></p>
            <p>{customer.Say(isThere ? ShopWords.InStock : ShopWords.SoldOut)}</p>
            {button}
            </div>
            </section>
            {Slot("product", BesideProduct, product, ShopWords.GoesWith, customer)}
            """))
        {
            Event = "Product Viewed",
            Properties = Describe(product, 1, customer),
        };
    }

    public ShopPage Cart(Customer customer) => new("Cart", customer.Say(ShopWords.Cart), Html($"""
        {(customer.Cart.Count == 0 ? Html($"<p class=\"empty\">{customer.Say(ShopWords.EmptyCart)}</p>") : Html($"""{Lines(customer.Cart, true, customer)}<p><a class="button primary" href="/shop/checkout">{customer.Say(ShopWords.ToCheckout)}</a></p>"""))}
        {Slot("cart", BesideProduct, null, ShopWords.BeforeYouGo, customer)}
        """))
    {
        Event = customer.Cart.Count > 0 ? "Cart Viewed" : null,
        Properties = new JsonObject { ["currency"] = Currency, ["products"] = Describe(customer.Cart, customer) },
    };

    public static ShopPage Checkout(Customer customer) => new("Checkout", customer.Say(ShopWords.Checkout), customer.Cart.Count == 0
        ? Html($"<p class=\"empty\">{customer.Say(ShopWords.EmptyCart)}</p>")
        : Html($"""
            {Lines(customer.Cart, false, customer)}
            <p class="muted">{customer.Say(ShopWords.CheckoutHint)}</p>
            <form method="post" action="/shop/checkout"><button class="primary">{customer.Say(ShopWords.PlaceOrder)}</button></form>
            """))
    {
        Event = customer.Cart.Count > 0 ? "Checkout Started" : null,
        Properties = new JsonObject { ["currency"] = Currency, ["value"] = customer.Cart.Sum(line => line.Total), ["products"] = Describe(customer.Cart, customer) },
    };

    public static ShopPage Thanks(string order, IReadOnlyList<CartLine> lines, Customer customer) => new("Thanks", customer.Say(ShopWords.Thanks), Html($"""
        <p>{customer.Say(ShopWords.OrderNumber)} <b>{order}</b></p>
        {Lines(lines, false, customer)}
        <p><a class="button" href="/shop">{customer.Say(ShopWords.GoOn)}</a></p>
        """))
    {
        Event = "Order Completed",
        Properties = new JsonObject
        {
            ["order_id"] = order,
            ["revenue"] = lines.Sum(line => line.Total),
            ["total"] = lines.Sum(line => line.Total),
            ["currency"] = Currency,
            ["products"] = Describe(lines, customer),
        },
    };

    public ShopPage SignIn(bool isPossible, Customer customer) => new("Sign in", customer.Say(ShopWords.SignIn), Html($"""
        <p>{customer.Say(isPossible ? ShopWords.SignInHint : ShopWords.NoSignIn)}</p>
        <form method="post" action="/shop/sign-in" class="people">{Join(isPossible ? regulars.Select(regular => Person(regular, customer)) : [])}</form>
        """));

    public static ShopPage Privacy(Customer customer) => new("Privacy", customer.Say(ShopWords.Privacy), Html($"""
        <div class="choices">
        {Choice("personalisation", ShopWords.Personalisation, ShopWords.PersonalisationHint, customer)}
        {Choice("analytics", ShopWords.Analytics, ShopWords.AnalyticsHint, customer)}
        {Choice("marketing", ShopWords.Marketing, ShopWords.MarketingHint, customer)}
        </div>
        """));

    public static ShopPage NotFound(Customer customer) =>
        new("Not found", customer.Say(ShopWords.NotFound), Html($"""<p><a class="button" href="/shop">{customer.Say(ShopWords.Home)}</a></p>"""));

    // What stands inside stays when the script is blocked or finds nothing: a shop must not have a hole there.
    private Markup Slot(string placement, int count, ShopProduct? product, Words title, Customer customer) => Html($"""
        <section><h2>{customer.Say(title)}</h2>
        <div class="slot" data-slot="{placement}" data-count="{count}" data-product="{product?.Id}" data-currency="{Currency}">{Cards(mixed.Where(other => other != product).Take(count), customer)}</div>
        <p class="muted small personal">{customer.Say(ShopWords.ForYouHint)}</p><p class="muted small common">{customer.Say(ShopWords.NotPersonal)}</p></section>
        """);

    private static Markup Cards(IEnumerable<ShopProduct> products, Customer customer) => Html($"""
        <ul class="cards">{Join(products.Select(product => Html($"""
        <li><a href="/shop/p/{product.Id}"><img src="{PictureOf(product)}" alt="" width="160" height="160" loading="lazy"><span>{customer.Say(new Words(product.English, product.Chinese))}</span><span class="price">{Price(product.Price, customer)}</span></a></li>
        """)))}</ul>
        """);

    private static Markup Departments(int? here, Customer customer) => Html($"""
        <p class="departments">{Join(Catalogue.Categories.Select((category, index) => Html($"""
        <a href="/shop/products?category={category.Tag}"{(index == here ? new Markup(" aria-current=\"page\"") : Empty)}>{customer.Say(category.Name)}</a>
        """)))}</p>
        """);

    private static Markup Lines(IReadOnlyList<CartLine> lines, bool canChange, Customer customer) => Html($"""
        <table><tbody>{Join(lines.Select(line => Html($"""
        <tr><td><a href="/shop/p/{line.Product.Id}">{customer.Say(new Words(line.Product.English, line.Product.Chinese))}</a></td><td class="n">× {line.Quantity}</td><td class="n">{Price(line.Total, customer)}</td>
        {(canChange ? Html($"""<td class="n"><form class="inline" method="post" action="/shop/cart" data-event="Product Removed" data-properties="{ShopPage.Json(Describe(line.Product, line.Quantity, customer))}"><input type="hidden" name="product" value="{line.Product.Id}"><button class="plain">{customer.Say(ShopWords.Remove)}</button></form></td>""") : Empty)}</tr>
        """)))}</tbody><tfoot><tr><td>{customer.Say(ShopWords.Total)}</td><td></td><td class="n"><b>{Price(lines.Sum(line => line.Total), customer)}</b></td>{(canChange ? new Markup("<td></td>") : Empty)}</tr></tfoot></table>
        """);

    private static Markup Person(Regular regular, Customer customer) => Html($"""
        <button name="customer" value="{regular.Shopper.UserId}"><b>{regular.Shopper.Name}</b><span class="muted">{regular.Shopper.UserId} · {(regular.IsControl
            ? customer.Say(ShopWords.ControlGroup)
            : string.Join(customer.Say(new Words(", ", "、")), regular.Likes.Select(category => customer.Say(Catalogue.Categories[category].Name))))}</span></button>
        """);

    private static Markup Choice(string purpose, Words title, Words hint, Customer customer) => Html($"""
        <section class="choice" data-purpose="{purpose}"><div><h2>{customer.Say(title)}: <span data-is="on">{customer.Say(ShopWords.On)}</span><span data-is="off" hidden>{customer.Say(ShopWords.Off)}</span></h2><p class="muted">{customer.Say(hint)}</p></div>
        <button type="button"><span data-is="on">{customer.Say(ShopWords.TurnOff)}</span><span data-is="off" hidden>{customer.Say(ShopWords.TurnOn)}</span></button></section>
        """);

    private static JsonArray Describe(IReadOnlyList<CartLine> lines, Customer customer) => [.. lines.Select(line => Describe(line.Product, line.Quantity, customer))];

    private static JsonObject Describe(ShopProduct product, int quantity, Customer customer) => new()
    {
        ["product_id"] = product.Id,
        ["name"] = customer.Say(new Words(product.English, product.Chinese)),
        ["category"] = Catalogue.Categories[product.Category].Tag,
        ["brand"] = Catalogue.Brands[product.Brand].English,
        ["price"] = product.Price,
        ["currency"] = Currency,
        ["quantity"] = quantity,
    };

    private static string PictureOf(ShopProduct product) => $"/shop/pictures/{product.Id}.svg";

    // As Intl writes yuan in the two languages, so that the slots look like the rest.
    private static string Price(decimal price, Customer customer) =>
        (customer.IsChinese ? "¥" : "CN¥") + price.ToString("#,##0.00", CultureInfo.InvariantCulture);
}

/// <summary>A simulated customer whom a person may be for a while.</summary>
/// <param name="Shopper">The customer.</param>
/// <param name="Likes">Departments they like best.</param>
/// <param name="IsControl">True when MarketLoop drew them into the control group.</param>
internal sealed record Regular(Shopper Shopper, IReadOnlyList<int> Likes, bool IsControl);
