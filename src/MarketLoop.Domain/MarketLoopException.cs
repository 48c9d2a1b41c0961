namespace MarketLoop.Domain;

/// <summary>Trouble outside our code: a full disk, a locked folder, a server that does not answer.</summary>
public sealed class MarketLoopException : Exception
{
    /// <summary>Makes one with the trouble and its cure in words.</summary>
    public MarketLoopException(string message, bool isTransient = false, Exception? inner = null)
        : base(message, inner)
    {
        IsTransient = isTransient;
    }

    /// <summary>True when trying again later may help.</summary>
    public bool IsTransient { get; }
}
