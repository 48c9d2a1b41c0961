using Microsoft.Extensions.Logging;

namespace MarketLoop.Feedback;

/// <summary>All log messages of the room. No personal data: counts only.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Debug, "Measured {Outcomes} outcomes, {Final} of them final; {Journeys} journeys at hand")]
    public static partial void Assessed(this ILogger logger, int outcomes, int final, int journeys);

    [LoggerMessage(5002, LogLevel.Information, "Training is due: {Reason}; {NewInteractions} interactions since the last one")]
    public static partial void RetrainingDue(this ILogger logger, string reason, long newInteractions);
}
