namespace MarketLoop.Domain;

/// <summary>What a customer told us of themselves: traits, and what the consent ledger comes to.</summary>
public sealed record CustomerProfile
{
    /// <summary>The customer.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>E-mail address; null when unknown. Personal: never logged.</summary>
    public string? Email { get; init; }

    /// <summary>Name; null when unknown. Personal: never logged.</summary>
    public string? Name { get; init; }

    /// <summary>Language tag such as <c>zh-CN</c>; null means the shop's.</summary>
    public string? Language { get; init; }

    /// <summary>Day of birth, where only an age was told the latest it allows; null when unknown. Personal: never logged.</summary>
    public DateOnly? Born { get; init; }

    /// <summary>True only when marketing by e-mail was consented to; null (never asked) counts as no.</summary>
    public bool? ConsentsToEmail { get; init; }

    /// <summary>False when the customer switched personalisation off; null (never asked) counts as yes.</summary>
    public bool? ConsentsToPersonalisation { get; init; }

    /// <summary>False when the customer switched off being known outside the shop's own pages, by word or by Global Privacy Control; null (never asked) counts as yes within the shop.</summary>
    public bool? ConsentsToPersonalisationElsewhere { get; init; }

    /// <summary>False when the customer refused advertising, by word or by Global Privacy Control: then no paid placements; null (never asked) counts as yes within the shop.</summary>
    public bool? ConsentsToAdvertising { get; init; }

    /// <summary>Since when a browser of the customer has sent Global Privacy Control; null when none did.</summary>
    public DateTimeOffset? PrivacyControlSince { get; init; }
}
