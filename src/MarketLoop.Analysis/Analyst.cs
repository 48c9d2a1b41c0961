using System.Collections.Concurrent;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Analysis.Response;
using MarketLoop.Data.Catalog;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis;

/// <summary>Turns interactions into insights: room 2's door.</summary>
/// <remarks>
/// One turn at a time writes; slots and pages read published portraits and never wait.
/// The state follows from the log: it is rebuilt at the first turn, and whenever it could differ from the log (a turn that broke off,
/// an earlier as-of, a browser that changed hands).
/// </remarks>
public sealed class Analyst : IDisposable
{
    private const int PopularKept = 500;
    private const double PopularHalfLifeDays = 14;
    private const int TrendingKept = 200;
    private const double TrendHalfLifeDays = 2;
    private const double UsualHalfLifeDays = 28;
    private const int ActsBetweenAdvances = 10_000;
    private const int MostNewOnesHeld = 500_000; // half a kilobyte each

    private readonly IEventLog log;
    private readonly IShopStore shop;
    private readonly ICatalogStore catalog;
    private readonly CurrentModels models;
    private readonly AnalysisOptions options;
    private readonly ILogger<Analyst> logger;
    private readonly TimeZoneInfo zone;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ConcurrentDictionary<CustomerId, CustomerPortrait> portraits = new();
    private Func<BookView, CancellationToken, Task> interpreted = (_, _) => Task.CompletedTask;
    private FeatureBook? book;
    private InsightPacker packer = new();
    private (FeatureBook Book, long Through)? lent;
    private long startedFrom = -1;
    private bool tookAny;
    private bool mustRebuild;
    private bool mustLendAnew;
    private ModelVersion? interpretedWith;
    private IReadOnlyList<ProductDemand> popular = [];
    private IReadOnlyList<ProductDemand> trending = [];
    private long asOfTicks;

