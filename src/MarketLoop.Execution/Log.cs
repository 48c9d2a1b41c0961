using Microsoft.Extensions.Logging;

namespace MarketLoop.Execution;

/// <summary>All log messages of the room. No personal data: counts and treatment ids only.</summary>
internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "Ignored treatment tokens: {Invalid} invalid, {Expired} expired, {Foreign} of somebody else")]
    public static partial void TokensIgnored(this ILogger logger, int invalid, int expired, int foreign);

    [LoggerMessage(4002, LogLevel.Warning, "A message could not be written to the outbox: treatment {Treatment}")]
    public static partial void MessageFailed(this ILogger logger, Exception exception, string treatment);

    [LoggerMessage(4003, LogLevel.Information, "Hand-overs found open at start: {Noted} had been written, {Written} written now, {Refused} refused, {Left} left")]
    public static partial void Reconciled(this ILogger logger, int noted, int written, int refused, int left);
}
