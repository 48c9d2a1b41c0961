using ShopSimulator.Behaviour;

namespace ShopSimulator.Wire;

/// <summary>All that the simulator knows of MarketLoop: its public HTTP API, or the stand-in of a dry run.</summary>
internal interface IShopServer
{
    /// <summary>Where the server's clock stands.</summary>
    Task<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken);

    /// <summary>Moves the clock; with a turn it is the barrier of the day. The answer is the turn's report as far as the simulator reads it.</summary>
    Task<TurnNumbers?> MoveClockAsync(DateTimeOffset now, bool turn, CancellationToken cancellationToken);

    /// <summary>Presses Start.</summary>
    Task StartLoopAsync(CancellationToken cancellationToken);

    /// <summary>Sends the catalogue (JSON).</summary>
    Task PutProductsAsync(byte[] body, CancellationToken cancellationToken);

    /// <summary>Sends one batch of events until it is acknowledged, and returns the verdict.</summary>
    Task<BatchVerdict> SendBatchAsync(byte[] body, CancellationToken cancellationToken);

    /// <summary>Asks what to show.</summary>
    Task<SlotView> AskSlotAsync(SlotQuestion question, CancellationToken cancellationToken);

    /// <summary>Mails written since <paramref name="after"/>.</summary>
    Task<MailPage> ReadOutboxAsync(long after, int day, CancellationToken cancellationToken);

    /// <summary>The server's own measurement; null when it has none.</summary>
    Task<System.Text.Json.JsonElement?> ReadLiftAsync(int days, CancellationToken cancellationToken);
}

/// <summary>A question for a slot.</summary>
/// <param name="Placement">Where.</param>
/// <param name="UserId">Signed-in customer; null for a browser.</param>
/// <param name="AnonymousId">The browser.</param>
/// <param name="Count">Products wanted.</param>
/// <param name="Product">Product of the page; null elsewhere.</param>
/// <param name="RequestId">Name of this question: asked twice, it is answered alike.</param>
internal sealed record SlotQuestion(string Placement, string? UserId, string AnonymousId, int Count, string? Product, string RequestId);

/// <summary>Verdict on a batch.</summary>
internal readonly record struct BatchVerdict(int Accepted, int Duplicates, int Rejected, string? FirstRejection);

/// <summary>A page of the outbox.</summary>
internal sealed record MailPage(IReadOnlyList<Mail> Mails, long Next);

/// <summary>Numbers of one turn.</summary>
internal sealed record TurnNumbers(int Turn, long Interactions, int Insights, int? Models, bool Retrained, int Considered, int Contactable, int Treatments, int Outcomes);
