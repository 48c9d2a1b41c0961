using Dapper;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Identity;

/// <summary>The ledger of what the owner decided about identities. Rows are added and ended, never changed otherwise; erasing one of the customers deletes them.</summary>
internal static class DecisionTable
{
    private const string Columns = """
        id AS Id, kind AS Kind, customer AS Customer, other_customer AS Other, through_day AS Through, decided_at AS At, decided_by AS By, reason AS Reason,
        undone_at AS UndoneAt, undone_by AS UndoneBy, undone_reason AS UndoneReason
        """;

    /// <summary>All decisions, newest first.</summary>
    public static IReadOnlyList<IdentityDecision> Read(SqliteConnection connection) => [.. connection.Query<Row>($"SELECT {Columns} FROM identity_decisions ORDER BY id DESC").Select(row => row.ToDecision())];

    /// <summary>One decision; null when there is none of that number.</summary>
    public static IdentityDecision? Find(SqliteConnection connection, SqliteTransaction? transaction, long id) =>
        connection.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM identity_decisions WHERE id = @id", new { id }, transaction)?.ToDecision();

    /// <summary>Writes a new decision; it comes back with its number.</summary>
    public static IdentityDecision Add(SqliteConnection connection, SqliteTransaction transaction, IdentityDecision decision) => decision with
    {
        Id = connection.QuerySingle<long>(
            """
            INSERT INTO identity_decisions (kind, customer, other_customer, through_day, decided_at, decided_by, reason)
            VALUES (@kind, @customer, @other, @through, @at, @by, @reason) RETURNING id
            """,
            new
            {
                kind = decision.Kind.ToString(),
                customer = decision.Customer.ToString(),
                other = decision.Into?.ToString(),
                through = decision.Through?.DayNumber,
                at = decision.At.UtcTicks,
                by = decision.By,
                reason = decision.Reason,
            },
            transaction),
    };

    /// <summary>Ends a decision.</summary>
    public static void End(SqliteConnection connection, SqliteTransaction transaction, IdentityDecision ended) => connection.Execute(
        "UPDATE identity_decisions SET undone_at = @at, undone_by = @by, undone_reason = @reason WHERE id = @id",
        new { at = ended.UndoneAt?.UtcTicks, by = ended.UndoneBy, reason = ended.UndoneReason, id = ended.Id },
        transaction);

    /// <summary>Makes a decision work, or ends its working.</summary>
    public static void Apply(IdentityGraph graph, IdentityDecision decision)
    {
        bool works = decision.UndoneAt is null;
        switch (decision.Kind)
        {
            case DecisionKind.Merge when works && decision.Into is CustomerId into:
                graph.Merge(decision.Customer, into, decision.Id);
                break;
            case DecisionKind.Merge:
                graph.Split(decision.Customer);
                break;
            case DecisionKind.Lift:
                graph.Lift(decision.Customer.Value, works ? decision.Through?.DayNumber : null);
                break;
        }
    }

    private sealed class Row
    {
        public long Id { get; set; }

        public string Kind { get; set; } = "";

        public string Customer { get; set; } = "";

        public string? Other { get; set; }

        public long? Through { get; set; }

        public long At { get; set; }

        public string By { get; set; } = "";

        public string Reason { get; set; } = "";

        public long? UndoneAt { get; set; }

        public string? UndoneBy { get; set; }

        public string? UndoneReason { get; set; }

        public IdentityDecision ToDecision() => new()
        {
            Id = Id,
            Kind = Enum.Parse<DecisionKind>(Kind),
            Customer = CustomerId.Parse(Customer),
            Into = Other is null ? null : CustomerId.Parse(Other),
            Through = Through is long day ? DateOnly.FromDayNumber((int)day) : null,
            At = new DateTimeOffset(At, TimeSpan.Zero),
            By = By,
            Reason = Reason,
            UndoneAt = UndoneAt is long ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
            UndoneBy = UndoneBy,
            UndoneReason = UndoneReason,
        };
    }
}
