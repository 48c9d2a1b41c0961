using System.Net;
using MarketLoop.Domain;
using MarketLoop.Server.Access;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Server;

/// <summary>API, dashboard and the loop on its schedule, over one data folder.</summary>
public sealed class ServerHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly OpenedRooms rooms;

    private ServerHost(WebApplication app, OpenedRooms rooms, Uri address, string localToken, string? firstPassword)
    {
        this.app = app;
        this.rooms = rooms;
        Address = address;
        LocalToken = localToken;
        FirstPassword = firstPassword;
    }

    /// <summary>Where the server answers.</summary>
    public Uri Address { get; }

    /// <summary>The token that this run wrote into its folder.</summary>
    public string LocalToken { get; }

    /// <summary>The admin's password when this start made it; null later.</summary>
    public string? FirstPassword { get; }

    /// <summary>Services of the running server, for tests and for verbs in the same process.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>Serves until cancelled or told to stop by a signal.</summary>
    /// <exception cref="MarketLoopException">A setting is wrong, the folder is held by another process, the port is taken, or the address is refused.</exception>
    public static async Task RunAsync(ServeOptions options, CancellationToken cancellationToken)
    {
        await using ServerHost host = await StartAsync(options, cancellationToken);
        await host.app.WaitForShutdownAsync(cancellationToken);
    }

    /// <summary>Starts a server and returns when it answers.</summary>
    /// <exception cref="MarketLoopException">A setting is wrong, the folder is held by another process, the port is taken, or the address is refused.</exception>
    public static async Task<ServerHost> StartAsync(ServeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ManualClockStart is not null && !IPAddress.IsLoopback(options.Address))
        {
            throw new MarketLoopException("A manual clock is for simulations: it is served on loopback only.");
        }

        IConfigurationRoot settings = ShopConfiguration.ReadChecked(options.Folder, options.Defaults);
        TimeProvider clock = options.ManualClockStart is { } start ? new ManualClock(start) : TimeProvider.System;
        using ILoggerFactory loggers = LoggerFactory.Create(ConfigureLogging);
        OpenedRooms opened = await OpenedRooms.OpenAsync(options.Folder, settings, clock, loggers, cancellationToken);
        WebApplication? web = null;
        try
        {
            web = Build(options, settings, opened, clock);
            string? firstPassword = await PrepareAccountAsync(web.Services, options, cancellationToken);
            await OpenedRooms.StartAsync(web.Services, cancellationToken);
            await StartListeningAsync(web, options, cancellationToken);
            Uri address = AddressOf(web);
            string token = opened.Announce(address);
            web.Services.GetRequiredService<LocalToken>().Set(token);
            Log.Serving(web.Logger, options.Folder, address);
            options.Ready?.Invoke(new ServerReady(address, firstPassword));
            return new ServerHost(web, opened, address, token, firstPassword);
        }
        catch
        {
            if (web is not null)
            {
                await web.DisposeAsync();
            }

            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finishes what is under way, stops the loop and releases the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        // The intake says "come again" from here on, still listening, while what works in the background comes to its end:
        // a closed port makes SDKs drop within two seconds.
        app.Lifetime.StopApplication();
        await OpenedRooms.StopAsync(app.Services, CancellationToken.None);
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        await rooms.DisposeAsync();
    }

    private static WebApplication Build(ServeOptions options, IConfiguration settings, OpenedRooms rooms, TimeProvider clock)
    {
        // Content root and static web assets: without both, style sheets and scripts answer 200 with no bytes from a build output in Production.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Address, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Pipeline.LargestBody;
        });
        builder.Logging.ClearProviders();
        ConfigureLogging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(options);
        rooms.Register(builder.Services, settings);   // not the host's own configuration: what serves is what `config show` shows
        builder.AddPipeline(options, rooms.Folder);
        WebApplication web = builder.Build();
        web.UsePipeline();
        return web;
    }

    // The console's stdout belongs to the one ready line and to --json; everything else goes to stderr.
    private static void ConfigureLogging(ILoggingBuilder logging) => logging
        .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
        .SetMinimumLevel(LogLevel.Warning)
        .AddFilter("MarketLoop", LogLevel.Warning)
        .AddFilter("MarketLoop.Server", LogLevel.Information)
        .AddFilter("MarketLoop.Server.Access.KeyAuthentication", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);

    private static async Task<string?> PrepareAccountAsync(IServiceProvider services, ServeOptions options, CancellationToken cancellationToken)
    {
        AdminAccount account = services.GetRequiredService<AdminAccount>();
        string? first = await account.EnsureAsync(cancellationToken);
        if (!IPAddress.IsLoopback(options.Address) && !await account.HasOwnersPasswordAsync(cancellationToken))
        {
            throw new MarketLoopException(
                $"Listening on {options.Address} would open the dashboard to others, and its password is still the one made here. "
                + "Serve on loopback first, sign in, set a password of your own under Account, then start again."
                + (first is null ? "" : $" First password: {first}"));
        }

        return first;
    }

    private static async Task StartListeningAsync(WebApplication web, ServeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (IOException taken)
        {
            throw new MarketLoopException($"Port {options.Port} on {options.Address} cannot be used: {taken.Message}", isTransient: true, taken);
        }
    }

    private static Uri AddressOf(WebApplication web)
    {
        IServerAddressesFeature addresses = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()
            ?? throw new InvalidOperationException("Kestrel tells no address.");
        return new Uri(addresses.Addresses.First());
    }
}
