namespace MarketLoop.Domain;

/// <summary>A promotion or an advertising campaign of the shop: context that models learn from and decisions keep to.</summary>
public sealed record Campaign
{
    /// <summary>Its id.</summary>
    public required CampaignId Id { get; init; }

    /// <summary>Its name.</summary>
    public required LocalizedText Name { get; init; }

    /// <summary>A promotion or advertising.</summary>
    public required CampaignKind Kind { get; init; }

    /// <summary>What it is, in the shop's words: <c>percent-off</c>, <c>coupon</c>, <c>banner</c>, <c>search</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where it stands: a placement, a channel, a shelf; null when it has no place.</summary>
    public string? Position { get; init; }

    /// <summary>What it says; null when it has no words.</summary>
    public LocalizedText? Content { get; init; }

    /// <summary>Most it may cost, in the shop's currency; null without a limit.</summary>
    public decimal? Budget { get; init; }

    /// <summary>First moment; null for ever before.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>First moment after it; null for ever after.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How strong it is, 0..1: the share off the price of a promotion, the share of views of a campaign; null when unknown.</summary>
    public double? Strength { get; init; }

    /// <summary>The products it is about; empty for all.</summary>
    public IReadOnlyList<ProductId> Products { get; init; } = [];

    /// <summary>Name of a saved audience whose members alone it is for; null for everybody. Of an audience that is not saved nobody is a member.</summary>
    public string? Audience { get; init; }

    /// <summary>True at a moment within its period.</summary>
    public bool IsActiveAt(DateTimeOffset moment) => (From is not { } from || from <= moment) && (Until is not { } until || moment < until);
}

/// <summary>What a campaign is. Numbers are stored: never renumber.</summary>
public enum CampaignKind
{
    /// <summary>A better price or an extra.</summary>
    Promotion = 0,

    /// <summary>Paid attention.</summary>
    Advertising = 1,
}
