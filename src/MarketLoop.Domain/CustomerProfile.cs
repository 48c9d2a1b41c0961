namespace MarketLoop.Domain;

/// <summary>What a customer told us of themselves: traits and consent.</summary>
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

    /// <summary>True only when marketing by e-mail was consented to; null (never asked) counts as no.</summary>
    public bool? ConsentsToEmail { get; init; }

    /// <summary>False when the customer switched personalisation off; null (never asked) counts as yes.</summary>
    public bool? ConsentsToPersonalisation { get; init; }
}
