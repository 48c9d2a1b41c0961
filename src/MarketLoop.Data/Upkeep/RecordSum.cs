using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Upkeep;

/// <summary>Counts records by kind and sums their hashes, whatever their order: two stores with the same sum hold the same records.</summary>
internal sealed class RecordSum
{
    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
    private ulong sum;

    /// <summary>Records in all.</summary>
    public long Count => counts.Values.Sum();

    /// <summary>Takes a record in.</summary>
    public void Add(long position, ILogRecord record)
    {
        buffer.ResetWrittenCount();
        using (Utf8JsonWriter writer = RecordCodec.MakeWriter(buffer))
        {
            RecordCodec.Write(writer, record);
        }

        AddErased(RecordCodec.KindOf(record));
        sum += XxHash64.HashToUInt64(buffer.WrittenSpan, position);
    }

    /// <summary>Counts a record of which nothing can be read any more.</summary>
    public void AddErased(RecordKind kind) => counts[kind.ToString()] = counts.GetValueOrDefault(kind.ToString()) + 1;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', counts.Select(pair => $"{pair.Key} {pair.Value}"))} sum {sum:x16}");
}
