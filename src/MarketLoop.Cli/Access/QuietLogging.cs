using Microsoft.Extensions.Logging.Console;

namespace MarketLoop.Cli.Access;

/// <summary>Logging of a verb: warnings, on stderr, one line each. MARKETLOOP_TRACE=1 shows everything of ours.</summary>
internal static class QuietLogging
{
    public static ILoggerFactory CreateFactory() => LoggerFactory.Create(Configure);

    private static void Configure(ILoggingBuilder logging)
    {
        bool isTracing = Environment.GetEnvironmentVariable("MARKETLOOP_TRACE") is not null;
        logging.SetMinimumLevel(LogLevel.Warning).AddFilter("MarketLoop", isTracing ? LogLevel.Debug : LogLevel.Warning);
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