    /// <summary>Makes one; nothing is read yet.</summary>
    public Analyst(IEventLog log, IShopStore shop, ICatalogStore catalog, CurrentModels models, IOptions<AnalysisOptions> options, ILogger<Analyst> logger)
    {
        this.log = log;
        this.shop = shop;
        this.catalog = catalog;
        this.models = models;
        this.options = options.Value;
        this.logger = logger;
        zone = TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone ?? "UTC");
    }

    /// <summary>Products by recent demand, strongest first: what to show when nothing else is known. Empty before the first turn.</summary>
    public IReadOnlyList<ProductDemand> Popular => Volatile.Read(ref popular);

    /// <summary>Products whose demand of the last days is above their usual one, most risen first. Empty before the first turn.</summary>
    public IReadOnlyList<ProductDemand> Trending => Volatile.Read(ref trending);

    /// <summary>The moment that the portraits stand at: each holds all that its customer did before it. Null before the first turn.</summary>
    public DateTimeOffset? AsOf => Volatile.Read(ref asOfTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Customers with a portrait.</summary>
    public int CustomerCount => portraits.Count;

    /// <summary>All portraits as of the last turn, in no particular order.</summary>
    public IReadOnlyCollection<CustomerPortrait> Portraits => [.. portraits.Values];

    /// <summary>The newest insight; null when the customer is unknown.</summary>
    public CustomerInsight? FindInsight(CustomerId customer) => FindPortrait(customer)?.Insight;

    /// <summary>The newest portrait; null when the customer is unknown. Resolve a browser first (<see cref="IEventLog.ResolveAsync"/>): after signing in its history is the customer's.</summary>
    public CustomerPortrait? FindPortrait(CustomerId customer) => portraits.GetValueOrDefault(customer);

    /// <summary>Forgets erased customers; the next turn rebuilds from the log, which no longer knows them.</summary>
    public void Forget(IReadOnlyList<CustomerId> erased)
    {
        ArgumentNullException.ThrowIfNull(erased);
        foreach (CustomerId customer in erased)
        {
            portraits.TryRemove(customer, out _);
        }

        RebuildNext();
    }

    /// <summary>Has the next turn rebuild from the log, because acts of the past belong to other customers now. Portraits stay until then.</summary>
    public void Reread(IReadOnlyList<CustomerId> moved)
    {
        ArgumentNullException.ThrowIfNull(moved);
        RebuildNext();
    }

    /// <summary>Counts new interactions and interprets: the customers who changed, those not looked at for <see cref="AnalysisOptions.RefreshDays"/>, and everybody when the models changed.</summary>
    /// <param name="newOnes">What came into the log since the last turn, in any order; acts at or after <paramref name="asOf"/> wait for their time.</param>
    /// <param name="through">Position in the log that they reach to: more than can be held are read again from the log, act by act.</param>
    /// <param name="asOf">The moment the turn stands at; nothing at or after it is looked at.</param>
    /// <param name="cancellationToken">Cancels; the next turn then rebuilds from the log.</param>
    /// <returns>Insights in order of the customers' written ids.</returns>
    public async Task<IReadOnlyList<CustomerInsight>> InterpretAsync(IAsyncEnumerable<Interaction> newOnes, long through, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            List<Interaction>? fresh = await HoldAsync(newOnes, cancellationToken);
            FeatureBook current = await CatchUpAsync(fresh, through, asOf, cancellationToken);
            PackedInsights insights = Publish(current, asOf);
            await interpreted(ViewOf(current), cancellationToken);
            logger.Interpreted(insights.Count, portraits.Count, models.Value.Version?.Value ?? 0);
            return insights;
        }
        catch
        {
            book = null;
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();

    /// <summary>How many new acts a turn holds at once; tests take fewer.</summary>
    internal int MostHeld { get; init; } = MostNewOnesHeld;

    /// <summary>Has somebody look at the book in each turn, once insights are published and before they are handed on.</summary>
    internal void TellOfTurns(Func<BookView, CancellationToken, Task> look) => interpreted = look;

    /// <summary>Lends the book as of the last turn; turns wait meanwhile. Before the first turn it is read from the whole log, as of its last event; asking again reads only what came since.</summary>
    internal async Task<T> ReadAsync<T>(Func<BookView, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (book is null || Volatile.Read(ref mustRebuild))
            {
                return await read(ViewOf(await LendAsync(cancellationToken)), cancellationToken);
            }

            return await read(ViewOf(book), cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private void RebuildNext()
    {
        Volatile.Write(ref mustRebuild, true);
        Volatile.Write(ref mustLendAnew, true);
    }

    private async Task<FeatureBook> LendAsync(CancellationToken cancellationToken)
    {
        long position = await shop.ReadTurnPositionAsync(cancellationToken);
        long through = position > 0 ? position : log.Head;
        DateTimeOffset asOf = (await shop.ListTurnsAsync(1, cancellationToken)).Select(report => (DateTimeOffset?)report.AsOf).FirstOrDefault()
            ?? (await log.GetStatusAsync(cancellationToken)).Last?.AddSeconds(1) ?? DateTimeOffset.UnixEpoch;
        (FeatureBook Book, long Through)? known = Interlocked.Exchange(ref mustLendAnew, false) ? null : lent;
        lent = null; // whatever breaks off below leaves none half read
        if (known is { } before && before.Through <= through && before.Book.AsOf <= asOf)
        {
            if (before.Through < through)
            {
                await foreach (Interaction later in log.ReadInteractionsAsync(new LogRange(before.Through, through, TimeWindow.Everything), cancellationToken))
                {
                    before.Book.Add(later);
                }
            }

            before.Book.AdvanceTo(asOf);
            if (!before.Book.NeedsRebuild)
            {
                lent = (before.Book, through);
                return before.Book;
            }
        }

        FeatureBook fresh = await BuildAsync(through, asOf, cancellationToken);
        fresh.AdvanceTo(asOf);
        lent = (fresh, through);
        return fresh;
    }

    private BookView ViewOf(FeatureBook current)
    {
        IReadOnlyDictionary<ProductId, Product> products = catalog.Current;
        return new BookView(current, current.Products.PriceScale(products.Values), models.Value, products, options.Interests);
    }

    /// <summary>The new acts; null when they are too many. All of them are walked through either way: others listen.</summary>
    private async Task<List<Interaction>?> HoldAsync(IAsyncEnumerable<Interaction> newOnes, CancellationToken cancellationToken)
    {
        List<Interaction>? held = [];
        await foreach (Interaction interaction in newOnes.WithCancellation(cancellationToken))
        {
            held = held?.Count < MostHeld ? held : null;
            held?.Add(interaction);
        }

        return held;
    }

    private async Task<FeatureBook> CatchUpAsync(List<Interaction>? fresh, long through, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        lent = null;
        long position = await shop.ReadTurnPositionAsync(cancellationToken);
        bool lastTurnBroke = tookAny && position == startedFrom;
        (long from, List<Interaction> toFeed) = fresh is null ? (through, []) : (position, fresh);
        if (Interlocked.Exchange(ref mustRebuild, false) || fresh is null || book is null || lastTurnBroke || asOf < book.AsOf)
        {
            book = await RebuildAsync(from, asOf, cancellationToken);
        }

        startedFrom = position;
        tookAny = fresh is not { Count: 0 };
        Feed(book, toFeed, asOf);
        if (book.NeedsRebuild)
        {
            book = await RebuildAsync(from, asOf, cancellationToken);
            Feed(book, toFeed, asOf); // a new book takes everything in order of time, so no late link is left
        }

        return book;
    }

    private static void Feed(FeatureBook book, List<Interaction> interactions, DateTimeOffset asOf)
    {
        foreach (Interaction interaction in interactions)
        {
            book.Add(interaction);
        }

        book.AdvanceTo(asOf);
    }

    // The log reads in order of time, so the book can follow it: what waits in it is one stretch of the log and never the whole.
    // What lies at or after the standpoint comes first and waits: a later sign-in must be known as later before the first act of its browser is counted.
    private async Task<FeatureBook> BuildAsync(long through, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        FeatureBook fresh = new(zone);
        long count = 0;
        if (through > 0)
        {
            await foreach (Interaction later in log.ReadInteractionsAsync(new LogRange(0, through, new TimeWindow(asOf, DateTimeOffset.MaxValue)), cancellationToken))
            {
                fresh.Add(later);
                count++;
            }

            await foreach (Interaction interaction in log.ReadInteractionsAsync(new LogRange(0, through, TimeWindow.Everything), cancellationToken))
            {
                if (interaction.OccurredAt >= asOf)
                {
                    break;
                }

                fresh.Add(interaction);
                if (++count % ActsBetweenAdvances == 0)
                {
                    fresh.AdvanceTo(interaction.OccurredAt);
                }
            }
        }

        logger.Rebuilt(fresh.Count, count);
        return fresh;
    }

    private async Task<FeatureBook> RebuildAsync(long through, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        FeatureBook fresh = await BuildAsync(through, asOf, cancellationToken);
        portraits.Clear();
        packer = new InsightPacker();
        interpretedWith = null;
        return fresh;
    }

    private PackedInsights Publish(FeatureBook current, DateTimeOffset asOf)
    {
        ServingModels serving = models.Value;
        IReadOnlyDictionary<ProductId, Product> products = catalog.Current;
        PriceScale prices = current.Products.PriceScale(products.Values);
        IReadOnlyList<CustomerId> changed = current.TakeChanged();
        bool everybody = serving.Version != interpretedWith || portraits.IsEmpty;
        List<PackedInsight> insights = [];
        foreach (CustomerId customer in everybody ? current.Customers : WithStale(changed, asOf))
        {
            if (current.Compute(customer, prices) is { } features)
            {
                CustomerInsight insight = Interpret(current, customer, features, serving, products) with
                {
                    Tags = current.Tags(customer, options.Interests, id => products.GetValueOrDefault(id)?.Brand, prices),
                };
                PackedInsight packed = packer.Pack(insight);
                portraits[customer] = new CustomerPortrait(packed, current.FindTouched(customer));
                insights.Add(packed);
            }
        }

        DropMerged(current);
        Volatile.Write(ref asOfTicks, asOf.UtcTicks);
        interpretedWith = serving.Version;
        Volatile.Write(ref popular, current.Products.MostWanted(current.Today, PopularHalfLifeDays, PopularKept));
        Volatile.Write(ref trending, current.Products.MostRisen(current.Today, TrendHalfLifeDays, UsualHalfLifeDays, TrendingKept));
        return new PackedInsights(insights);
    }

    private IEnumerable<CustomerId> WithStale(IReadOnlyList<CustomerId> changed, DateTimeOffset asOf)
    {
        DateTimeOffset tooOld = asOf.AddDays(-options.RefreshDays);
        return portraits.Values
            .Where(p => p.AsOf <= tooOld)
            .Select(p => p.Customer)
            .Union(changed)
            .OrderBy(id => id.ToString(), StringComparer.Ordinal);
    }

    // A browser whose history went to a customer has no portrait of its own any more.
    private void DropMerged(FeatureBook current)
    {
        foreach (CustomerId customer in portraits.Keys.Where(id => id.IsAnonymous))
        {
            CustomerId owner = current.Resolve(customer);
            if (owner != customer)
            {
                portraits.TryRemove(customer, out _);
            }
        }
    }

    private CustomerInsight Interpret(
        FeatureBook current, CustomerId customer, CustomerFeatures features, ServingModels serving, IReadOnlyDictionary<ProductId, Product> products)
    {
        int? segment = serving.Segments?.Assign(features);
        ResponsePrediction? response = serving.Response?.Predict(features);
        return new CustomerInsight
        {
            Customer = customer,
            AsOf = current.AsOf,
            Features = features,
            Interests = current.Interests(customer, options.Interests, id => products.GetValueOrDefault(id)?.Category),
            Segment = segment,
            SegmentName = segment is { } index ? serving.Segments?.Segments[index].Name : null,
            PurchaseProbability = response?.PurchaseProbability,
            PurchaseProbabilityIfTreated = response?.PurchaseProbabilityIfTreated,
            Value = current.OrderDays(customer) is { } orders ? serving.Value?.Predict(orders, current.Today) : null,
            Outlook = serving.Foresee(features, () => current.Interests(customer, NextCategoryModel.Interests, id => products.GetValueOrDefault(id)?.Category)),
            Models = serving.Version,
        };
    }
}
