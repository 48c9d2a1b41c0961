using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ShopSimulator.Wire;
using ShopSimulator.World;
using SlotView = ShopSimulator.Behaviour.SlotView;

namespace ShopSimulator.Shop;

/// <summary>The shop as pages, on a loopback port of its own: another origin than MarketLoop's, so that its script meets what it meets in life.</summary>
internal sealed class ShopSite : IAsyncDisposable
{
    private const int NewcomerTries = 12;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NewcomerPatience = TimeSpan.FromSeconds(2);

    private readonly WebApplication app;
    private readonly ShopWorld world;
    private readonly HttpShopServer server;
    private readonly ShopPages pages;
    private readonly ShopFront front;

    private ShopSite(WebApplication app, SimulatorOptions options, Simulation simulation, HttpShopServer server)
    {
        this.app = app;
        this.server = server;
        world = simulation.World;
        pages = new ShopPages(world.Catalogue, ChooseRegulars(simulation));
        front = new ShopFront(
            options.Server?.GetLeftPart(UriPartial.Authority) ?? "",
            options.WriteKey,
            userId => userId is null || options.SigningSecret.Length == 0 ? "" : Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.SigningSecret), Encoding.UTF8.GetBytes(userId))));
        CanSignIn = options.SigningSecret.Length > 0;
    }

    /// <summary>Where it answers.</summary>
    public Uri Address => new(app.Urls.First());

    private bool CanSignIn { get; }

    /// <summary>Opens the shop.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ShopSite> OpenAsync(SimulatorOptions options, int port, Simulation simulation, HttpShopServer server, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.WebHost.ConfigureKestrel(kestrel => (kestrel.AddServerHeader, kestrel.Limits.MaxRequestBodySize) = (false, 64 * 1024));
        builder.Logging.ClearProviders();
        ShopSite site = new(builder.Build(), options, simulation, server);
        site.Map();
        await site.app.StartAsync(cancellationToken);
        return site;
    }

    /// <summary>Serves until cancelled, or until MarketLoop has been away for a minute or two: a shop that nobody ends must not stay for ever.</summary>
    /// <exception cref="HttpRequestException">MarketLoop is gone.</exception>
    public async Task ServeAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(LookEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await server.ReadClockAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private void Map()
    {
        app.Use(AddHeaders);
        app.MapGet("/", () => Results.Redirect("/shop"));
        RouteGroupBuilder shop = app.MapGroup("/shop");
        MapPage(shop, "", pages.Home);
        MapPage(shop, "/products", (customer, http) => pages.List(CategoryOf(http.Request.Query["category"]), TextOf(http.Request.Query["q"]), customer));
        MapPage(shop, "/p/{id}", (customer, http) => ProductOf(http.Request.RouteValues["id"] as string) is { } product ? pages.Product(product, customer) : null);
        MapPage(shop, "/cart", pages.Cart);
        MapPage(shop, "/checkout", ShopPages.Checkout);
        MapPage(shop, "/sign-in", customer => pages.SignIn(CanSignIn, customer));
        MapPage(shop, "/privacy", ShopPages.Privacy);
        MapPage(shop, "/{**rest}", _ => null);
        MapForm(shop, "/cart", ChangeCart);
        MapForm(shop, "/language", (_, form, http) => GoBack(http, () => Customer.KeepLanguage(http.Response, form["to"])));
        MapForm(shop, "/sign-in", (_, form, http) => Go("/shop", () => Customer.KeepAccount(http.Response, CanSignIn ? Customer.Find(world, form["customer"])?.UserId : null)));
        MapForm(shop, "/sign-out", (_, _, http) => Go("/shop", () => Customer.KeepAccount(http.Response, null)));
        MapForm(shop, "/checkout", PlaceOrder);
        shop.MapGet("/pictures/{id}.svg", (string id, HttpContext http) => ProductOf(id) is { } product
            ? Results.Text(ProductPicture.Draw(product, Customer.Read(http.Request, world)), "image/svg+xml", Encoding.UTF8)
            : Results.NotFound());
        shop.MapGet("/assets/{name}", (string name) => typeof(ShopSite).Assembly.GetManifestResourceStream(name) is { } asset
            ? Results.Stream(asset, name.EndsWith(".css", StringComparison.Ordinal) ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8")
            : Results.NotFound());
    }

    // The strictest policy a shop could have: scripts of its own and of MarketLoop's host, nothing inline.
    private Task AddHeaders(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self' {front.Dashboard}; connect-src {front.Dashboard}; style-src 'self'; img-src 'self' {Address.GetLeftPart(UriPartial.Authority)} data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        return next(http);
    }

    private void MapPage(RouteGroupBuilder shop, string pattern, Func<Customer, ShopPage?> page) => MapPage(shop, pattern, (customer, _) => page(customer));

    private void MapPage(RouteGroupBuilder shop, string pattern, Func<Customer, HttpContext, ShopPage?> page) => shop.MapGet(pattern, async (HttpContext http) =>
    {
        Customer customer = await WelcomeAsync(http);
        ShopPage? shown = page(customer, http);
        http.Response.StatusCode = shown is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        await WriteAsync(http, shown ?? ShopPages.NotFound(customer), customer);
    });

    private void MapForm(RouteGroupBuilder shop, string pattern, Func<Customer, IFormCollection, HttpContext, IResult> act) => shop.MapPost(pattern, async (HttpContext http) =>
        http.Request.HasFormContentType ? act(Customer.Read(http.Request, world), await http.Request.ReadFormAsync(http.RequestAborted), http) : Results.BadRequest());

    private async Task WriteAsync(HttpContext http, ShopPage page, Customer customer)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync(page.Write(front, customer).Text, http.RequestAborted);
    }

    private async Task<Customer> WelcomeAsync(HttpContext http)
    {
        Customer customer = Customer.Read(http.Request, world);
        if (customer.VisitorId is not null)
        {
            return customer;
        }

        string id = await FindNewcomerAsync(http.RequestAborted);
        Customer.KeepVisitor(http.Response, id);
        return customer with { VisitorId = id };
    }

    // A person who comes to see slots change should not have to be unlucky: newcomers get an id outside the control group, which a real shop must never do.
    private async Task<string> FindNewcomerAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(NewcomerPatience);
        string id = Customer.NewVisitorId();
        try
        {
            for (int tries = 0; tries < NewcomerTries; tries++)
            {
                SlotView view = await server.AskSlotAsync(new SlotQuestion("home", null, id, 1, null, "newcomer"), patience.Token);
                if (string.Equals(view.Arm, "treated", StringComparison.OrdinalIgnoreCase))
                {
                    return id;
                }

                id = Customer.NewVisitorId();
            }
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or InvalidOperationException or HttpRequestException)
        {
            // The shop opens its door whether MarketLoop answers or not.
        }

        return id;
    }

    private IResult ChangeCart(Customer customer, IFormCollection form, HttpContext http)
    {
        if (ProductOf(form["product"]) is { Stock: > 0 } product)
        {
            bool isMore = form.ContainsKey("more");
            Customer.KeepCart(http.Response, customer.WithProduct(product, isMore ? 1 : 0, isMore));
        }

        return Results.LocalRedirect("/shop/cart");
    }

    // Answered with the page itself: what was ordered is kept nowhere. shop.js tells an order once, also when the page is loaded again.
    private IResult PlaceOrder(Customer customer, IFormCollection form, HttpContext http)
    {
        if (customer.Cart.Count == 0)
        {
            return Results.LocalRedirect("/shop/cart");
        }

        Customer.KeepCart(http.Response, []);
        string order = "H-" + RandomNumberGenerator.GetHexString(8);
        return Results.Content(ShopPages.Thanks(order, customer.Cart, customer).Write(front, customer with { Cart = [] }).Text, "text/html; charset=utf-8");
    }

    private static IResult Go(string path, Action before)
    {
        before();
        return Results.LocalRedirect(path);
    }

    private static IResult GoBack(HttpContext http, Action before)
    {
        bool isOwn = Uri.TryCreate(http.Request.Headers.Referer, UriKind.Absolute, out Uri? from)
            && string.Equals(from.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase)
            && from.AbsolutePath.StartsWith("/shop", StringComparison.Ordinal) && from.AbsolutePath is not "/shop/checkout";
        return Go(isOwn ? from!.PathAndQuery : "/shop", before); // isOwn: it was read
    }

    private ShopProduct? ProductOf(string? id) => id is not null && world.Catalogue.IndexOf.TryGetValue(id, out int index) ? world.Catalogue.Products[index] : null;

    private static int? CategoryOf(string? tag) => Array.FindIndex(Catalogue.Categories, category => string.Equals(category.Tag, tag, StringComparison.Ordinal)) is >= 0 and int found ? found : null;

    private static string? TextOf(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim()[..Math.Min(60, text.Trim().Length)];

    // Frequent customers of both languages who signed in long ago, and two of the control group to compare with.
    private static List<Regular> ChooseRegulars(Simulation simulation)
    {
        Shopper[] known = [.. simulation.World.Shoppers.Where(shopper => shopper is { SignInDay: 0, ConsentsToPersonalisation: true }).OrderByDescending(shopper => shopper.VisitsPerDay)];
        IEnumerable<Shopper> Pick(bool isTreated, string language, int count) =>
            known.Where(shopper => simulation.Results.IsTreated[shopper.Index] == isTreated && string.Equals(shopper.Language, language, StringComparison.Ordinal)).Take(count);
        return [.. Pick(true, "zh-CN", 5).Concat(Pick(true, "en", 5)).Concat(Pick(false, "zh-CN", 1)).Concat(Pick(false, "en", 1))
            .Select(shopper => new Regular(shopper, LikesOf(simulation.World.Tastes, shopper), simulation.Results.IsTreated[shopper.Index] == false))];
    }

    private static int[] LikesOf(Tastes tastes, Shopper shopper)
    {
        float[] attention = tastes.AttentionOf(shopper.Index).ToArray();
        return [.. Enumerable.Range(0, attention.Length).OrderByDescending(category => attention[category]).Take(2)];
    }
}
