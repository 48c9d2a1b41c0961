using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>What a training sees: history up to one moment, and nothing after it.</summary>
public sealed record TrainingSnapshot
{
    /// <summary>The moment the history ends; every record lies before it.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Interactions ordered by (OccurredAt, Source, MessageId), browsers resolved.</summary>
    public required IReadOnlyList<Interaction> Interactions { get; init; }

    /// <summary>Treatments in log order.</summary>
    public IReadOnlyList<Treatment> Treatments { get; init; } = [];

    /// <summary>Deliveries in log order.</summary>
    public IReadOnlyList<Delivery> Deliveries { get; init; } = [];

    /// <summary>The last outcome of each treatment, in order of treatment id.</summary>
    public IReadOnlyList<Outcome> Outcomes { get; init; } = [];

    /// <summary>The catalogue, in order of product id.</summary>
    public IReadOnlyList<Product> Products { get; init; } = [];

    /// <summary>Reads what <see cref="IEventLog.ExportSnapshotAsync"/> wrote. O(n) in memory.</summary>
    /// <exception cref="MarketLoopException">The folder holds no whole snapshot, or one of a newer version.</exception>
    public static Task<TrainingSnapshot> LoadAsync(string folder, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return SnapshotFiles.ReadAsync(folder, cancellationToken);
    }
}
