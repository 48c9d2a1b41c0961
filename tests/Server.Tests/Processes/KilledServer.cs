using Xunit;

namespace MarketLoop.Server.Tests.Processes;

/// <summary>A served folder whose server dies at chosen steps of its senders and is started again, plainly, each time.</summary>
internal sealed class KilledServer : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly string folder;
    private readonly HashSet<int> killSteps;
    private Task<ServingProcess> current;
    private ServingProcess alive;
    private int steps;
    private int life;
    private int lastLostLife = -1;

    private KilledServer(string folder, HashSet<int> killSteps, ServingProcess first, string writeKey)
    {
        this.folder = folder;
        this.killSteps = killSteps;
        alive = first;
        current = Task.FromResult(first);
        WriteKey = writeKey;
    }

    /// <summary>A key that is good in every life.</summary>
    public string WriteKey { get; }

    /// <summary>Times it was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Kills for which a request that had been sent before never got its answer.</summary>
    public int KillsInFlight { get; private set; }

    public static async Task<KilledServer> StartAsync(string folder, HashSet<int> killSteps)
    {
        ServingProcess first = await ServingProcess.StartAsync(folder);
        return new KilledServer(folder, killSteps, first, await first.Api.AddKeyAsync("shop", secret: false));
    }

    /// <summary>The server that lives now, or the next one as soon as it answers.</summary>
    public Task<ServingProcess> FindAsync()
    {
        lock (gate)
        {
            return current;
        }
    }

    /// <summary>Notes that a sender took a step, and kills the server when that step was chosen.</summary>
    /// <returns>The life in which it happened; null when that server was dead already.</returns>
    public int? Step(ServingProcess server)
    {
        lock (gate)
        {
            if (server != alive || !current.IsCompleted)
            {
                return null;
            }

            int own = life;
            if (killSteps.Contains(++steps))
            {
                server.Kill();
                Kills++;
                life++;
                current = StartAgainAsync(server);
            }

            return own;
        }
    }

    /// <summary>Notes that a request of a life got no answer.</summary>
    public void NoteLost(int? sentInLife)
    {
        lock (gate)
        {
            if (sentInLife is { } lost && lost > lastLostLife)
            {
                lastLostLife = lost;
                KillsInFlight++;
            }
        }
    }

    public async ValueTask DisposeAsync() => await alive.DisposeAsync();

    private async Task<ServingProcess> StartAgainAsync(ServingProcess dead)
    {
        await Task.Yield();   // the senders' lock is not held while a process starts
        await dead.DisposeAsync();
        ServingProcess next = await ServingProcess.StartAsync(folder);
        lock (gate)
        {
            alive = next;
        }

        return next;
    }
}
