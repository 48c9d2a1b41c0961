using System.CommandLine;
using System.Globalization;
using System.Net;
using MarketLoop.Cli.Terminal;
using MarketLoop.Server;

namespace MarketLoop.Cli.Corridor;

/// <summary>API, dashboard and the loop on its schedule.</summary>
internal static class ServeVerb
{
    public static Command Create()
    {
        Option<string> data = SharedOptions.Data();
        Option<int> port = SharedOptions.Port(SharedOptions.DefaultPort);
        Option<string> address = new("--address") { Description = "Address to listen on. Anything but loopback is refused until the owner set a password.", HelpName = "IP", DefaultValueFactory = _ => "127.0.0.1" };
        Option<string> clock = new("--clock") { Description = "manual: time stands still until the API moves it, for simulations.", HelpName = "real|manual", DefaultValueFactory = _ => "real" };
        clock.AcceptOnlyFromAmong("real", "manual");
        Option<DateTimeOffset?> start = SharedOptions.Moment("--clock-start", "Where a manual clock begins; default: now.");
        Verb verb = new("serve", "Serves the API, the dashboard and the loop on its schedule. Starts in observe: nothing is sent before the owner says so.")
        {
            Examples = ["marketloop serve --data shop", "marketloop serve --data shop --port 0", "marketloop serve --data sim --clock manual --clock-start 2026-01-01"],
        };
        foreach (Option option in (Option[])[data, port, address, clock, start])
        {
            verb.Options.Add(option);
        }

        return verb.Does(async (parsed, screen, cancellationToken) =>
        {
            bool isManual = string.Equals(parsed.GetValue(clock), "manual", StringComparison.Ordinal);
            if (parsed.GetValue(start) is not null && !isManual)
            {
                throw new UsageException("--clock-start: only a manual clock can be set; add --clock manual.");
            }

            ServeOptions options = new()
            {
                Folder = parsed.GetRequiredValue(data),
                Port = parsed.GetValue(port),
                Address = IPAddress.TryParse(parsed.GetValue(address), out IPAddress? ip) ? ip : throw new UsageException($"--address: '{parsed.GetValue(address)}' is no IP address, such as 127.0.0.1."),
                ManualClockStart = isManual ? parsed.GetValue(start) ?? TimeProvider.System.GetUtcNow() : null,
                Ready = ready => Tell(ready, screen),
            };
            await ServerHost.RunAsync(options, cancellationToken);
            return ExitCode.Ok;
        });
    }

    private static void Tell(ServerReady ready, Screen screen)
    {
        string address = ready.Address.GetLeftPart(UriPartial.Authority);
        if (screen.IsJson)
        {
            screen.JsonLine(new { ready = address, ready.FirstPassword });
            return;
        }

        if (ready.FirstPassword is { } password)
        {
            screen.Note(string.Create(CultureInfo.InvariantCulture, $"First start: sign in as 'admin' with the password {password} (shown this once)."));
        }

        screen.Line($"MarketLoop ready on {address}");
    }
}
