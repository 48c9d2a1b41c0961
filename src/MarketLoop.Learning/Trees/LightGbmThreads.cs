namespace MarketLoop.Learning.Trees;

/// <summary>
/// LightGBM keeps the number of its threads once for the whole process, and sizes buffers by it. So runs that ask for the same number go side by side, and others wait for their turn.
/// </summary>
internal static class LightGbmThreads
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly object Gate = new();
    private static int inForce;
    private static int runs;

    /// <summary>Waits until runs of so many threads may go, and holds others back until it is disposed.</summary>
    /// <param name="threads">As LightGBM takes it; 0 is one for each core.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static IDisposable Enter(int threads, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            while (runs > 0 && inForce != threads)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Monitor.Wait(Gate, Look);
            }

            inForce = threads;
            runs++;
        }

        return new Turn();
    }

    /// <summary>One run.</summary>
    private sealed class Turn : IDisposable
    {
        public void Dispose()
        {
            lock (Gate)
            {
                runs--;
                Monitor.PulseAll(Gate);
            }
        }
    }
}
