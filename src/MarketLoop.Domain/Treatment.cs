namespace MarketLoop.Domain;

/// <summary>One decision: what to do to one customer, why, and with which probability it was chosen. Named so because a namespace hides the room's name.</summary>
public sealed record Treatment : ILogRecord
{
    /// <summary>Derived from what was decided, not drawn: the same decision made twice has the same id and is carried out once.</summary>
    public required TreatmentId Id { get; init; }

    /// <summary>For whom.</summary>
    public required CustomerId Customer { get; init; }

    /// <summary>What it is.</summary>
    public required TreatmentKind Kind { get; init; }

    /// <summary>How it reaches the customer.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Where it shows (<c>home</c>, <c>product</c>, <c>cart</c>) or which rule sent it (<c>win-back</c>).</summary>
    public required string Placement { get; init; }

    /// <summary>Treated, or control: a control treatment is logged but replaced by what the shop would have done without us.</summary>
    public required Arm Arm { get; init; }

    /// <summary>Probability (0..1] with which the customer fell into this arm.</summary>
    public required double ArmPropensity { get; init; }

    /// <summary>Name of the deciding policy, such as <c>collaborative+swap</c>.</summary>
    public required string Policy { get; init; }

    /// <summary>Models used; null when none was.</summary>
    public ModelVersion? Models { get; init; }

    /// <summary>Why, in words a shopkeeper reads.</summary>
    public required LocalizedText Reason { get; init; }

    /// <summary>The products shown, in order of position from 0.</summary>
    public IReadOnlyList<ShownItem> Items { get; init; } = [];

    /// <summary>Number of candidates the policy chose from.</summary>
    public int CandidateCount { get; init; }

    /// <summary>The discount offered, if any.</summary>
    public Offer? Offer { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>After this moment it must not be carried out any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <inheritdoc />
    public RecordKey Key => new("treatment", Id.Value);

    /// <inheritdoc />
    public DateTimeOffset At => DecidedAt;
}

/// <summary>A product in a list.</summary>
/// <param name="Product">The product.</param>
/// <param name="Position">Position from 0.</param>
/// <param name="Propensity">P(this product at this position | context), 0..1].</param>
/// <param name="Score">The ranker's score.</param>
/// <param name="Reason">Why it is here.</param>
/// <param name="Campaign">The advertising campaign that pays for the place; null for what was chosen on merit.</param>
public sealed record ShownItem(ProductId Product, int Position, double Propensity, double Score, LocalizedText Reason, CampaignId? Campaign = null);

/// <summary>A coupon.</summary>
/// <param name="Code">What the customer types.</param>
/// <param name="Discount">Share of the price taken off, 0..1.</param>
/// <param name="ValidUntil">Last moment of validity.</param>
public sealed record Offer(string Code, double Discount, DateTimeOffset ValidUntil);

/// <summary>Kinds of treatment. Numbers are stored.</summary>
public enum TreatmentKind
{
    /// <summary>A list of products in a slot.</summary>
    Recommendation = 1,

    /// <summary>A coupon.</summary>
    Promotion = 2,

    /// <summary>A message without discount to a chosen audience.</summary>
    Announcement = 3,
}

/// <summary>Channels. Numbers are stored.</summary>
public enum Channel
{
    /// <summary>A slot in the shop's pages.</summary>
    OnSite = 1,

    /// <summary>E-mail.</summary>
    Email = 2,
}

/// <summary>Arms of the standing experiment. Numbers are stored.</summary>
public enum Arm
{
    /// <summary>Gets what we decide.</summary>
    Treated = 1,

    /// <summary>Gets what the shop would do without us: popular products in slots, no mail.</summary>
    Control = 2,
}
