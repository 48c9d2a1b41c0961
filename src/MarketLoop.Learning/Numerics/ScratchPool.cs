namespace MarketLoop.Learning.Numerics;

/// <summary>Keeps working memory between calls, for structures that are cleaned place by place and must not be dirty when lent. Thread-safe, allocates only when all is lent.</summary>
/// <param name="create">Makes one more.</param>
internal sealed class ScratchPool<T>(Func<T> create)
    where T : class
{
    private readonly T?[] _kept = new T?[Environment.ProcessorCount];

    public T Rent()
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            if (Interlocked.Exchange(ref _kept[i], null) is { } scratch)
            {
                return scratch;
            }
        }

        return create();
    }

    /// <summary>Takes it back, clean; one that came out of an exception is better dropped.</summary>
    public void Return(T scratch)
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _kept[i], scratch, null) is null)
            {
                return;
            }
        }
    }
}
