using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Intake;
using MarketLoop.Domain;

namespace MarketLoop.Data.Importing;

/// <summary>Imports an archive of tracking calls, one JSON object a line, as Segment and RudderStack write them to storage.</summary>
/// <remarks>Times are taken as written: an archive's <c>sentAt</c> says nothing of today's clocks.</remarks>
public sealed class SegmentJsonlImporter(ImportTarget target) : IShopImporter
{
    /// <summary>Name of the format.</summary>
    public const string FormatName = "segment-jsonl";

    private const int LinesBetweenNews = 10_000;
    private const int LongestLine = 16 * 1024 * 1024;

    /// <inheritdoc />
    public string Format => FormatName;

    /// <inheritdoc />
    public async Task<ImportReport> ImportAsync(Stream file, SourceId source, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        await using RejectedRows rejected = new(target.QuarantineFolder, source.Value, ["event"]);
        Run run = new(target, source, rejected);
        PipeReader reader = PipeReader.Create(await PlainStream.OpenAsync(file, cancellationToken), new StreamPipeReaderOptions(bufferSize: 256 * 1024));
        bool isEnd = false;
        while (!isEnd)
        {
            ReadResult result = await ReadAsync(reader, run, cancellationToken);
            ReadOnlySequence<byte> rest = result.Buffer;
            while (TryTakeLine(ref rest, result.IsCompleted, out ReadOnlySequence<byte> line))
            {
                await run.TakeAsync(line, cancellationToken);
                if (run.Lines % LinesBetweenNews == 0)
                {
                    progress?.Report(new ImportProgress("read", run.Lines, file.CanSeek && file.Length > 0 ? (double)file.Position / file.Length : null));
                }
            }

            if (rest.Length > LongestLine)
            {
                throw new ImportFormatException("A line has more than 16 MB: the file is not one JSON object a line.");
            }

            isEnd = result.IsCompleted;
            reader.AdvanceTo(rest.Start, rest.End);
        }

        await reader.CompleteAsync();
        ImportReport report = await run.CompleteAsync(cancellationToken);
        await target.Store.AddImportReportAsync(report.ToJson(), cancellationToken);
        return report;
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader reader, Run run, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new ImportFormatException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"The compressed file is damaged after line {run.Lines}: {exception.Message}"));
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        bool hasLine = isLast && !rest.IsEmpty;
        rest = hasLine ? rest.Slice(rest.End) : rest;
        return hasLine;
    }

    // One import under way: what it has read, refused and stored.
    private sealed class Run(ImportTarget target, SourceId source, RejectedRows rejected)
    {
        private readonly SegmentEventReader reader = new(target.Limits);
        private readonly EventWriter writer = new(target);
        private readonly SortedDictionary<string, long> faults = new(StringComparer.Ordinal);
        private readonly DateTimeOffset startedAt = target.Time.GetUtcNow();

        public long Lines { get; private set; }

        public async ValueTask TakeAsync(ReadOnlySequence<byte> line, CancellationToken cancellationToken)
        {
            Lines++;
            byte[] bytes = line.ToArray();
            ReadOnlyMemory<byte> content = bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0).Trim(" \t\r"u8);
            if (content.IsEmpty)
            {
                Lines--;
                return;
            }

            Fault? fault;
            if (IntakeBody.TryParse(content, out IntakeBody? body, out string? reason))
            {
                using (body)
                {
                    fault = await TakeAsync(body.Root, cancellationToken);
                }
            }
            else
            {
                fault = new Fault(FaultCodes.MalformedJson, reason);
            }

            if (fault is not null)
            {
                faults[fault.Code] = faults.GetValueOrDefault(fault.Code) + 1;
                await rejected.AddAsync([System.Text.Encoding.UTF8.GetString(content.Span)], Lines, fault.Code);
            }
        }

        public async Task<ImportReport> CompleteAsync(CancellationToken cancellationToken)
        {
            await writer.FlushAsync(null, cancellationToken);
            return new ImportReport
            {
                Format = FormatName,
                Source = source.Value,
                ImportedAt = target.Time.GetUtcNow(),
                RowsRead = Lines,
                Rejected = faults,
                RejectedFile = await rejected.CompleteAsync(),
                EventsStored = writer.Stored,
                EventsDuplicate = writer.Duplicates,
                FirstEvent = writer.First,
                LastEvent = writer.Last,
            };
        }

        private async ValueTask<Fault?> TakeAsync(JsonElement item, CancellationToken cancellationToken)
        {
            BodyEnvelope envelope = new(startedAt, null, JsonFields.TryRead(item, "receivedAt", "received_at"), IsImport: true);
            (SegmentEvent? understood, Fault? fault) = reader.Read(item, IntakeRoute.Batch, source, envelope);
            if (understood is not null)
            {
                await writer.AddAsync(understood.Interaction, null, cancellationToken);
            }

            return fault;
        }
    }
}
