using System.Buffers;
using System.Runtime.InteropServices;
using MarketLoop.Data.Erasure;

namespace MarketLoop.Data.EventLog;

/// <summary>A stretch of interactions with their personal parts sealed. Its buffers serve one stretch after the other; one thread at a time.</summary>
internal sealed class SealedStretch
{
    private readonly List<(LoadedRecord Record, long Person, Range Part)> rows = [];
    private readonly ArrayBufferWriter<byte> closed = new(1 << 16);

    /// <summary>Seals the interactions at these places.</summary>
    public void Seal(PersonalSeal seal, List<LoadedRecord> records, ReadOnlySpan<PersonPlace> places)
    {
        rows.Clear();
        closed.ResetWrittenCount();
        ReadOnlySpan<LoadedRecord> all = CollectionsMarshal.AsSpan(records);
        foreach (PersonPlace place in places)
        {
            ref readonly LoadedRecord record = ref all[place.Index];
            int begin = closed.WrittenCount;
            if (place.Person != PersonDirectory.Nobody)
            {
                seal.Close(closed, place.Person, record.Position, record.Row.Personal);
            }

            rows.Add((record, place.Person, begin..closed.WrittenCount));
        }
    }

    /// <summary>Hands the interactions over, in order.</summary>
    public void AddTo(InteractionChunk chunk)
    {
        foreach (ref readonly (LoadedRecord Record, long Person, Range Part) row in CollectionsMarshal.AsSpan(rows))
        {
            chunk.Add(row.Record, row.Person, closed.WrittenSpan[row.Part]);
        }
    }
}

/// <summary>A record's person and its place in the block.</summary>
internal readonly record struct PersonPlace(long Person, int Index);
