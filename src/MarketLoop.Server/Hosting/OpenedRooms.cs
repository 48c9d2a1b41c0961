using MarketLoop.Domain;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketLoop.Server.Hosting;

/// <summary>The five rooms over one open data folder: the one place where the server meets how they are built.</summary>
internal sealed class OpenedRooms : IAsyncDisposable
{
    private readonly LocalTokenFile tokens = new();

    private OpenedRooms(string folder)
    {
        Folder = folder;
    }

    /// <summary>Full path of the data folder.</summary>
    public string Folder { get; }

    /// <summary>Opens the folder and takes its lock.</summary>
    public static Task<OpenedRooms> OpenAsync(string folder, TimeProvider clock, CancellationToken cancellationToken)
    {
        _ = clock;
        cancellationToken.ThrowIfCancellationRequested();
        _ = new OpenedRooms(folder);
        throw new MarketLoopException("The embedded store is not built in yet.");
    }

    /// <summary>Registers the rooms.</summary>
    public void Register(IServiceCollection services, IConfiguration configuration) => services.AddSingleton(this).AddSingleton<LoopControl>();

    /// <summary>Prepares what must stand before the first request.</summary>
    public Task StartAsync(IServiceProvider services, CancellationToken cancellationToken) => tokens.Nothing;

    /// <summary>Tells the folder where its server is; returns the local token.</summary>
    public string Announce(Uri address) => Folder + address;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class LocalTokenFile
    {
        public Task Nothing { get; } = Task.CompletedTask;
    }
}
