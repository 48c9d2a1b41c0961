using Dapper;
using MarketLoop.Data.Erasure;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Identity;

/// <summary>Takes aliases and keys of one block of the log into tables and graph. What is taken in twice, after a failed commit, counts once.</summary>
internal sealed class IdentityProjection(SqliteConnection connection, SqliteTransaction transaction, IdentityGraph graph, CustomerKeys keys)
{
    private readonly List<CustomerId> moved = [];

    /// <summary>Customers whose older acts belong to somebody else now, and those whom they belong to.</summary>
    public IReadOnlyList<CustomerId> Moved => moved;

    /// <summary>Notes user ids that came first in an alias call: steps on the way to another id, until another call names them.</summary>
    public void NoteSteps(IReadOnlyList<Interaction> interactions, Enrolment enrolment)
    {
        List<string> named = [.. interactions.Where(interaction => interaction.PreviousId is not null).Select(interaction => interaction.UserId).OfType<string>()];
        if (named.Count == 0)
        {
            return;
        }

        HashSet<long> fresh = [.. enrolment.NewKeys.Select(added => added.Number)];
        HashSet<string> signedIn = [.. interactions.Where(interaction => interaction.PreviousId is null).Select(interaction => interaction.UserId).OfType<string>()];
        foreach (string user in named.Where(user => enrolment.Numbers.TryGetValue(CustomerId.Known(user).ToString(), out long number) && fresh.Contains(number) && !signedIn.Contains(user)))
        {
            graph.AddStep(user);
            connection.Execute("INSERT OR IGNORE INTO alias_steps VALUES (@user)", new { user }, transaction);
        }
    }

    /// <summary>Takes one act in.</summary>
    public void Take(Interaction interaction)
    {
        if (interaction.PreviousId is string previous)
        {
            if (!string.Equals(previous, interaction.Customer.Value, StringComparison.Ordinal))
            {
                TakeAlias(new AliasLink(previous, interaction.Customer, interaction.OccurredAt.UtcTicks, interaction.MessageId));
            }
        }
        else if (interaction.UserId is string user && graph.MattersWhetherSignedIn(user))
        {
            connection.Execute("DELETE FROM alias_steps WHERE user_id = @user", new { user }, transaction);
            Watch(() => graph.NoteSignedIn(user), CustomerId.Known(user), CustomerId.Anonymous(user));
        }

        if (interaction is { Kind: InteractionKind.Identified, UserId: string teller, PropertiesJson: not null })
        {
            foreach (string key in keys.Read(interaction.PropertiesJson))
            {
                TakeClaim(new KeyClaim(key, teller, interaction.OccurredAt.UtcTicks, interaction.MessageId));
            }
        }
        else if (interaction is { UserId: null, AnonymousId: null } && CustomerKeys.IsKey(interaction.Customer))
        {
            TakeKeyed(interaction);
        }
    }

    private void TakeAlias(AliasLink link)
    {
        bool isSignedIn = !graph.IsStep(link.Previous) && IdentityTables.IsEnrolled(connection, transaction, CustomerId.Known(link.Previous));
        bool counts = false;
        Watch(() => counts = graph.Observe(link, isSignedIn), CustomerId.Anonymous(link.Previous), CustomerId.Known(link.Previous));
        if (counts)
        {
            connection.Execute(
                "INSERT OR REPLACE INTO aliases VALUES (@Previous, @Target, @Ticks, @MessageId)",
                new { link.Previous, Target = link.Target.ToString(), link.Ticks, link.MessageId },
                transaction);
        }
    }

    private void TakeClaim(KeyClaim claim)
    {
        connection.Execute(
            """
            INSERT INTO key_claims VALUES (@Key, @User, @Ticks, @MessageId)
            ON CONFLICT DO UPDATE SET occurred_at = excluded.occurred_at, message_id = excluded.message_id WHERE excluded.occurred_at < occurred_at
            """,
            claim,
            transaction);
        if (graph.IsUsed(claim.Key))
        {
            Watch(() => graph.Observe(claim), CustomerId.Anonymous(claim.Key));
        }
    }

    /// <summary>An act under a key. A second key that it told leads on from the first one as long as nobody told that when identifying.</summary>
    private void TakeKeyed(Interaction interaction)
    {
        string own = interaction.Customer.Value;
        Use(own);
        string? next = keys.Read(interaction.PropertiesJson).FirstOrDefault(key => !string.Equals(key, own, StringComparison.Ordinal));
        if (next is not null)
        {
            Use(next);
            TakeAlias(new AliasLink(own, CustomerId.Anonymous(next), interaction.OccurredAt.UtcTicks, interaction.MessageId));
        }
    }

    private void Use(string key)
    {
        if (!graph.IsUsed(key))
        {
            graph.Use(key, [.. IdentityTables.ReadClaims(connection, transaction, key)]);
        }
    }

    private void Watch(Action change, params ReadOnlySpan<CustomerId> affected)
    {
        CustomerId[] ids = affected.ToArray();
        CustomerId[] before = [.. ids.Select(id => graph.Resolve(id))];
        change();
        for (int i = 0; i < ids.Length; i++)
        {
            CustomerId after = graph.Resolve(ids[i]);
            if (after != before[i])
            {
                moved.AddRange([ids[i], before[i], after]);
            }
        }
    }
}
