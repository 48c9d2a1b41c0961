namespace MarketLoop.Domain;

/// <summary>One line of the consent ledger: that somebody said yes or no to one purpose on one channel, when, to which text, and where that is proved.</summary>
public sealed record ConsentEntry
{
    /// <summary>Who said so; a browser until it is known whose it is.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>To what.</summary>
    public required ConsentPurpose Purpose { get; init; }

    /// <summary>On which channel.</summary>
    public required ConsentChannel Channel { get; init; }

    /// <summary>True for yes, false for no.</summary>
    public required bool IsGranted { get; init; }

    /// <summary>When it was said; the latest counts, whatever the order of arrival.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Version of the text that was agreed to or withdrawn from; null when nobody told.</summary>
    public string? TextVersion { get; init; }

    /// <summary>How it was said.</summary>
    public required ConsentOrigin Origin { get; init; }

    /// <summary>Message id of the event in the log that proves it.</summary>
    public required string Evidence { get; init; }
}

/// <summary>What personal data may be used for. Numbers are stored: never renumber.</summary>
public enum ConsentPurpose
{
    /// <summary>Statistics of the shop.</summary>
    Analytics = 1,

    /// <summary>Choosing by what the person did.</summary>
    Personalisation = 2,

    /// <summary>Messages of the shop.</summary>
    Marketing = 3,

    /// <summary>Advertising: paid placements, and handing data to others for it.</summary>
    Advertising = 4,
}

/// <summary>Where consent holds. Numbers are stored: never renumber.</summary>
public enum ConsentChannel
{
    /// <summary>Everywhere, unless a later word on one channel says otherwise.</summary>
    Any = 0,

    /// <summary>The shop's own pages.</summary>
    OnSite = 1,

    /// <summary>E-mail.</summary>
    Email = 2,

    /// <summary>Short messages.</summary>
    Sms = 3,

    /// <summary>Notifications of an app or a browser.</summary>
    Push = 4,

    /// <summary>Calls.</summary>
    Phone = 5,

    /// <summary>Letters.</summary>
    Post = 6,

    /// <summary>Messengers, such as WeChat.</summary>
    Messenger = 7,

    /// <summary>Advertisements outside the shop.</summary>
    Ads = 8,
}

/// <summary>How consent was said. Numbers are stored: never renumber.</summary>
public enum ConsentOrigin
{
    /// <summary>A trait of an <c>identify</c> call.</summary>
    IdentifyTrait = 1,

    /// <summary>A consent event of the tracking API.</summary>
    ConsentEvent = 2,

    /// <summary>The shop's server, over the API.</summary>
    Api = 3,

    /// <summary>The owner, in the dashboard or on the command line.</summary>
    Owner = 4,

    /// <summary>The switch on the shop's page.</summary>
    ShopPage = 5,

    /// <summary>The browser's Global Privacy Control.</summary>
    PrivacyControl = 6,

    /// <summary>The link in a mail.</summary>
    UnsubscribeLink = 7,
}
