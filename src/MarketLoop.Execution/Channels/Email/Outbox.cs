using System.Globalization;
using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Execution.Channels.Email;

/// <summary>The outbox folder: one <c>SEQUENCE-TREATMENT.eml</c> per mail for a mail server to pick up, and beside it a <c>.json</c> for readers of the API. One process at a time; thread-safe.</summary>
/// <remarks>The rename of the <c>.eml</c> is the moment of sending. Whatever lies under another name was never sent and is written again.</remarks>
public sealed class Outbox : IDisposable
{
    private const string MessageEnding = ".eml";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string folder;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly Lock gate = new();
    private readonly SortedList<long, string> names = [];
    private readonly HashSet<string> treatments = new(StringComparer.Ordinal);

    /// <summary>Opens the folder (made when missing), looks through it once, and clears away what a crash left half written.</summary>
    public Outbox(string folder)
    {
        this.folder = Directory.CreateDirectory(folder).FullName;
        foreach (string leftover in Directory.EnumerateFiles(this.folder, "*.tmp"))
        {
            File.Delete(leftover);
        }

        foreach (string path in Directory.EnumerateFiles(this.folder, "*" + MessageEnding))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            int dash = name.IndexOf('-', StringComparison.Ordinal);
            if (dash > 0 && long.TryParse(name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            {
                names[sequence] = name;
                treatments.Add(name[(dash + 1)..]);
            }
        }

        foreach (string orphan in Directory.EnumerateFiles(this.folder, "*.json").Where(p => !File.Exists(Path.ChangeExtension(p, MessageEnding))).ToList())
        {
            File.Delete(orphan);
        }
    }

    /// <summary>Sequence of the newest mail; 0 when empty.</summary>
    public long Newest
    {
        get
        {
            lock (gate)
            {
                return names.Count == 0 ? 0 : names.GetKeyAtIndex(names.Count - 1);
            }
        }
    }

    /// <summary>True when the treatment's mail was written.</summary>
    public bool Contains(TreatmentId treatment)
    {
        lock (gate)
        {
            return treatments.Contains(treatment.Value);
        }
    }

    /// <summary>Mails after a sequence number, oldest first.</summary>
    /// <param name="after">Sequence of the last mail seen; 0 for all.</param>
    /// <param name="limit">Most mails wanted, 1..1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<OutboxPage> ListAsync(long after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        List<(long Sequence, string Name)> wanted = [];
        lock (gate)
        {
            for (int i = IndexAfter(after); i < names.Count && wanted.Count < limit; i++)
            {
                wanted.Add((names.GetKeyAtIndex(i), names.GetValueAtIndex(i)));
            }
        }

        List<OutboxMessage> messages = new(wanted.Count);
        foreach ((long sequence, string name) in wanted)
        {
            string path = Path.Combine(folder, name + ".json");
            if (File.Exists(path))
            {
                await using FileStream stream = File.OpenRead(path);
                OutboxMessage? message = await JsonSerializer.DeserializeAsync<OutboxMessage>(stream, Json, cancellationToken);
                if (message is not null)
                {
                    messages.Add(message with { Sequence = sequence });
                }
            }
        }

        return new OutboxPage(messages, wanted.Count == 0 ? after : wanted[^1].Sequence);
    }

    /// <summary>Writes a mail whole or not at all, once: a treatment that is there already is left as it is.</summary>
    internal async Task WriteAsync(OutboxMessage message, Func<Stream, CancellationToken, Task> writeMail, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            if (Contains(message.TreatmentId))
            {
                return;
            }

            long sequence = Newest + 1;
            string name = $"{sequence.ToString("D10", CultureInfo.InvariantCulture)}-{message.TreatmentId.Value}";
            await WriteFileAsync(name + ".json", (stream, token) => JsonSerializer.SerializeAsync(stream, message with { Sequence = sequence }, Json, token), cancellationToken);
            await WriteFileAsync(name + MessageEnding, writeMail, cancellationToken);
            lock (gate)
            {
                names[sequence] = name;
                treatments.Add(message.TreatmentId.Value);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => writing.Dispose();

    private async Task WriteFileAsync(string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        string target = Path.Combine(folder, name);
        string temporary = target + ".tmp";
        await using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 16 * 1024, FileOptions.Asynchronous))
        {
            await write(stream, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, target, overwrite: true);
    }

    private int IndexAfter(long sequence)
    {
        int low = 0, high = names.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (names.GetKeyAtIndex(middle) <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>A mail of the outbox as readers of the API see it. Holds no address and no name.</summary>
/// <param name="Sequence">Rising number, the cursor.</param>
/// <param name="TreatmentId">The treatment it carries out.</param>
/// <param name="Customer">For whom, in the written form <c>u:ID</c>.</param>
/// <param name="Placement">The rule that sent it.</param>
/// <param name="Subject">Its subject line.</param>
/// <param name="Items">The products in it, with the links of the mail.</param>
/// <param name="Offer">The coupon, if any.</param>
/// <param name="Token">The signed token its links carry.</param>
/// <param name="SentAt">When it was written.</param>
public sealed record OutboxMessage(
    long Sequence,
    TreatmentId TreatmentId,
    string Customer,
    string Placement,
    string Subject,
    IReadOnlyList<OutboxItem> Items,
    Offer? Offer,
    string Token,
    DateTimeOffset SentAt);

/// <summary>A product in a mail.</summary>
public sealed record OutboxItem(ProductId ProductId, string Link);

/// <summary>Part of the outbox.</summary>
/// <param name="Messages">Oldest first.</param>
/// <param name="Next">Cursor for the next read.</param>
public sealed record OutboxPage(IReadOnlyList<OutboxMessage> Messages, long Next);
