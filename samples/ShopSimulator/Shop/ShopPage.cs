using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShopSimulator.World;
using static ShopSimulator.Shop.Markup;

namespace ShopSimulator.Shop;

/// <summary>One page: what it shows, and what <c>shop.js</c> tells MarketLoop of it.</summary>
/// <param name="Name">Name of the page for MarketLoop, the same in both languages.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Body">What stands between head and foot.</param>
internal sealed record ShopPage(string Name, string Title, Markup Body)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Event of the page, such as <c>Product Viewed</c>; null for none but the page itself.</summary>
    public string? Event { get; init; }

    /// <summary>Its properties.</summary>
    public JsonObject? Properties { get; init; }

    /// <summary>JSON for an attribute, which is escaped like any other text.</summary>
    public static string Json(JsonObject? properties) => properties?.ToJsonString(Readable) ?? "";

    /// <summary>The whole document.</summary>
    public Markup Write(ShopFront front, Customer customer)
    {
        string who = customer.Account is null ? "a:" + customer.VisitorId : "u:" + customer.Account.UserId;
        string name = customer.Say(ShopWords.Name);
        int pieces = customer.Cart.Sum(line => line.Quantity);
        return Html($"""
            <!doctype html>
            <html lang="{customer.Language}">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Title} · {name}</title>
            <link rel="icon" href="data:,"><link rel="stylesheet" href="/shop/assets/shop.css">
            <script defer src="/shop/assets/shop.js"></script>
            <script async src="{front.Script}" data-key="{front.WriteKey}" data-anonymous-id="{customer.VisitorId}"></script>
            </head>
            <body data-page="{Name}" data-event="{Event}" data-properties="{Json(Properties)}" data-user="{customer.Account?.UserId}" data-user-hash="{front.Sign(customer.Account?.UserId)}">
            <p class="sample">{customer.Say(ShopWords.Sample)} <a href="{front.Dashboard}/customers/{who}">{customer.Say(ShopWords.SeeMe)}</a></p>
            <header>
            <a class="brand" href="/shop">{name}</a>
            <form class="search" action="/shop/products"><input type="search" name="q" aria-label="{customer.Say(ShopWords.Search)}" placeholder="{customer.Say(ShopWords.SearchHint)}" maxlength="60"><button>{customer.Say(ShopWords.Search)}</button></form>
            <nav>
            <a href="/shop/products">{customer.Say(ShopWords.Products)}</a>
            <a href="/shop/cart">{customer.Say(ShopWords.Cart)}{(pieces > 0 ? Html($" <b>{pieces}</b>") : Empty)}</a>
            {Account(customer)}
            </nav>
            </header>
            <main><h1>{Title}</h1>{Body}</main>
            <footer><a href="/shop/privacy">{customer.Say(ShopWords.Privacy)}</a>{Tongue("en", "English", customer)}{Tongue("zh-CN", "中文", customer)}</footer>
            </body></html>
            """);
    }

    private static Markup Account(Customer customer) => customer.Account is { } account
        ? Html($"""<form class="inline" method="post" action="/shop/sign-out"><b>{account.Name}</b> <button class="plain">{customer.Say(ShopWords.SignOut)}</button></form>""")
        : Html($"""<a href="/shop/sign-in">{customer.Say(ShopWords.SignIn)}</a>""");

    private static Markup Tongue(string language, string name, Customer customer) => string.Equals(customer.Language, language, StringComparison.Ordinal)
        ? Html($"""<span lang="{language}">{name}</span>""")
        : Html($"""<form class="inline" method="post" action="/shop/language"><button class="plain" name="to" value="{language}" lang="{language}">{name}</button></form>""");
}

/// <summary>What all pages share.</summary>
/// <param name="Dashboard">Address of MarketLoop.</param>
/// <param name="WriteKey">The key that stands in the pages.</param>
/// <param name="Sign">Signs a customer; empty where nobody can.</param>
internal sealed record ShopFront(string Dashboard, string WriteKey, Func<string?, string> Sign)
{
    /// <summary>The script that the pages load, from another origin as in life.</summary>
    public string Script => Dashboard + "/marketloop.js";
}
