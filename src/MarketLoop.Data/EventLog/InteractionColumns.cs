using MarketLoop.Domain;

namespace MarketLoop.Data.EventLog;

/// <summary>A stretch of interactions, column by column: what counts over the whole log need, without a record for each event. Immutable.</summary>
/// <param name="people">Whose acts they are: keys of <see cref="IEventLog.ReadPeopleAsync"/>; 0 for nobody.</param>
/// <param name="kinds">What they are.</param>
/// <param name="ticks">When they happened, ticks in UTC.</param>
/// <param name="units">Money of orders and refunds in ten-thousandths, by their lines where none was told; 0 elsewhere unless told.</param>
public sealed class InteractionColumns(long[] people, InteractionKind[] kinds, long[] ticks, long[] units)
{
    /// <summary>Rows.</summary>
    public int Count => people.Length;

    /// <summary>Whose acts they are: keys of <see cref="IEventLog.ReadPeopleAsync"/>; 0 for nobody.</summary>
    public ReadOnlySpan<long> People => people;

    /// <summary>What they are.</summary>
    public ReadOnlySpan<InteractionKind> Kinds => kinds;

    /// <summary>When they happened, ticks in UTC.</summary>
    public ReadOnlySpan<long> Ticks => ticks;

    /// <summary>Money of orders and refunds in ten-thousandths.</summary>
    public ReadOnlySpan<long> Units => units;
}
