namespace MarketLoop.Domain;

/// <summary>What one turn of the loop did, room by room.</summary>
public sealed record TurnReport
{
    /// <summary>Number of the turn, from 1.</summary>
    public required int Turn { get; init; }

    /// <summary>The moment the turn stood at.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Mode it ran in.</summary>
    public required LoopMode Mode { get; init; }

    /// <summary>Interactions in the log up to then.</summary>
    public required long Interactions { get; init; }

    /// <summary>Interactions new since the turn before.</summary>
    public required long NewInteractions { get; init; }

    /// <summary>Insights written.</summary>
    public required int Insights { get; init; }

    /// <summary>Models that served; null before any.</summary>
    public ModelVersion? Models { get; init; }

    /// <summary>True when this turn asked for training and swapped new models in.</summary>
    public bool Retrained { get; init; }

    /// <summary>Customers a message was considered for.</summary>
    public required int Considered { get; init; }

    /// <summary>Customers with consent and address among them.</summary>
    public required int Contactable { get; init; }

    /// <summary>Treatments decided in this turn, control included.</summary>
    public required int Treatments { get; init; }

    /// <summary>Customers refused, by reason.</summary>
    public IReadOnlyDictionary<RefusalReason, int> Refusals { get; init; } = new Dictionary<RefusalReason, int>();

    /// <summary>Deliveries of this turn, by state.</summary>
    public IReadOnlyDictionary<DeliveryStatus, int> Deliveries { get; init; } = new Dictionary<DeliveryStatus, int>();

    /// <summary>Outcomes measured or revised.</summary>
    public required int Outcomes { get; init; }
}

/// <summary>What the loop may do.</summary>
public enum LoopMode
{
    /// <summary>Decides and shows drafts, sends nothing. The state after first start.</summary>
    Observe,

    /// <summary>Sends and shows.</summary>
    Running,

    /// <summary>Decides nothing, sends nothing; slots answer empty. Intake goes on.</summary>
    Stopped,
}
