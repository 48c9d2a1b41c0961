namespace MarketLoop.Data.Cleaning;

/// <summary>A file of the quarantine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Whose rows it holds; null where each row names its own.</param>
/// <param name="Format">Format of the import that refused them; null for events that came over HTTP.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Waiting">Rows that nobody has looked at.</param>
/// <param name="Newest">When it was last written.</param>
public sealed record QuarantineFile(string Name, string? Source, string? Format, long Rows, long Waiting, DateTimeOffset Newest);

/// <summary>A row or an event that was refused, as it was sent.</summary>
/// <param name="Id">Its id: the file and its place in it.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Format">Format of the import; null for an event that came over HTTP.</param>
/// <param name="Line">Line of the imported file, or place in the batch.</param>
/// <param name="Code">The rule it broke.</param>
/// <param name="Reason">The same in words, where the door gave some.</param>
/// <param name="Content">The row as a JSON object of its columns, or the event as it was sent.</param>
/// <param name="State">What became of it.</param>
public sealed record QuarantinedRow(string Id, string Source, string? Format, long Line, string Code, string? Reason, string Content, QuarantineState State)
{
    internal DateTimeOffset? ReceivedAt { get; init; }
}

/// <summary>What a replay did.</summary>
/// <param name="IsStored">True when this call stored the row.</param>
/// <param name="IsKnown">True when the row was stored before: replaying twice does no harm.</param>
/// <param name="Fault">The rule that the row still breaks; null when it is good.</param>
public sealed record ReplayVerdict(bool IsStored, bool IsKnown, string? Fault);
