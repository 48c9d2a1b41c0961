using System.Globalization;
using System.Text.Json;
using ShopSimulator.Behaviour;
using ShopSimulator.World;

namespace ShopSimulator.Wire;

/// <summary>Turns what happened into Segment events (e-commerce spec), in the order in which one customer did them.</summary>
/// <param name="catalogue">Names and prices.</param>
/// <param name="draft">Where the events go.</param>
/// <param name="seed">Part of every messageId, so that a retry is recognised and two runs never mix.</param>
/// <param name="firstMidnight">Start of day 0.</param>
internal sealed class EventWriter(Catalogue catalogue, BatchWriter draft, long seed, DateTimeOffset firstMidnight)
{
    private const string Currency = "CNY";

    private Shopper shopper = null!; // set by Begin before any event
    private int day;
    private int number;
    private DateTimeOffset now;
    private string session = "";
    private Utf8JsonWriter current = null!; // set by Open before any write

    /// <summary>Starts a customer's stretch of acts.</summary>
    public void Begin(Shopper who, int onDay, TimeSpan at, string stretch)
    {
        // Nobody is in two visits at once: the next one waits until the one before is over.
        DateTimeOffset start = firstMidnight.AddDays(onDay) + at;
        now = ReferenceEquals(who, shopper) && now > start ? now.AddMinutes(1) : start;
        shopper = who;
        day = onDay;
        number = 0;
        session = string.Create(CultureInfo.InvariantCulture, $"{stretch}{onDay:D3}-{who.Index + 1:D5}");
    }

    /// <summary>The customer tells traits and consent, on the own browser.</summary>
    public void Identify(bool? consentsToEmail)
    {
        Utf8JsonWriter json = Open("identify", isSignedIn: true);
        json.WriteStartObject("traits"u8);
        json.WriteString("email"u8, shopper.Email);
        json.WriteString("name"u8, shopper.Name);
        json.WriteString("language"u8, shopper.Language);
        if (consentsToEmail is bool consents)
        {
            json.WriteBoolean("marketing_email"u8, consents);
        }

        json.WriteBoolean("personalisation"u8, shopper.ConsentsToPersonalisation);
        json.WriteEndObject();
        draft.Close();
    }

    /// <summary>Writes one visit.</summary>
    public void Visit(VisitTrace trace)
    {
        Page("Home", "/");
        foreach (SlotView slot in trace.Slots.Where(slot => string.Equals(slot.Placement, "home", StringComparison.Ordinal)))
        {
            Slot(slot, trace);
        }

        VisitPlan plan = trace.Plan;
        Category(plan.ListCategory);
        if (plan.SearchTerm is not null)
        {
            Utf8JsonWriter json = Track("Products Searched");
            json.WriteString("query"u8, plan.SearchTerm);
            Finish();
        }

        for (int look = 0; look < plan.Browsed.Count; look++)
        {
            BrowsedProduct browsed = plan.Browsed[look];
            Product("Product Viewed", browsed.Product, 1);
            if (look == 0)
            {
                foreach (SlotView slot in trace.Slots.Where(slot => !string.Equals(slot.Placement, "home", StringComparison.Ordinal)))
                {
                    Slot(slot, trace);
                }
            }

            if (browsed.IsWanted)
            {
                Product("Product Added", browsed.Product, browsed.Quantity);
            }
        }

        if (trace.Order is PlacedOrder order)
        {
            Order(order);
        }
    }

    /// <summary>Writes what was done with a mail.</summary>
    public void Mail(MailTrace trace)
    {
        if (!trace.IsOpened)
        {
            return;
        }

        MailEvent("Email Opened", trace, null);
        if (trace.ClickedProduct is int product)
        {
            MailEvent("Email Link Clicked", trace, product);
            Product("Product Viewed", product, 1);
            if (trace.Order is PlacedOrder order)
            {
                Product("Product Added", product, 1);
                Order(order);
            }
        }

        if (trace.Unsubscribes)
        {
            Identify(consentsToEmail: false);
        }
    }

    /// <summary>Writes a refund or a review.</summary>
    public void AfterSale(AfterSale after)
    {
        if (after.Rating > 0)
        {
            Utf8JsonWriter json = Track("Product Reviewed");
            WriteProduct(json, after.Line.Product);
            json.WriteNumber("rating"u8, after.Rating);
            json.WriteString("review_body"u8, ReviewWords.For(after, shopper.Language));
            Finish();
            return;
        }

        Utf8JsonWriter refund = Track("Order Refunded");
        refund.WriteString("order_id"u8, after.OrderId);
        refund.WriteNumber("total"u8, after.Paid);
        refund.WriteNumber("revenue"u8, after.Paid);
        refund.WriteString("currency"u8, Currency);
        WriteLines(refund, [after.Line]);
        Finish();
    }

