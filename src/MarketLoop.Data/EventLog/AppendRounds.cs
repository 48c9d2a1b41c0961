namespace MarketLoop.Data.EventLog;

/// <summary>Lets an erasure wait until every append that began before it has its answer, without holding up those that begin after it. Thread-safe.</summary>
internal sealed class AppendRounds
{
    private readonly Lock gate = new();
    private Round current = new();

    /// <summary>Begins an append.</summary>
    public Round Enter()
    {
        lock (gate)
        {
            current.Inside++;
            return current;
        }
    }

    /// <summary>Ends an append.</summary>
    public void Leave(Round round)
    {
        lock (gate)
        {
            round.Inside--;
            Settle(round);
        }
    }

    /// <summary>Opens a new round and waits until the one before it is empty.</summary>
    public Task WaitForEarlierAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Round earlier = current;
            current = new Round();
            earlier.IsOver = true;
            Settle(earlier);
            return earlier.Empty.Task.WaitAsync(cancellationToken);
        }
    }

    private static void Settle(Round round)
    {
        if (round.IsOver && round.Inside == 0)
        {
            round.Empty.TrySetResult();
        }
    }

    /// <summary>Appends that began between two erasures.</summary>
    internal sealed class Round
    {
        public int Inside { get; set; }

        public bool IsOver { get; set; }

        public TaskCompletionSource Empty { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
