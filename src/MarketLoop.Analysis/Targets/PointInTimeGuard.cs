using System.Globalization;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Targets;

/// <summary>Refuses to train on rows that know what came after their moment. A model that saw the answer looks brilliant and is worthless.</summary>
/// <remarks>
/// Three nets, each of which catches what the others let through: a history that reaches beyond its own end; a row whose newest counted event is not before its moment; and, whatever a row
/// says of itself, the same row computed once more from a history in which everything at or after its moment was blotted out: where a number differs, that column looked ahead.
/// </remarks>
public static class PointInTimeGuard
{
    /// <summary>Checks that a history ends where it says.</summary>
    /// <exception cref="MarketLoopException">A record lies at or after <see cref="TrainingSnapshot.AsOf"/>.</exception>
    public static void Check(TrainingSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        foreach (Interaction interaction in snapshot.Interactions)
        {
            if (interaction.OccurredAt >= snapshot.AsOf)
            {
                throw new MarketLoopException(
                    $"The training data end at {Text(snapshot.AsOf)} but hold a {interaction.Name} of {Text(interaction.OccurredAt)}: a model would learn from the future. Export the snapshot anew.");
            }
        }
    }

    /// <summary>Checks one row.</summary>
    /// <param name="customer">Whose it is.</param>
    /// <param name="moment">The moment it stands at; its label looks ahead from here.</param>
    /// <param name="seenUntil">The newest event its features have counted; null for none.</param>
    /// <exception cref="MarketLoopException">That event is not before the moment.</exception>
    public static void Check(CustomerId customer, DateTimeOffset moment, DateTimeOffset? seenUntil)
    {
        if (seenUntil >= moment)
        {
            throw new MarketLoopException(
                $"A row that stands at {Text(moment)} has counted an event of {Text(seenUntil.Value)}: its features know what its label asks for. Compute features as of the row's moment.");
        }
    }

    /// <summary>The same history as somebody at an earlier moment could know it: later events are gone, and of later sign-ins only who signed in where is left, since that names customers and counts nothing.</summary>
    public static TrainingSnapshot Blind(TrainingSnapshot snapshot, DateTimeOffset moment)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new TrainingSnapshot
        {
            AsOf = snapshot.AsOf,
            Interactions = [.. snapshot.Interactions.Where(i => i.OccurredAt < moment || i.UserId is not null).Select(i => i.OccurredAt < moment ? i : NameOnly(i))],
            Treatments = [.. snapshot.Treatments.Where(t => t.DecidedAt < moment)],
            Deliveries = [.. snapshot.Deliveries.Where(d => d.At < moment)],
            Outcomes = [.. snapshot.Outcomes.Where(o => o.MeasuredAt < moment)],
            Products = snapshot.Products,
        };
    }

    /// <summary>Compares rows with the same rows from a blinded history, bit by bit.</summary>
    /// <param name="moment">The moment they stand at.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="seeing">Rows from the whole history, row-major.</param>
    /// <param name="blind">The same rows from the blinded one.</param>
    /// <exception cref="MarketLoopException">A column differs; the message names it.</exception>
    public static void Compare(DateTimeOffset moment, IReadOnlyList<string> columns, ReadOnlySpan<float> seeing, ReadOnlySpan<float> blind)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (seeing.Length != blind.Length)
        {
            throw new MarketLoopException($"At {Text(moment)} other customers have a row when the future is blotted out: who is asked about depends on what came later.");
        }

        for (int i = 0; i < seeing.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(seeing[i]) != BitConverter.SingleToInt32Bits(blind[i]))
            {
                throw new MarketLoopException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The column {columns[i % columns.Count]} looks past the row's moment: at {Text(moment)} it says {seeing[i]}, and {blind[i]} once everything from then on is blotted out. Take the column out, or compute it from the book as of the moment."));
            }
        }
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Interaction NameOnly(Interaction later) => new()
    {
        Source = later.Source,
        MessageId = later.MessageId,
        Kind = InteractionKind.Identified,
        Name = "identify",
        UserId = later.UserId,
        AnonymousId = later.AnonymousId,
        Customer = later.Customer,
        OccurredAt = later.OccurredAt,
        ReceivedAt = later.ReceivedAt,
    };
}
