using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Consent;

/// <summary>Who heard from us when: the frequency cap as a sliding window over all messages. Thread-safe; a reservation is atomic, so workers together never exceed the cap.</summary>
/// <remarks>Withheld messages of control customers count like sent ones: both arms must meet the same cap, or they could not be compared.
/// The state follows from the log and is rebuilt from it at first use.</remarks>
public sealed class MessageLedger(IEventLog log, IOptions<FrequencyCapOptions> options) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim loading = new(1, 1);
    private readonly Dictionary<CustomerId, List<Message>> messages = [];
    private bool isLoaded;

    private TimeSpan Window => TimeSpan.FromDays(options.Value.WindowDays);

    /// <summary>Reads the messages that still count at <paramref name="asOf"/> from the log; later calls do nothing. O(deliveries of one window).</summary>
    public async Task EnsureLoadedAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref isLoaded))
        {
            return;
        }

        await loading.WaitAsync(cancellationToken);
        try
        {
            if (isLoaded)
            {
                return;
            }

            LogRange recent = LogRange.During(new TimeWindow(asOf - Window, DateTimeOffset.MaxValue));
            await foreach (Delivery delivery in log.ReadAsync<Delivery>(recent, cancellationToken))
            {
                if (delivery.Channel != Channel.OnSite && delivery.Status is DeliveryStatus.Sent or DeliveryStatus.Withheld)
                {
                    Note(delivery.Customer, delivery.Treatment, delivery.At);
                }
            }

            Volatile.Write(ref isLoaded, true);
        }
        finally
        {
            loading.Release();
        }
    }

    /// <summary>True when one more message at this moment stays within the cap. A look, no reservation.</summary>
    public bool HasRoom(CustomerId customer, DateTimeOffset at)
    {
        lock (gate)
        {
            return CountIn(customer, at) < options.Value.MaximumMessages;
        }
    }

    /// <summary>Takes one place under the cap; false when none is left. Asking again for the same treatment is true and takes nothing.</summary>
    public bool TryReserve(CustomerId customer, TreatmentId treatment, DateTimeOffset at)
    {
        lock (gate)
        {
            if (messages.TryGetValue(customer, out List<Message>? own) && own.Exists(m => m.Treatment == treatment))
            {
                return true;
            }

            if (CountIn(customer, at) >= options.Value.MaximumMessages)
            {
                return false;
            }

            Note(customer, treatment, at);
            return true;
        }
    }

    /// <summary>Gives a place back: the message was not sent after all.</summary>
    public void Release(CustomerId customer, TreatmentId treatment)
    {
        lock (gate)
        {
            if (messages.TryGetValue(customer, out List<Message>? own))
            {
                own.RemoveAll(m => m.Treatment == treatment);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => loading.Dispose();

    private void Note(CustomerId customer, TreatmentId treatment, DateTimeOffset at)
    {
        lock (gate)
        {
            if (!messages.TryGetValue(customer, out List<Message>? own))
            {
                messages[customer] = own = [];
            }

            if (!own.Exists(m => m.Treatment == treatment))
            {
                own.Add(new Message(treatment, at));
            }
        }
    }

    private int CountIn(CustomerId customer, DateTimeOffset at)
    {
        if (!messages.TryGetValue(customer, out List<Message>? own))
        {
            return 0;
        }

        own.RemoveAll(m => m.At <= at - Window);
        if (own.Count == 0)
        {
            messages.Remove(customer);
        }

        return own.Count;
    }

    private readonly record struct Message(TreatmentId Treatment, DateTimeOffset At);
}
