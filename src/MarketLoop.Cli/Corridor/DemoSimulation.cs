using System.CommandLine;
using System.Globalization;
using MarketLoop.Cli.Machine;
using MarketLoop.Cli.Terminal;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using MarketLoop.Server;

namespace MarketLoop.Cli.Corridor;

/// <summary>The simulator as a process beside the server: it lives the days and then, unless nobody looks, keeps the shop's pages open.</summary>
internal sealed class DemoSimulation(ServerHost host, DemoOptions options, ParseResult parsed, string report)
{
    private const string Ready = "Shop ready on ";
    private readonly TaskCompletionSource<string> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the address of the shop's pages when the days are over and the report is written; never when headless.</summary>
    public Task<string> Opened => opened.Task;

    /// <summary>Runs to the end of the process.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> RunAsync(Action<string> onLine, CancellationToken cancellationToken)
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string program = Path.Combine(Clone.Root, "artifacts", "bin", "ShopSimulator", configuration, "shop-simulator");
        List<string> arguments = await DescribeAsync(cancellationToken);
        return await new ChildProcess(program, arguments).RunAsync(
            line =>
            {
                if (line.StartsWith(Ready, StringComparison.Ordinal))
                {
                    opened.TrySetResult(line[Ready.Length..]);
                }
                else
                {
                    onLine(line);
                }
            },
            cancellationToken);
    }

    private async Task<List<string>> DescribeAsync(CancellationToken cancellationToken)
    {
        IShopStore store = host.Services.GetRequiredService<IShopStore>();
        IssuedKey write = await store.AddKeyAsync(new SourceId("demo-web"), isSecret: false, cancellationToken);
        IssuedKey secret = await store.AddKeyAsync(new SourceId("demo-backend"), isSecret: true, cancellationToken);
        List<string> arguments =
        [
            "--server", host.Address.GetLeftPart(UriPartial.Authority), "--write-key", write.Secret, "--secret-key", secret.Secret, "--admin-token", host.LocalToken,
            "--days", Text(parsed.GetValue(options.Days)), "--seed", Text(parsed.GetValue(options.Seed)), "--customers", Text(parsed.GetValue(options.Customers)), "--report", report,
        ];
        if (parsed.GetValue(options.NoEffect))
        {
            arguments.Add("--no-effect");
        }

        if (parsed.GetValue(options.ShuffledTastes))
        {
            arguments.Add("--shuffled-tastes");
        }

        if (!parsed.GetValue(options.Headless))
        {
            // As the Connect page shows it to a shop.
            string signing = Convert.ToHexStringLower(host.Services.GetRequiredService<DataFolder>().Secrets.Identity);
            arguments.AddRange(["--shop-port", "0", "--signing-secret", signing]);
        }

        return arguments;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
