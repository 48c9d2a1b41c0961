using Microsoft.Extensions.Logging;

namespace MarketLoop.Server;

internal static partial class Log
{
    [LoggerMessage(EventId = 500, Level = LogLevel.Error, Message = "A request to {Path} failed.")]
    public static partial void RequestFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "Sign-in refused from {Address}: {Reason}.")]
    public static partial void SignInRefused(ILogger logger, string address, string reason);

    [LoggerMessage(EventId = 502, Level = LogLevel.Information, Message = "Serving {Folder} on {Address}.")]
    public static partial void Serving(ILogger logger, string folder, Uri address);

    [LoggerMessage(EventId = 503, Level = LogLevel.Warning, Message = "What was known of customers could not be brought back; the next turn does it.")]
    public static partial void WarmStartFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 504, Level = LogLevel.Warning, Message = "Retiring old events was put off; the next hour tries again.")]
    public static partial void RetentionPutOff(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 505, Level = LogLevel.Warning, Message = "What is bought together could not be learned; what was known stays.")]
    public static partial void PartnersFailed(ILogger logger, Exception exception);
}
