using MarketLoop.Domain;
using Xunit;

namespace MarketLoop.Tests.Data;

/// <summary>R-A12: the log's order is that of the acts, then of the places in a batch, never of the arrival.</summary>
public sealed class IntakeOrderTests
{
    [Fact]
    public async Task R_A12_events_of_one_millisecond_keep_their_places_in_the_batch()
    {
        await using IntakeShop shop = await IntakeShop.OpenAsync();
        string[] calls = [.. Enumerable.Range(0, 50).Select(index => $"call {index}")];

        await shop.SendBatchAsync(calls.Select((name, index) => IntakeShop.Track(name, id: $"{index * 7919 % 50:00}")));

        Assert.Equal(calls, (await shop.ReadAsync()).Select(item => item.Name));
    }

    [Fact]
    public async Task R_A12_a_session_is_the_same_for_every_order_of_its_requests()
    {
        string[] requests =
        [
            """{"batch":[{"type":"page","anonymousId":"a","messageId":"1","timestamp":"2026-03-01T10:00:00Z"},{"type":"track","event":"Product Viewed","anonymousId":"a","messageId":"2","timestamp":"2026-03-01T10:00:00Z"}]}""",
            """{"batch":[{"type":"identify","userId":"ann","anonymousId":"a","messageId":"3","timestamp":"2026-03-01T10:00:05Z"}]}""",
            """{"batch":[{"type":"track","event":"Product Added","userId":"ann","messageId":"4","timestamp":"2026-03-01T10:00:06Z"}]}""",
            """{"batch":[{"type":"identify","userId":"bob","anonymousId":"a","messageId":"5","timestamp":"2026-03-01T11:00:00Z"}]}""",
        ];
        List<string> results = [];
        foreach (string[] order in Permutations(requests))
        {
            await using IntakeShop shop = await IntakeShop.OpenAsync();
            foreach (string request in order)
            {
                await shop.SendAsync(request);
            }

            List<Interaction> stored = await shop.ReadAsync();
            results.Add(string.Join('|', stored.Select(item => $"{item.MessageId} {item.Customer} {item.OccurredAt:O}")));
        }

        Assert.Equal(24, results.Count);
        Assert.Single(results.Distinct(StringComparer.Ordinal));
        Assert.Contains(CustomerId.Known("ann").ToString(), results[0].Split('|')[0], StringComparison.Ordinal);
    }

    private static IEnumerable<string[]> Permutations(string[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((first, index) => Permutations([.. items[..index], .. items[(index + 1)..]]).Select(rest => (string[])[first, .. rest]));
}
