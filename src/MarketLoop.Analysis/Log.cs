using Microsoft.Extensions.Logging;

namespace MarketLoop.Analysis;

/// <summary>All log lines of the analysis room; ids 2000 to 2999.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "Behaviour of {Customers} customers rebuilt from {Interactions} interactions")]
    public static partial void Rebuilt(this ILogger logger, int customers, long interactions);

    [LoggerMessage(2002, LogLevel.Debug, "Interpreted {Insights} of {Customers} customers with models {Version}")]
    public static partial void Interpreted(this ILogger logger, int insights, int customers, int version);

    [LoggerMessage(2010, LogLevel.Information, "Training started in process {ProcessId}, heap limit {HeapMegabytes} MB")]
    public static partial void TrainingStarted(this ILogger logger, int processId, int heapMegabytes);

    [LoggerMessage(2011, LogLevel.Information, "Models {Version} trained on {Interactions} interactions now serve")]
    public static partial void ModelsRegistered(this ILogger logger, int version, long interactions);

    [LoggerMessage(2012, LogLevel.Error, "Training failed; models {Version} go on serving: {Reason}")]
    public static partial void TrainingFailed(this ILogger logger, int version, string reason);

    [LoggerMessage(2013, LogLevel.Error, "The models in the registry cannot be read; serving goes on without new ones: {Reason}")]
    public static partial void ModelsUnreadable(this ILogger logger, string reason);
}
