namespace ShopSimulator.World;

/// <summary>A customer. Everything here is hidden from the server but what the customer tells by identify.</summary>
internal sealed record Shopper
{
    /// <summary>Number of the customer, and of the own row of tastes.</summary>
    public required int Index { get; init; }

    /// <summary>Id at the shop.</summary>
    public required string UserId { get; init; }

    /// <summary>Id of the one browser.</summary>
    public required string AnonymousId { get; init; }

    /// <summary>Name, in the customer's language.</summary>
    public required string Name { get; init; }

    /// <summary>Address.</summary>
    public required string Email { get; init; }

    /// <summary>Language tag.</summary>
    public required string Language { get; init; }

    /// <summary>Day (from 0, the first of the history) from which the customer is signed in; <see cref="int.MaxValue"/> for never.</summary>
    public required int SignInDay { get; init; }

    /// <summary>Answer to "may we write to you?"; null when never asked.</summary>
    public required bool? ConsentsToEmail { get; init; }

    /// <summary>False when personalisation was switched off.</summary>
    public required bool ConsentsToPersonalisation { get; init; }

    /// <summary>Mean visits per day.</summary>
    public required double VisitsPerDay { get; init; }

    /// <summary>Hour (0..24) around which the customer shops.</summary>
    public required double Hour { get; init; }

    /// <summary>Factor on visits at the weekend.</summary>
    public required double WeekendFactor { get; init; }

    /// <summary>Hidden probability of opening a mail (channel habit).</summary>
    public required double OpensMail { get; init; }

    /// <summary>Hidden response to promotions, 0..1.</summary>
    public required double PromotionResponse { get; init; }

    /// <summary>Hidden price sensitivity, 0..1.5.</summary>
    public required double PriceSensitivity { get; init; }

    /// <summary>Hidden eagerness: factor on the probability of buying what was looked at.</summary>
    public required double Eagerness { get; init; }

    /// <summary>True when signed in on that day.</summary>
    public bool IsSignedIn(int day) => day >= SignInDay;
}
