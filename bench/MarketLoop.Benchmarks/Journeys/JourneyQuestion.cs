using System.Globalization;
using System.Text.Json;

namespace MarketLoop.Benchmarks.Journeys;

/// <summary>One question to both sides.</summary>
/// <param name="Address">Where the server answers it.</param>
/// <param name="Plain">Queries that answer it from a plain table, by name.</param>
/// <param name="Read">The server's answer as the queries give it.</param>
internal sealed record JourneyQuestion(string Address, IReadOnlyDictionary<string, string> Plain, Func<JsonElement, IReadOnlyList<string>> Read)
{
    private const string Viewed = "event = 'Product Viewed'";
    private const string Added = "event = 'Product Added'";
    private const string Ordered = "event = 'Order Completed'";
    private const string Before = "OVER (PARTITION BY customer ORDER BY time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)";

    /// <summary>Viewed, added, ordered within seven days, any beginning.</summary>
    public static JourneyQuestion Funnel { get; } = new(
        "/api/v1/analysis/funnel?step=Product%20Viewed&step=Product%20Added&step=Order%20Completed&windowDays=7",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["window functions"] = $"""
                WITH began AS (
                    SELECT customer, time, event, max(CASE WHEN {Viewed} THEN time END) {Before} AS start FROM events WHERE {Viewed} OR {Added} OR {Ordered}),
                added AS (
                    SELECT customer, time, event, CASE WHEN {Added} AND time - start <= INTERVAL 7 DAY THEN start END AS start FROM began WHERE NOT {Viewed}),
                ordered AS (
                    SELECT customer, time, event, start, max(start) {Before} AS last_start FROM added)
                SELECT
                    (SELECT count(DISTINCT customer) FROM events WHERE {Viewed}),
                    count(DISTINCT customer) FILTER (start IS NOT NULL),
                    count(DISTINCT customer) FILTER ({Ordered} AND time - last_start <= INTERVAL 7 DAY)
                FROM ordered
                """,
            ["ASOF joins"] = $"""
                WITH viewed AS (SELECT customer, time FROM events WHERE {Viewed}),
                added AS MATERIALIZED (
                    SELECT one.customer, one.time, viewed.time AS start
                    FROM (SELECT customer, time FROM events WHERE {Added}) one ASOF JOIN viewed ON one.customer = viewed.customer AND one.time > viewed.time
                    WHERE one.time - viewed.time <= INTERVAL 7 DAY),
                ordered AS (
                    SELECT one.customer
                    FROM (SELECT customer, time FROM events WHERE {Ordered}) one ASOF JOIN added ON one.customer = added.customer AND one.time > added.time
                    WHERE one.time - added.start <= INTERVAL 7 DAY)
                SELECT (SELECT count(DISTINCT customer) FROM viewed), (SELECT count(DISTINCT customer) FROM added), (SELECT count(DISTINCT customer) FROM ordered)
                """,
        },
        report => [string.Join(' ', report.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("people").GetInt32()))]);

    /// <summary>By week of the first act, returning by any act within twelve weeks.</summary>
    public static JourneyQuestion Retention { get; } = new(
        "/api/v1/analysis/retention?unit=week&periods=12",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["distinct weeks"] = """
                WITH active AS (SELECT DISTINCT customer, CAST(date_trunc('week', time) AS DATE) AS week FROM events),
                began AS (SELECT customer, min(week) AS start FROM active GROUP BY customer)
                SELECT strftime(start, '%Y-%m-%d'), datediff('day', start, week) // 7 AS since, count(*) FROM active JOIN began USING (customer)
                WHERE week <= start + INTERVAL 84 DAY GROUP BY ALL ORDER BY ALL
                """,
            ["weeks in bits"] = """
                WITH weeks AS (SELECT customer, bit_or(1::BIGINT << (datediff('day', DATE '2025-12-29', CAST(time AS DATE)) // 7)) AS seen FROM events GROUP BY customer),
                began AS (SELECT seen, bit_position('1', reverse(CAST(seen::BIT AS VARCHAR))::BIT) - 1 AS start FROM weeks),
                kinds AS (SELECT seen, start, count(*) AS people FROM began GROUP BY ALL)
                SELECT strftime(DATE '2025-12-29' + CAST(start * 7 AS INTEGER), '%Y-%m-%d'), since, CAST(sum(people) AS BIGINT)
                FROM kinds, range(0, 13) AS offsets(since) WHERE start + since < 62 AND (seen >> CAST(start + since AS INTEGER)) & 1 = 1 GROUP BY ALL ORDER BY ALL
                """,
        },
        report =>
        [
            .. from cohort in report.GetProperty("cohorts").EnumerateArray()
               from count in cohort.GetProperty("returned").EnumerateArray().Select((value, since) => (People: value.GetInt32(), Since: since))
               where count.People > 0
               select string.Create(CultureInfo.InvariantCulture, $"{cohort.GetProperty("start").GetString()} {count.Since} {count.People}"),
        ]);
}
