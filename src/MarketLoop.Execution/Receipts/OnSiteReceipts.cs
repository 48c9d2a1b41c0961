using MarketLoop.Data.EventLog;
using MarketLoop.Domain;
using MarketLoop.Execution.Channels.OnSite;
using Microsoft.Extensions.Logging;

namespace MarketLoop.Execution.Receipts;

/// <summary>Turns slots that came back as seen or clicked into treatments and deliveries of the log. Thread-safe; doing it twice changes nothing.</summary>
public sealed class OnSiteReceipts(IEventLog log, TreatmentTokens tokens, ILogger<OnSiteReceipts> logger)
{
    /// <summary>Looks through interactions for slot tokens. A valid one becomes its <see cref="Treatment"/> and a <see cref="Delivery"/> (Shown), once; any other is counted and ignored.</summary>
    /// <param name="interactions">Interactions in the log already. Called again with the same ones after a crash.</param>
    /// <param name="cancellationToken">Cancels before the append.</param>
    public async Task<ReceiptCounts> ReceiveAsync(IReadOnlyList<Interaction> interactions, CancellationToken cancellationToken)
    {
        List<ILogRecord> records = [];
        int shown = 0, invalid = 0, expired = 0, foreign = 0;
        foreach (Interaction interaction in interactions)
        {
            if (interaction is not { Kind: InteractionKind.PromotionViewed or InteractionKind.PromotionClicked, TreatmentToken: { } token })
            {
                continue;
            }

            TokenReading reading = tokens.Verify(token, interaction.OccurredAt);
            if (reading.State != TokenState.Valid)
            {
                _ = reading.State == TokenState.Expired ? expired++ : invalid++;
            }
            else if (!await IsOwnAsync(reading.Customer, interaction, cancellationToken))
            {
                foreign++;
            }
            else if (reading.Treatment is { } treatment)
            {
                // A click says that it was seen, also when the view itself was lost on the way.
                shown++;
                records.Add(treatment);
                records.Add(new Delivery
                {
                    Treatment = treatment.Id,
                    Customer = treatment.Customer,
                    Channel = treatment.Channel,
                    Status = DeliveryStatus.Shown,
                    At = interaction.OccurredAt,
                });
            }
        }

        if (records.Count > 0)
        {
            await log.AppendAsync(records, cancellationToken);
        }

        if (invalid + expired + foreign > 0)
        {
            logger.TokensIgnored(invalid, expired, foreign);
        }

        return new ReceiptCounts(shown, invalid, expired, foreign);
    }

    private async ValueTask<bool> IsOwnAsync(CustomerId tokenCustomer, Interaction interaction, CancellationToken cancellationToken) =>
        tokenCustomer == interaction.Customer
        || await log.ResolveAsync(tokenCustomer, cancellationToken) == await log.ResolveAsync(interaction.Customer, cancellationToken);
}

/// <summary>What came of the tokens in a batch of interactions.</summary>
/// <param name="Shown">Valid slot tokens; more than one for the same slot counts each time, but is in the log once.</param>
/// <param name="Invalid">No tokens, altered ones, or those of another shop.</param>
/// <param name="Expired">Tokens whose time was over.</param>
/// <param name="Foreign">Tokens made for somebody else.</param>
public sealed record ReceiptCounts(int Shown, int Invalid, int Expired, int Foreign);
