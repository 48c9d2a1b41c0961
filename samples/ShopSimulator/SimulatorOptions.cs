using System.Globalization;

namespace ShopSimulator;

/// <summary>What the command line asked for.</summary>
internal sealed record SimulatorOptions
{
    /// <summary>How to call the program.</summary>
    public const string Usage = """
        shop-simulator --server URL --write-key K --secret-key K --admin-token T [options]
        shop-simulator --dry-run [options]

          --days N           simulated days after the history (14)
          --history-days N   days of history sent first (28)
          --customers N      customers (5000)
          --seed S           all randomness follows from it (1)
          --no-effect        customers ignore every slot and mail
          --shuffled-tastes  tastes wander among customers every day
          --report FILE      write the report as JSON
          --connections N    parallel connections (3)
          --dry-run          no server: a stand-in inside the program answers
          --shop-port N      after the days, pages to shop on by hand (0: a free port), until Ctrl-C
          --signing-secret S signs customers who sign in there; without it nobody can

        Example: shop-simulator --dry-run --customers 500 --days 5 --seed 7 --report report.json
        """;

    /// <summary>Address of the server; null in a dry run.</summary>
    public Uri? Server { get; init; }

    /// <summary>Key of the shop's pages.</summary>
    public string WriteKey { get; init; } = "";

    /// <summary>Key of the shop's back end.</summary>
    public string SecretKey { get; init; } = "";

    /// <summary>Token that may move the clock and start the loop.</summary>
    public string AdminToken { get; init; } = "";

    /// <summary>Days with MarketLoop.</summary>
    public int Days { get; init; } = 14;

    /// <summary>Days before MarketLoop.</summary>
    public int HistoryDays { get; init; } = 28;

    /// <summary>Number of customers.</summary>
    public int Customers { get; init; } = 5000;

    /// <summary>Seed.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Negative control: nobody reacts to anything.</summary>
    public bool NoEffect { get; init; }

    /// <summary>Negative control: history says nothing.</summary>
    public bool ShuffledTastes { get; init; }

    /// <summary>Where the JSON report goes; null for nowhere.</summary>
    public string? Report { get; init; }

    /// <summary>Parallel connections.</summary>
    public int Connections { get; init; } = 3;

    /// <summary>True when the stand-in answers.</summary>
    public bool DryRun { get; init; }

    /// <summary>Port of the pages that open after the days; null for none.</summary>
    public int? ShopPort { get; init; }

    /// <summary>Signs the customers who sign in on those pages; empty when nobody can.</summary>
    public string SigningSecret { get; init; } = "";

    /// <summary>Days of the whole run.</summary>
    public int AllDays => HistoryDays + Days;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">An option is unknown, misses its value, or is out of range; the message says which.</exception>
    public static SimulatorOptions Parse(IReadOnlyList<string> arguments)
    {
        SimulatorOptions options = new();
        for (int index = 0; index < arguments.Count; index++)
        {
            string name = arguments[index];
            string Value() => index + 1 < arguments.Count ? arguments[++index] : throw new FormatException($"{name} needs a value");
            options = name switch
            {
                "--no-effect" => options with { NoEffect = true },
                "--shuffled-tastes" => options with { ShuffledTastes = true },
                "--dry-run" => options with { DryRun = true },
                "--server" => options with { Server = Address(Value()) },
                "--write-key" => options with { WriteKey = Value() },
                "--secret-key" => options with { SecretKey = Value() },
                "--admin-token" => options with { AdminToken = Value() },
                "--report" => options with { Report = Value() },
                "--days" => options with { Days = Number(name, Value(), 1, 365) },
                "--history-days" => options with { HistoryDays = Number(name, Value(), 0, 365) },
                "--customers" => options with { Customers = Number(name, Value(), 10, 200_000) },
                "--seed" => options with { Seed = Number(name, Value(), 0, int.MaxValue) },
                "--shop-port" => options with { ShopPort = Number(name, Value(), 0, 65_535) },
                "--signing-secret" => options with { SigningSecret = Value() },
                "--connections" => options with { Connections = Number(name, Value(), 1, 16) },
                _ => throw new FormatException($"unknown option {name}"),
            };
        }

        return options.DryRun || (options.Server is not null && options.WriteKey.Length > 0 && options.SecretKey.Length > 0 && options.AdminToken.Length > 0)
            ? options
            : throw new FormatException("--server, --write-key, --secret-key and --admin-token are needed (or --dry-run)");
    }

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
        ? address
        : throw new FormatException($"--server must be an http address, not '{text}'");

    private static int Number(string name, string text, int least, int most)
        => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} must be a whole number from {least} to {most}, not '{text}'");
}
