namespace MarketLoop;

/// <summary>Learns something between turns, at its own pace. Under a manual clock nothing may depend on how fast the machine is: there each turn renews it, after all else is done.</summary>
public interface ITurnRenewal
{
    /// <summary>Learns anew, if there is anything new.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was known stays.</exception>
    Task RenewAsync(CancellationToken cancellationToken);
}
