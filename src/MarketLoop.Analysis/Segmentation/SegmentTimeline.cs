using MarketLoop.Analysis.Features;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Segmentation;

/// <summary>Segments over time: who moved, how far customers drifted from training, and the map of now.</summary>
/// <param name="Movement">From the earlier moment to the later one.</param>
/// <param name="Drift">From training to the later moment.</param>
/// <param name="Map">At the later moment.</param>
public sealed record SegmentChange(SegmentMovement Movement, SegmentDrift Drift, SegmentMap Map);

/// <summary>Reads the segments of all customers at two moments out of their history.</summary>
public static class SegmentTimeline
{
    private const int ActsBetweenAdvances = 10_000;

    /// <summary>The same over a whole shop.</summary>
    /// <param name="log">Its history.</param>
    /// <param name="catalog">Its catalogue.</param>
    /// <param name="zone">Its time zone.</param>
    /// <param name="model">The segments.</param>
    /// <param name="from">The earlier moment.</param>
    /// <param name="until">The later moment.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArgumentException">The later moment is not later.</exception>
    public static Task<SegmentChange> ReadAsync(
        IEventLog log, ICatalogStore catalog, TimeZoneInfo zone, SegmentModel model, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(catalog);
        Product[] products = [.. catalog.Current.Values.OrderBy(product => product.Id.Value, StringComparer.Ordinal)];
        return ReadAsync(window => log.ReadInteractionsAsync(LogRange.During(window), cancellationToken), products, zone, model, from, until, cancellationToken);
    }

    /// <summary>Computes every customer's features at both moments, from history before each only. O(history); memory for customers, not for history.</summary>
    /// <param name="read">History of a window in order of time, as the log reads it.</param>
    /// <param name="products">The catalogue.</param>
    /// <param name="zone">The shop's time zone.</param>
    /// <param name="model">The segments.</param>
    /// <param name="from">The earlier moment.</param>
    /// <param name="until">The later moment.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArgumentException">The later moment is not later.</exception>
    public static async Task<SegmentChange> ReadAsync(
        Func<TimeWindow, IAsyncEnumerable<Interaction>> read, IReadOnlyCollection<Product> products, TimeZoneInfo zone, SegmentModel model, DateTimeOffset from, DateTimeOffset until,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(until, from);
        FeatureBook book = new(zone);
        await foreach (Interaction later in read(new TimeWindow(from, DateTimeOffset.MaxValue)).WithCancellation(cancellationToken))
        {
            book.Foresee(later);
        }

        await CountAsync(book, read(TimeWindow.Before(from)), from, cancellationToken);
        Dictionary<CustomerId, CustomerFeatures> earlier = Compute(book, products, cancellationToken);
        await CountAsync(book, read(new TimeWindow(from, until)), until, cancellationToken);
        Dictionary<CustomerId, CustomerFeatures> after = Compute(book, products, cancellationToken);

        // A browser that signed in meanwhile is the customer it signed in as, unless that one was known already.
        Dictionary<CustomerId, CustomerFeatures> before = [];
        foreach ((CustomerId customer, CustomerFeatures features) in earlier.OrderBy(pair => pair.Key.IsAnonymous).ThenBy(pair => pair.Key.ToString(), StringComparer.Ordinal))
        {
            before.TryAdd(book.Resolve(customer), features);
        }

        CustomerFeatures[] now = [.. after.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => pair.Value)];
        return new SegmentChange(SegmentMovement.Between(model, before, after, from, until), SegmentDrift.Measure(model, now), SegmentMap.Draw(model, now));
    }

    // What waits in the book is one stretch of the log and never the whole.
    private static async Task CountAsync(FeatureBook book, IAsyncEnumerable<Interaction> inOrder, DateTimeOffset until, CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (Interaction interaction in inOrder.WithCancellation(cancellationToken))
        {
            book.Add(interaction);
            if (++count % ActsBetweenAdvances == 0)
            {
                book.AdvanceTo(interaction.OccurredAt);
            }
        }

        book.AdvanceTo(until);
    }

    private static Dictionary<CustomerId, CustomerFeatures> Compute(FeatureBook book, IReadOnlyCollection<Product> products, CancellationToken cancellationToken)
    {
        PriceScale prices = book.Products.PriceScale(products);
        Dictionary<CustomerId, CustomerFeatures> computed = [];
        foreach (CustomerId customer in book.Customers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (book.Compute(customer, prices) is { } features)
            {
                computed.Add(customer, features);
            }
        }

        return computed;
    }
}