    private void Slot(SlotView slot, VisitTrace trace)
    {
        if (slot.Token is null || slot.Products.Length == 0)
        {
            return;
        }

        Utf8JsonWriter json = Track("Promotion Viewed");
        json.WriteString("treatment_token"u8, slot.Token);
        json.WriteString("placement"u8, slot.Placement);
        Finish();
        foreach (SlotClick click in trace.Clicks.Where(click => ReferenceEquals(click.Slot, slot)))
        {
            json = Track("Promotion Clicked");
            json.WriteString("treatment_token"u8, slot.Token);
            json.WriteString("placement"u8, slot.Placement);
            json.WriteString("product_id"u8, catalogue.Products[click.Product].Id);
            json.WriteNumber("position"u8, click.Position);
            Finish();
            Product("Product Viewed", click.Product, 1);
            if (click.IsBought)
            {
                Product("Product Added", click.Product, 1);
            }
        }
    }

    private void MailEvent(string name, MailTrace trace, int? product)
    {
        Utf8JsonWriter json = Track(name);
        json.WriteString("treatment_token"u8, trace.Mail.Token);
        json.WriteString("placement"u8, trace.Mail.Placement);
        if (product is int index)
        {
            json.WriteString("product_id"u8, catalogue.Products[index].Id);
        }

        Finish();
    }

    private void Page(string title, string path)
    {
        Utf8JsonWriter json = Open("page", shopper.IsSignedIn(day));
        json.WriteString("name"u8, title);
        json.WriteStartObject("properties"u8);
        json.WriteString("title"u8, title);
        json.WriteString("path"u8, path);
        Finish();
    }

    private void Category(int category)
    {
        Utf8JsonWriter json = Track("Product List Viewed");
        json.WriteString("list_id"u8, Catalogue.Categories[category].Tag);
        json.WriteString("category"u8, Catalogue.Categories[category].Tag);
        Finish();
    }

    private void Product(string name, int product, int quantity)
    {
        Utf8JsonWriter json = Track(name);
        WriteProduct(json, product);
        json.WriteNumber("quantity"u8, quantity);
        Finish();
    }

    private void Order(PlacedOrder order)
    {
        Utf8JsonWriter json;
        if (order.CouponCode is not null)
        {
            json = Track("Coupon Applied");
            json.WriteString("order_id"u8, order.Id);
            json.WriteString("coupon_id"u8, order.CouponCode);
            json.WriteNumber("discount"u8, order.Gross - order.Paid);
            Finish();
        }

        json = Track("Order Completed");
        json.WriteString("order_id"u8, order.Id);
        json.WriteNumber("total"u8, order.Paid);
        json.WriteNumber("revenue"u8, order.Paid);
        if (order.CouponCode is not null)
        {
            json.WriteString("coupon"u8, order.CouponCode);
            json.WriteNumber("discount"u8, order.Gross - order.Paid);
        }

        json.WriteString("currency"u8, Currency);
        WriteLines(json, order.Lines);
        Finish();
    }

    private void WriteLines(Utf8JsonWriter json, IReadOnlyList<BoughtLine> lines)
    {
        json.WriteStartArray("products"u8);
        foreach (BoughtLine line in lines)
        {
            json.WriteStartObject();
            WriteProduct(json, line.Product);
            json.WriteNumber("quantity"u8, line.Quantity);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteProduct(Utf8JsonWriter json, int index)
    {
        ShopProduct product = catalogue.Products[index];
        json.WriteString("product_id"u8, product.Id);
        json.WriteString("name"u8, product.NameIn(shopper.Language));
        json.WriteString("category"u8, Catalogue.Categories[product.Category].Tag);
        json.WriteString("brand"u8, Catalogue.Brands[product.Brand].English);
        json.WriteNumber("price"u8, product.Price);
        json.WriteString("currency"u8, Currency);
    }

    private Utf8JsonWriter Track(string name)
    {
        Utf8JsonWriter json = Open("track", shopper.IsSignedIn(day));
        json.WriteString("event"u8, name);
        json.WriteStartObject("properties"u8);
        return json;
    }

    // Closes the properties and the event.
    private void Finish()
    {
        current.WriteEndObject();
        draft.Close();
    }

    private Utf8JsonWriter Open(string type, bool isSignedIn)
    {
        current = draft.Open();
        number++;
        current.WriteString("type"u8, type);
        current.WriteString("messageId"u8, string.Create(CultureInfo.InvariantCulture, $"s{seed}-{session}-{number}"));
        current.WriteString("timestamp"u8, now);
        current.WriteString("anonymousId"u8, shopper.AnonymousId);
        if (isSignedIn)
        {
            current.WriteString("userId"u8, shopper.UserId);
        }

        current.WriteStartObject("context"u8);
        current.WriteString("locale"u8, shopper.Language);
        current.WriteString("sessionId"u8, session);
        current.WriteEndObject();

        // Acts follow each other within half a minute or so; the spacing only has to look human.
        now = now.AddSeconds(11 + (number * 17 + shopper.Index * 7) % 29);
        return current;
    }
}
