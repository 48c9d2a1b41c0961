using System.Net;

namespace MarketLoop.Server;

/// <summary>What <c>serve</c> is asked for.</summary>
public sealed record ServeOptions
{
    /// <summary>The data folder of the shop; made when it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>Port to listen on; 0 picks a free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Address to listen on. Anything but loopback is refused until the owner set a password of their own.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Where the clock of a simulation starts; null for the real clock. Loopback only.</summary>
    public DateTimeOffset? ManualClockStart { get; init; }

    /// <summary>Host names that requests may name; empty means those of loopback when listening there, and any otherwise.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Settings to begin with, by full name; the settings file and the environment win. Null for none.</summary>
    public IReadOnlyDictionary<string, string?>? Defaults { get; init; }

    /// <summary>Called once when the server answers, with what the one ready line says.</summary>
    public Action<ServerReady>? Ready { get; init; }
}

/// <summary>A server that answers.</summary>
/// <param name="Address">Where, such as <c>http://127.0.0.1:8080</c>.</param>
/// <param name="FirstPassword">The admin's password when this start made it, to be shown once; null later.</param>
public sealed record ServerReady(Uri Address, string? FirstPassword);
