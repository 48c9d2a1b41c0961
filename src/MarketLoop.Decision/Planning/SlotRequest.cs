using MarketLoop.Domain;

namespace MarketLoop.Decision.Planning;

/// <summary>A visitor who waits for a slot of a page to be filled.</summary>
public sealed record SlotRequest
{
    /// <summary>Most products a slot can ask for.</summary>
    public const int LargestCount = 50;

    /// <summary>Where it shows: <c>home</c>, <c>product</c>, <c>cart</c>.</summary>
    public required string Placement { get; init; }

    /// <summary>Who waits; null when nobody vouches for the id that was given, which then must not be used.</summary>
    public CustomerId? Customer { get; init; }

    /// <summary>False to answer without looking at the customer, for example because the id is not verified.</summary>
    public bool IsPersonalised { get; init; } = true;

    /// <summary>True when the request carries Global Privacy Control.</summary>
    public bool SendsPrivacyControl { get; init; }

    /// <summary>Products wanted, 1..<see cref="LargestCount"/>.</summary>
    public int Count { get; init; } = 10;

    /// <summary>The product whose page it is; null elsewhere.</summary>
    public ProductId? Product { get; init; }

    /// <summary>Names this request: asking again with the same name gives the same answer. Null makes each moment its own.</summary>
    public string? RequestId { get; init; }

    /// <summary>What the loop may do now.</summary>
    public required LoopMode Mode { get; init; }
}

/// <summary>The answer to a slot.</summary>
/// <param name="Items">What to show, in order of position. Empty when the loop is stopped or there is nothing to show.</param>
/// <param name="IsPersonalised">True when the items were chosen for this customer.</param>
/// <param name="Treatment">What to sign and send along so that a view can be measured; null when this answer is not part of the experiment (nobody vouched for, opted out, not running).</param>
public sealed record SlotDecision(IReadOnlyList<ShownItem> Items, bool IsPersonalised, Treatment? Treatment);
