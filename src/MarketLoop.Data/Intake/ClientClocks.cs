namespace MarketLoop.Data.Intake;

/// <summary>How far each sender's clock is off, as the median of what its last requests showed. Thread-safe, bounded memory.</summary>
/// <remarks>
/// One request alone does not tell: a client that resends a batch after two minutes with its old <c>sentAt</c> looks like one whose clock is two minutes slow.
/// Delay is never negative, so a <c>sentAt</c> ahead of our clock is believed at once, one behind it only when several requests agree.
/// </remarks>
internal sealed class ClientClocks
{
    private const int SamplesKept = 9;
    private const int SamplesBelieved = 3;
    private const int ClientsKept = 50_000;
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);
    private readonly Lock gate = new();
    private readonly Dictionary<string, Samples> clients = new(StringComparer.Ordinal);

    /// <summary>Notes a request and answers what must be added to this client's times; zero while its clock seems right.</summary>
    /// <param name="client">Source and device (or library).</param>
    /// <param name="sentAt">The client's clock when it sent.</param>
    /// <param name="receivedAt">Our clock when it arrived.</param>
    public TimeSpan Observe(string client, DateTimeOffset sentAt, DateTimeOffset receivedAt)
    {
        TimeSpan shown = receivedAt - sentAt;
        lock (gate)
        {
            if (!clients.TryGetValue(client, out Samples? samples))
            {
                if (clients.Count >= ClientsKept)
                {
                    clients.Clear();
                }

                clients[client] = samples = new Samples();
            }

            samples.Add(shown, sentAt);
            TimeSpan median = samples.Median;
            if (median.Duration() <= Tolerance)
            {
                return TimeSpan.Zero;
            }

            bool looksLikeDelay = median > TimeSpan.Zero && median < LongestDelay && samples.Count < SamplesBelieved;
            return looksLikeDelay ? TimeSpan.Zero : median;
        }
    }

    private sealed class Samples
    {
        private readonly List<TimeSpan> shown = new(SamplesKept);
        private int next;
        private DateTimeOffset lastSentAt;

        public int Count => shown.Count;

        public TimeSpan Median { get; private set; }

        public void Add(TimeSpan sample, DateTimeOffset sentAt)
        {
            // The same sentAt again is the same request again (or the next event of the same batch): it says nothing new.
            if (shown.Count > 0 && sentAt == lastSentAt)
            {
                return;
            }

            lastSentAt = sentAt;
            if (shown.Count < SamplesKept)
            {
                shown.Add(sample);
            }
            else
            {
                shown[next] = sample;
                next = (next + 1) % SamplesKept;
            }

            TimeSpan[] sorted = [.. shown.Order()];
            Median = sorted[(sorted.Length - 1) / 2];
        }
    }
}
