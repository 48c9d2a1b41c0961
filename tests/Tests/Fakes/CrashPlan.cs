namespace MarketLoop.Tests.Fakes;

/// <summary>Dies at the n-th step that the fakes report, as a process would: nothing after it runs. Steps are counted from 1; 0 never dies.</summary>
internal sealed class CrashPlan(int at = 0)
{
    public int Steps { get; private set; }

    public void Step()
    {
        Steps++;
        if (Steps == at)
        {
            throw new SimulatedCrashException();
        }
    }
}

internal sealed class SimulatedCrashException : Exception;
