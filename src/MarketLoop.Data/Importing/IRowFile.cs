using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>A file of events, read forward row by row: a table, or one JSON object a line.</summary>
internal interface IRowFile : IDisposable
{
    /// <summary>Names of the columns that <see cref="Fields"/> gives.</summary>
    IReadOnlyList<string> Headers { get; }

    /// <summary>The current row as it stands in the file.</summary>
    IReadOnlyList<string> Fields { get; }

    /// <summary>Line of the file at which the current row begins, from 1.</summary>
    long Line { get; }

    /// <summary>Share of the file that was read, 0..1; null when its length is unknown.</summary>
    double? Share { get; }

    /// <summary>Fingerprint of the current row's content.</summary>
    UInt128 Fingerprint { get; }

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="ImportFormatException">The file breaks off or is damaged.</exception>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    /// <summary>What the current row tells.</summary>
    RowReading Read();
}

/// <summary>What one row tells: an interaction, or why there is none.</summary>
internal readonly record struct RowReading
{
    /// <summary>What happened; null with a <see cref="Fault"/>. Of an order's row: that row's line alone.</summary>
    public Interaction? Interaction { get; init; }

    /// <summary>Why there is no interaction; null with one.</summary>
    public string? Fault { get; init; }

    /// <summary>Rows of one key are one order; null for an event of its own.</summary>
    public string? OrderKey { get; init; }

    /// <summary>What the row says of its product.</summary>
    public ToldProduct? Told { get; init; }

    /// <summary>The program that sent the event, where the file tells.</summary>
    public string? UserAgent { get; init; }

    /// <summary>A row that is no event.</summary>
    public static RowReading Refused(string fault) => new() { Fault = fault };
}
