namespace MarketLoop.Server.Api.Data;

/// <summary>Lets one import in at a time: two at once would only slow each other down.</summary>
internal sealed class ImportGate
{
    private int isTaken;

    /// <summary>A pass to give back; null when an import is under way.</summary>
    public IDisposable? TryEnter() => Interlocked.CompareExchange(ref isTaken, 1, 0) == 0 ? new Pass(this) : null;

    private sealed class Pass(ImportGate gate) : IDisposable
    {
        public void Dispose() => Interlocked.Exchange(ref gate.isTaken, 0);
    }
}
