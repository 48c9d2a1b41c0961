using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;
using MarketLoop.Domain;

namespace MarketLoop.Execution.Channels.Email;

/// <summary>Subject, text and HTML of a message in the customer's language. Thread-safe.</summary>
internal sealed class EmailTemplates
{
    // The default encoder would turn Chinese into entities.
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly TemplateOptions Options = MakeOptions();
    private static readonly IFluidTemplate HtmlTemplate = Parse("message.html.liquid");
    private static readonly IFluidTemplate TextTemplate = Parse("message.text.liquid");

    /// <summary>The subject line.</summary>
    public static string Subject(Treatment treatment, string language) => treatment.Offer is { } offer
        ? new LocalizedText($"{Percent(offer)} off, for you", $"为您准备的优惠：立减 {Percent(offer)}").For(language)
        : new LocalizedText("Picked for you", "为您精选").For(language);

    /// <summary>Renders both bodies.</summary>
    public static async Task<EmailBody> RenderAsync(Treatment treatment, string? name, string language, IReadOnlyList<EmailItem> items, string unsubscribe)
    {
        string? customerName = string.IsNullOrWhiteSpace(name) ? null : name;
        TemplateContext context = new(Options);
        context.SetValue("lang", language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? "zh-CN" : "en");
        context.SetValue("subject", Subject(treatment, language));
        context.SetValue("greeting", (customerName is null
            ? new LocalizedText("Hello,", "您好，")
            : new LocalizedText($"Hello {customerName},", $"{customerName}，您好，")).For(language));
        context.SetValue("intro", (treatment.Kind == TreatmentKind.Promotion
            ? new LocalizedText("We have not seen you for a while. Here is something for your next order.", "好久不见，为您的下一单准备了一份心意。")
            : new LocalizedText("These may be to your liking.", "以下商品您可能会喜欢。")).For(language));
        context.SetValue("items", items);
        context.SetValue("unsubscribe", unsubscribe);
        context.SetValue("unsubscribe_text", new LocalizedText("Unsubscribe", "退订").For(language));
        if (treatment.Offer is { } offer)
        {
            string until = offer.ValidUntil.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            context.SetValue("offer_line", new LocalizedText($"{Percent(offer)} off with code {offer.Code}", $"使用优惠码 {offer.Code} 立减 {Percent(offer)}").For(language));
            context.SetValue("offer_until", new LocalizedText($"Valid until {until}", $"有效期至 {until}").For(language));
        }

        return new EmailBody(
            await TextTemplate.RenderAsync(context, NullEncoder.Default),
            await HtmlTemplate.RenderAsync(context, Html));
    }

    private static string Percent(Offer offer) => (offer.Discount * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    private static TemplateOptions MakeOptions()
    {
        TemplateOptions options = new() { MaxSteps = 10_000 };
        options.MemberAccessStrategy.MemberNameStrategy = MemberNameStrategies.SnakeCase;
        options.MemberAccessStrategy.Register<EmailItem>();
        return options;
    }

    private static IFluidTemplate Parse(string name)
    {
        using Stream stream = typeof(EmailTemplates).Assembly.GetManifestResourceStream("MarketLoop.Execution.Templates." + name)
            ?? throw new InvalidOperationException($"The template {name} is not part of the program.");
        using StreamReader reader = new(stream);
        return new FluidParser().Parse(reader.ReadToEnd());
    }
}

/// <summary>Both bodies of a mail.</summary>
internal sealed record EmailBody(string Text, string Html);

/// <summary>One product as the templates see it.</summary>
internal sealed record EmailItem(string Name, string? Price, string Reason, string Link);
