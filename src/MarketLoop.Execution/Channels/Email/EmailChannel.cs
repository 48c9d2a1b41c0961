using System.Globalization;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;
using MarketLoop.Execution.Channels.OnSite;
using Microsoft.Extensions.Options;
using MimeKit;

namespace MarketLoop.Execution.Channels.Email;

/// <summary>Writes mails into the outbox: text and HTML in the customer's language, links that carry the treatment's token, one-click unsubscribing. Thread-safe.</summary>
public sealed class EmailChannel(Outbox outbox, TreatmentTokens tokens, ICatalogStore catalog, IOptions<EmailOptions> options)
{
    /// <summary>Writes the mail of a treatment; when it is there already nothing happens.</summary>
    /// <param name="treatment">What to say.</param>
    /// <param name="profile">To whom; the caller has checked consent and address.</param>
    /// <param name="at">The moment of sending.</param>
    /// <param name="cancellationToken">Cancels; the mail is then there whole or not at all.</param>
    /// <exception cref="IOException">The outbox cannot be written to.</exception>
    public async Task SendAsync(Treatment treatment, CustomerProfile profile, DateTimeOffset at, CancellationToken cancellationToken)
    {
        string language = profile.Language ?? options.Value.Language;
        string token = tokens.SignReference(treatment);
        OutboxItem[] links = [.. treatment.Items.Select(item => new OutboxItem(item.Product, LinkTo(item.Product, token)))];
        string subject = EmailTemplates.Subject(treatment, language);
        OutboxMessage message = new(0, treatment.Id, treatment.Customer.ToString(), treatment.Placement, subject, links, treatment.Offer, token, at);
        using MimeMessage mail = await ComposeAsync(treatment, profile, language, subject, links, token, at);
        await outbox.WriteAsync(message, (stream, ct) => mail.WriteToAsync(FormatOptions.Default, stream, ct), cancellationToken);
    }

    /// <summary>True when the mail of a treatment is in the outbox.</summary>
    public bool HasSent(TreatmentId treatment) => outbox.Contains(treatment);

    private async Task<MimeMessage> ComposeAsync(
        Treatment treatment, CustomerProfile profile, string language, string subject, IReadOnlyList<OutboxItem> links, string token, DateTimeOffset at)
    {
        string unsubscribe = ProductLinks.WithParameter(options.Value.UnsubscribeUrl, "token", token);
        EmailItem[] items = [.. treatment.Items.Zip(links, (item, link) => Describe(item, link.Link, language))];
        EmailBody body = await EmailTemplates.RenderAsync(treatment, profile.Name, language, items, unsubscribe);

        MimeMessage mail = new() { Subject = subject, Date = at };
        string domain = options.Value.FromAddress[(options.Value.FromAddress.LastIndexOf('@') + 1)..];
        mail.MessageId = $"{treatment.Id.Value}@{domain}";
        mail.From.Add(new MailboxAddress(options.Value.FromName, options.Value.FromAddress));
        mail.To.Add(new MailboxAddress(profile.Name ?? "", profile.Email ?? throw new ArgumentException("A mail needs an address.", nameof(profile))));
        mail.Headers.Add(HeaderId.ListUnsubscribe, $"<{unsubscribe}>");
        mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        mail.Headers.Add("Feedback-ID", $"{treatment.Placement}:marketloop");
        mail.Headers.Add("X-MarketLoop-Treatment", treatment.Id.Value);

        // Same treatment, same bytes: MimeKit would draw the boundary at random.
        Multipart alternative = new("alternative") { Boundary = $"=-{treatment.Id.Value}" };
        alternative.Add(new TextPart("plain") { Text = body.Text });
        alternative.Add(new TextPart("html") { Text = body.Html });
        mail.Body = alternative;
        return mail;
    }

    private string LinkTo(ProductId id, string token)
    {
        catalog.Current.TryGetValue(id, out Product? product);
        return ProductLinks.WithToken(ProductLinks.PageOf(product?.Url, id.Value, options.Value.ShopUrl), token);
    }

    private EmailItem Describe(ShownItem item, string link, string language)
    {
        catalog.Current.TryGetValue(item.Product, out Product? product);
        return new EmailItem(
            product?.Name.For(language) ?? item.Product.Value,
            product?.Price?.ToString("0.00", CultureInfo.InvariantCulture),
            item.Reason.For(language),
            link);
    }
}
