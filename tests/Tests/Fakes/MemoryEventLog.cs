using System.Runtime.CompilerServices;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Fakes;

/// <summary>The log in memory, by the rules of its port.</summary>
internal sealed class MemoryEventLog : IEventLog
{
    private readonly Lock gate = new();
    private readonly List<ILogRecord> records = [];
    private readonly HashSet<(Type, RecordKey)> keys = [];
    private readonly Dictionary<CustomerId, CustomerId> owners = [];

    public CrashPlan Crash { get; set; } = new();

    public int TimelineReads { get; private set; }

    public long Head
    {
        get
        {
            lock (gate)
            {
                return records.Count;
            }
        }
    }

    public IReadOnlyList<TRecord> All<TRecord>()
    {
        lock (gate)
        {
            return [.. records.OfType<TRecord>()];
        }
    }

    public ValueTask<AppendReceipt> AppendAsync(IReadOnlyList<ILogRecord> added, CancellationToken cancellationToken)
    {
        Crash.Step();
        int stored = 0;
        lock (gate)
        {
            foreach (ILogRecord record in added)
            {
                if (!keys.Add((record.GetType(), record.Key)))
                {
                    continue;
                }

                records.Add(record);
                stored++;
                if (record is Interaction { UserId: { } user, AnonymousId: { } browser })
                {
                    owners.TryAdd(CustomerId.Anonymous(browser), CustomerId.Known(user));
                }
            }
        }

        Crash.Step();
        return ValueTask.FromResult(new AppendReceipt(stored, added.Count - stored, Head));
    }

    public async IAsyncEnumerable<Interaction> ReadInteractionsAsync(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (Interaction interaction in Slice<Interaction>(range)
            .OrderBy(i => i.OccurredAt).ThenBy(i => i.Source.Value, StringComparer.Ordinal).ThenBy(i => i.MessageId, StringComparer.Ordinal))
        {
            yield return interaction with { Customer = OwnerOf(interaction.Customer) };
        }
    }

    public async IAsyncEnumerable<InteractionColumns> ReadColumnsAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        Dictionary<CustomerId, long> numbers = (await ReadPeopleAsync(before, cancellationToken)).ToDictionary(p => p.Value, p => p.Key);
        Interaction[] rows = [.. All<Interaction>().Where(i => i.OccurredAt < before)];
        yield return new InteractionColumns(
            [.. rows.Select(i => numbers[OwnerOf(i.Customer)])],
            [.. rows.Select(i => i.Kind)],
            [.. rows.Select(i => i.OccurredAt.UtcTicks)],
            [.. rows.Select(i => (long)((i.Revenue ?? i.Lines.Sum(l => l.Quantity * (l.UnitPrice ?? 0m))) * 10_000m))]);
    }

    public Task<IReadOnlyList<KeyValuePair<long, CustomerId>>> ReadPeopleAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<KeyValuePair<long, CustomerId>>>(
            [.. All<Interaction>().Select(i => OwnerOf(i.Customer)).Distinct().Select((customer, index) => KeyValuePair.Create(index + 1L, customer))]);

    public Task<IReadOnlyList<Interaction>> ReadTimelineAsync(CustomerId customer, int limit, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        TimelineReads++;
        CustomerId owner = OwnerOf(customer);
        return Task.FromResult<IReadOnlyList<Interaction>>([.. All<Interaction>()
            .Select(i => i with { Customer = OwnerOf(i.Customer) })
            .Where(i => i.Customer == owner && (before is null || i.OccurredAt < before))
            .OrderByDescending(i => i.OccurredAt)
            .Take(limit)]);
    }

    public async IAsyncEnumerable<TRecord> ReadAsync<TRecord>(LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        await Task.CompletedTask;
        foreach (TRecord record in Slice<TRecord>(range))
        {
            yield return record;
        }
    }

    public ValueTask<CustomerId> ResolveAsync(CustomerId customer, CancellationToken cancellationToken) => ValueTask.FromResult(OwnerOf(customer));

    public Task<LogStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Interaction> all = All<Interaction>();
        return Task.FromResult(new LogStatus(
            all.Count,
            new Dictionary<string, long>(StringComparer.Ordinal),
            new Dictionary<string, long>(StringComparer.Ordinal),
            all.Count == 0 ? null : all.Min(i => i.OccurredAt),
            all.Count == 0 ? null : all.Max(i => i.OccurredAt),
            new Dictionary<string, long>(StringComparer.Ordinal),
            0));
    }

    public Task ExportSnapshotAsync(string folder, DateTimeOffset asOf, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private CustomerId OwnerOf(CustomerId customer)
    {
        lock (gate)
        {
            return owners.GetValueOrDefault(customer, customer);
        }
    }

    private List<TRecord> Slice<TRecord>(LogRange range)
        where TRecord : class, ILogRecord
    {
        lock (gate)
        {
            return [.. records.Select((record, index) => (record, position: index + 1L))
                .Where(r => r.position > range.After && r.position <= range.Through && range.Window.Contains(r.record.At))
                .Select(r => r.record)
                .OfType<TRecord>()];
        }
    }

    public Task<IReadOnlyList<LoggedRecord<TRecord>>> ReadNewestAsync<TRecord>(long before, int limit, CancellationToken cancellationToken)
        where TRecord : class, ILogRecord
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<LoggedRecord<TRecord>>>(
                [.. records.Select((record, index) => (record, position: index + 1L)).Where(r => r.record is TRecord && r.position < before)
                    .OrderByDescending(r => r.position).Take(limit).Select(r => new LoggedRecord<TRecord>(r.position, (TRecord)r.record))]);
        }
    }

    public Task<IReadOnlyList<DayCount>> CountByDayAsync(TimeWindow window, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<DayCount>>(
                [.. records.OfType<Interaction>().Where(i => window.Contains(i.OccurredAt)).CountBy(i => (Day: DateOnly.FromDateTime(i.OccurredAt.UtcDateTime), i.Kind))
                    .OrderBy(day => day.Key.Day).ThenBy(day => day.Key.Kind).Select(day => new DayCount(day.Key.Day, day.Key.Kind, day.Value))]);
        }
    }
}
