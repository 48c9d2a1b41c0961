using MarketLoop.Domain;
using Microsoft.Extensions.Logging;

namespace MarketLoop;

internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Turn {Turn} began as of {AsOf:O} in mode {Mode}.")]
    public static partial void TurnBegan(ILogger logger, int turn, DateTimeOffset asOf, LoopMode mode);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Turn {Turn} ended: {Insights} insights, {Treatments} treatments, {Outcomes} outcomes.")]
    public static partial void TurnEnded(ILogger logger, int turn, int insights, int treatments, int outcomes);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "A turn failed; the next one looks at the same interactions again.")]
    public static partial void TurnFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Training failed; the last good models go on serving.")]
    public static partial void TrainingFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "A version of the models cannot be read and was passed over; the newest readable one serves.")]
    public static partial void ModelUnreadable(ILogger logger, Exception exception);
}
