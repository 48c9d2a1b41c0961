using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Feedback.Lift;
using MarketLoop.Server.Api;
using MarketLoop.Server.Api.Feedback;

namespace MarketLoop.Server.Dashboard.Readers;

/// <summary>What the feedback page shows.</summary>
internal sealed record FeedbackPageModel(LiftSummary Lift, Page<Outcome> Outcomes);

/// <summary>Reads the feedback page.</summary>
internal sealed class FeedbackPageReader(LiftReader lift, IEventLog log)
{
    /// <summary>Days that can be looked back on.</summary>
    public static readonly IReadOnlyList<int> Spans = [7, 30, 90, 365];

    private const int Rows = 25;

    public async Task<FeedbackPageModel> ReadAsync(int days, string? cursor, CancellationToken cancellationToken) => new(
        await lift.ReadAsync(days, null, cancellationToken),
        await RecordPages.ReadAsync<Outcome>(log, RecordPages.Check(cursor, null).Count == 0 ? cursor : null, Rows, null, cancellationToken));
}
