namespace MarketLoop.Analysis.Preference;

/// <summary>What a list of products is for: each aim is another question to the history, and its own model answers it.</summary>
public enum PreferenceAim
{
    /// <summary>What will this customer buy that is new to them? Front page, e-mail.</summary>
    Taste,

    /// <summary>After what was just looked at, what comes next? Product page, search.</summary>
    Next,

    /// <summary>What else goes into an order with these? Cart.</summary>
    Basket,

    /// <summary>What will this customer buy next, also again? Reorder.</summary>
    Reorder,
}
