using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MarketLoop.Execution.Channels.Email;

/// <summary>How mails look and where they go.</summary>
public sealed class EmailOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MarketLoop:Execution:Email";

    /// <summary>Address in From. The default is no real domain: set the shop's own before mails leave the outbox.</summary>
    [Required]
    [EmailAddress]
    public string FromAddress { get; set; } = "news@shop.example";

    /// <summary>Name in From.</summary>
    [Required]
    public string FromName { get; set; } = "Shop";

    /// <summary>Root of the shop's pages: links to products without a page of their own go to <c>{ShopUrl}/products/ID</c>.</summary>
    [Required]
    [Url]
    public string ShopUrl { get; set; } = "https://shop.example";

    /// <summary>Where one-click unsubscribing posts to (RFC 8058 wants https); the signed token is appended as <c>token</c>.</summary>
    [Required]
    [Url]
    public string UnsubscribeUrl { get; set; } = "https://shop.example/unsubscribe";

    /// <summary>Language for customers who told none. Default en; anything beginning with zh is Chinese.</summary>
    [Required]
    public string Language { get; set; } = "en";
}

/// <summary>Checks <see cref="EmailOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class EmailOptionsValidator : IValidateOptions<EmailOptions>;
