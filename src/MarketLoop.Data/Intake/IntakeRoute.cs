namespace MarketLoop.Data.Intake;

/// <summary>The call of the tracking API that a body came with; for a batch each event names its own.</summary>
public enum IntakeRoute
{
    /// <summary>Many events in one body (<c>/v1/batch</c>, <c>/v1/import</c>).</summary>
    Batch,

    /// <summary>Something a customer did.</summary>
    Track,

    /// <summary>Who a customer is: traits and consent.</summary>
    Identify,

    /// <summary>A page was opened.</summary>
    Page,

    /// <summary>A screen of an app was opened.</summary>
    Screen,

    /// <summary>A customer belongs to a company.</summary>
    Group,

    /// <summary>Two ids are one customer. Kept, without effect in this version.</summary>
    Alias,

    /// <summary>Many events in the form of GA4's Measurement Protocol (<c>/mp/collect</c>).</summary>
    Measurement,
}
