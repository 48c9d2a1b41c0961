namespace MarketLoop.Data.Importing;

/// <summary>A table whose rows a layout understands.</summary>
internal sealed class DelimitedFile(CsvRows rows, IRowLayout layout) : IRowFile
{
    /// <inheritdoc />
    public IReadOnlyList<string> Headers => rows.Headers;

    /// <inheritdoc />
    public IReadOnlyList<string> Fields => rows.Fields;

    /// <inheritdoc />
    public long Line => rows.Line;

    /// <inheritdoc />
    public double? Share => rows.Share;

    /// <inheritdoc />
    public UInt128 Fingerprint { get; private set; }

    /// <inheritdoc />
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await rows.ReadAsync(cancellationToken))
        {
            return false;
        }

        Fingerprint = rows.Fingerprint();
        return true;
    }

    /// <inheritdoc />
    public RowReading Read() => layout.Read(rows, Fingerprint);

    /// <inheritdoc />
    public void Dispose() => rows.Dispose();
}

/// <summary>What the columns of a known table mean.</summary>
internal interface IRowLayout
{
    /// <summary>The current row.</summary>
    RowReading Read(CsvRows rows, UInt128 fingerprint);
}
