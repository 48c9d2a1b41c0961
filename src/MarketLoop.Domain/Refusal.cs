namespace MarketLoop.Domain;

/// <summary>An expected "no": a value, never an exception.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">More words for the owner; null when the reason says it all. Never personal data.</param>
public sealed record Refusal(RefusalReason Reason, string? Detail = null);

/// <summary>Why something was not done.</summary>
public enum RefusalReason
{
    /// <summary>The customer did not consent.</summary>
    NoConsent,

    /// <summary>There is consent but no address.</summary>
    NoAddress,

    /// <summary>The customer heard from us often enough.</summary>
    OverFrequencyCap,

    /// <summary>In the control group.</summary>
    ControlGroup,

    /// <summary>Not promising enough by the response model.</summary>
    LowResponse,

    /// <summary>Too little is known of the customer.</summary>
    ColdStart,

    /// <summary>The treatment's time is over.</summary>
    Expired,

    /// <summary>The loop observes or is stopped.</summary>
    NotRunning,

    /// <summary>Too young, as far as the age is known.</summary>
    Minor,

    /// <summary>The customer switched personalisation off, and this was chosen by what they did.</summary>
    NoPersonalisation,

    /// <summary>Not in the audience that the rule writes to.</summary>
    OutsideAudience,
}
