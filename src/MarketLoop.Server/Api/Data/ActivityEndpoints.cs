using System.Globalization;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MarketLoop.Server.Api.Data;

/// <summary>Events over time.</summary>
internal static class ActivityEndpoints
{
    private const int MostDays = 400;

    public static void MapActivity(this RouteGroupBuilder data) => data
        .MapGet("/activity", ReadAsync)
        .WithSummary("Events by day (UTC) and kind over the last days (default 30) before the newest event.");

    private static async Task<Results<Ok<Activity>, ProblemHttpResult>> ReadAsync(HttpContext http, int? days, IEventLog log, CancellationToken cancellationToken)
    {
        FieldErrors errors = new FieldErrors().Require(days is null or (>= 1 and <= MostDays), "days", $"1 to {MostDays}");
        if (errors.Count > 0)
        {
            return Problems.Result(http, errors);
        }

        LogStatus status = await log.GetStatusAsync(cancellationToken);
        if (status.Last is not { } last)
        {
            return TypedResults.Ok(new Activity([], []));
        }

        DateTimeOffset until = new(last.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        TimeWindow window = new(until.AddDays(-(days ?? 30)), until);
        return TypedResults.Ok(Activity.From(window, await log.CountByDayAsync(window, cancellationToken)));
    }
}

/// <summary>Events over time.</summary>
/// <param name="Kinds">Kinds that occur, most frequent first.</param>
/// <param name="Days">Every day of the window, also those without events.</param>
public sealed record Activity(IReadOnlyList<InteractionKind> Kinds, IReadOnlyList<ActivityDay> Days)
{
    internal static Activity From(TimeWindow window, IReadOnlyList<DayCount> counts)
    {
        ILookup<DateOnly, DayCount> byDay = counts.ToLookup(count => count.Day);
        List<ActivityDay> days = [];
        for (DateOnly day = DateOnly.FromDateTime(window.From.UtcDateTime); day < DateOnly.FromDateTime(window.Until.UtcDateTime); day = day.AddDays(1))
        {
            days.Add(new ActivityDay(day.ToString("O", CultureInfo.InvariantCulture), byDay[day].ToDictionary(count => count.Kind, count => count.Count)));
        }

        InteractionKind[] kinds = [.. counts.GroupBy(count => count.Kind).OrderByDescending(group => group.Sum(count => count.Count)).ThenBy(group => group.Key).Select(group => group.Key)];
        return new Activity(kinds, days);
    }
}

/// <summary>Events of one day.</summary>
/// <param name="Day">The day, yyyy-MM-dd.</param>
/// <param name="Counts">Events by kind.</param>
public sealed record ActivityDay(string Day, IReadOnlyDictionary<InteractionKind, long> Counts);
