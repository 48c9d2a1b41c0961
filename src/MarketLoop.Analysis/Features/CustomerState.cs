using System.Runtime.CompilerServices;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>What one customer did, in tallies that add up the same in any order.</summary>
internal sealed class CustomerState(BookTexts texts)
{
    private const int PointsOfView = 1;
    private const int PointsOfAdd = 3;
    private const int PointsOfPurchase = 5;
    private const int PriceBands = 5;
    private const double LeastTagWeight = 0.05;

    private readonly BookTexts texts = texts;
    private SortedSequence<Touch, TouchOrder> touches;
    private SortedSequence<TermUse, ByDayAndTerm> terms;
    private SortedSequence<SourceUse, BySource> sources;
    private VisitBook visits;
    private DeviceCounts devices;
    private int couponOrders;
    private bool areTouchesShared;

    public BehaviourTally Tally { get; } = new();

    public void Apply(Interaction interaction, long local)
    {
        long ticks = interaction.OccurredAt.UtcTicks;
        InteractionKind kind = interaction.Kind;
        bool isMoney = kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded;
        Tally.Apply(kind, ticks, local, isMoney ? BehaviourTally.UnitsOf(BehaviourTally.RevenueOf(interaction.Revenue, interaction.Lines)) : 0);
        int day = (int)(local / TimeSpan.TicksPerDay);
        if (OwnActs.Contains(kind))
        {
            visits.Add(ticks, interaction.SessionId, ActsOf(kind));
            sources.FindOrAdd(new SourceUse(texts.Sources.NumberOf(interaction.Source.Value))).Acts++;
            if (ActNotes.DeviceOf(interaction) is { } device)
            {
                devices[(int)device]++;
            }
        }

        switch (kind)
        {
            case InteractionKind.OrderCompleted:
                couponOrders += ActNotes.HasDiscount(interaction) ? 1 : 0;
                Note(interaction.Lines, day, 0, 0, 1);
                break;
            case InteractionKind.ProductViewed:
                Note(interaction.Lines, day, 1, 0, 0);
                break;
            case InteractionKind.ProductAdded:
                Note(interaction.Lines, day, 0, 1, 0);
                break;
            case InteractionKind.ProductsSearched when ActNotes.NormaliseTerm(interaction.SearchTerm) is { } term:
                terms.FindOrAdd(new TermUse(day, texts.Terms.NumberOf(term))).Times++;
                break;
            default:
                break;
        }
    }

    /// <summary>Takes over everything of a browser that turned out to be this customer.</summary>
    public void Merge(CustomerState other)
    {
        Tally.Merge(other.Tally);
        visits.Merge(other.visits);
        couponOrders += other.couponOrders;
        Unshare();
        foreach (Touch touch in other.touches.Items)
        {
            touches.FindOrAdd(new Touch(touch.Day, touch.Product)).Count(touch.Views, touch.Adds, touch.Purchases);
        }

        foreach (TermUse use in other.terms.Items)
        {
            terms.FindOrAdd(new TermUse(use.Day, use.Term)).Times += use.Times;
        }

        foreach (SourceUse use in other.sources.Items)
        {
            sources.FindOrAdd(new SourceUse(use.Source)).Acts += use.Acts;
        }

        for (int device = 0; device <= (int)DeviceKind.App; device++)
        {
            devices[device] += other.devices[device];
        }
    }

    public CustomerFeatures Compute(DateTimeOffset asOf, PriceScale prices)
    {
        VisitCounts counts = visits.Count();
        return Tally.Compute(asOf, PriceLevel(prices)) with
        {
            Sessions = counts.All,
            CartRate = Share(counts.AddedAfterView, counts.Viewed),
            CheckoutRate = Share(counts.OrderedAfterAdd, counts.Added),
            OrderRate = Share(counts.Ordered, counts.All),
            CouponShare = Share(couponOrders, Tally.Orders),
            PreferredDevice = PreferredDevice(),
            PreferredSource = PreferredSource(),
        };
    }

    public IReadOnlyList<Interest> Interests(int today, InterestOptions options, Func<ProductId, string?> categoryOf)
    {
        SortedDictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (Touch touch in Ordered())
        {
            if (categoryOf(ProductOf(touch)) is { } category)
            {
                weights[category] = weights.GetValueOrDefault(category) + WeightOf(touch, today, options);
            }
        }

        return [.. Strongest(weights, options.Most).Select(w => new Interest(w.Tag, w.Share))];
    }

    public IReadOnlyList<InterestTag> Tags(int today, InterestOptions options, Func<ProductId, string?> brandOf, PriceScale prices)
    {
        SortedDictionary<string, double> brands = new(StringComparer.Ordinal);
        SortedDictionary<string, double> bands = new(StringComparer.Ordinal);
        SortedDictionary<string, double> searched = new(StringComparer.Ordinal);
        foreach (Touch touch in Ordered())
        {
            ProductId product = ProductOf(touch);
            double weight = WeightOf(touch, today, options);
            if (brandOf(product) is { } brand)
            {
                brands[brand] = brands.GetValueOrDefault(brand) + weight;
            }

            if (prices.PercentileOf(product) is { } percentile)
            {
                string band = ((char)('1' + Math.Min(PriceBands - 1, (int)(percentile * PriceBands)))).ToString();
                bands[band] = bands.GetValueOrDefault(band) + weight;
            }
        }

        foreach (TermUse use in terms.Items.ToArray().OrderBy(u => u.Day).ThenBy(u => texts.Terms[u.Term], StringComparer.Ordinal))
        {
            string term = texts.Terms[use.Term];
            searched[term] = searched.GetValueOrDefault(term) + (use.Times * Decay(today - use.Day, options));
        }

        return [.. TagsOf(InterestKind.Brand, brands, options), .. TagsOf(InterestKind.PriceBand, bands, options), .. TagsOf(InterestKind.SearchTerm, searched, options)];
    }

    /// <summary>The products as they stand: shares the state's own array until the next act changes it.</summary>
    public TouchedProducts History(int today)
    {
        areTouchesShared = true;
        return new TouchedProducts(touches.AsMemory(), texts.Products, today);
    }

    /// <summary>Times a product was touched on days from one on, for those products that pass.</summary>
    public (int Views, int Adds, int Purchases) CountTouches(int fromDay, Func<ProductId, bool> isMeant)
    {
        (int views, int adds, int purchases) = (0, 0, 0);
        foreach (Touch touch in touches.Items[touches.LowerBound(new Touch(fromDay, int.MinValue))..])
        {
            if (isMeant(ProductOf(touch)))
            {
                (views, adds, purchases) = (views + touch.Views, adds + touch.Adds, purchases + touch.Purchases);
            }
        }

        return (views, adds, purchases);
    }

    /// <summary>Searches on days from one on; for one term when it is given.</summary>
    public int CountSearches(int fromDay, string? term)
    {
        int times = 0;
        foreach (TermUse use in terms.Items[terms.LowerBound(new TermUse(fromDay, int.MinValue))..])
        {
            times += term is null || string.Equals(texts.Terms[use.Term], term, StringComparison.Ordinal) ? use.Times : 0;
        }

        return times;
    }

    private static VisitActs ActsOf(InteractionKind kind) => kind switch
    {
        InteractionKind.ProductViewed => VisitActs.Viewed,
        InteractionKind.ProductAdded => VisitActs.Added,
        InteractionKind.OrderCompleted => VisitActs.Ordered,
        _ => VisitActs.None,
    };

    private static double Share(int part, int whole) => whole > 0 ? (double)part / whole : 0.0;

    private static double Decay(int ageDays, InterestOptions options) => Math.Pow(0.5, Math.Max(0, ageDays) / options.HalfLifeDays);

    private static double WeightOf(Touch touch, int today, InterestOptions options) =>
        ((touch.Views * PointsOfView) + (touch.Adds * PointsOfAdd) + (touch.Purchases * PointsOfPurchase)) * Decay(today - touch.Day, options);

    private static IEnumerable<(string Tag, double Share)> Strongest(SortedDictionary<string, double> weights, int most)
    {
        double sum = weights.Values.Sum();
        return sum <= 0.0 ? [] : weights.OrderByDescending(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal).Take(most).Select(w => (w.Key, w.Value / sum));
    }

    private static IEnumerable<InterestTag> TagsOf(InterestKind kind, SortedDictionary<string, double> weights, InterestOptions options) =>
        Strongest(weights, options.Most).Where(w => w.Share >= LeastTagWeight).Select(w => new InterestTag(kind, w.Tag, w.Share));

    private ProductId ProductOf(Touch touch) => new(texts.Products[touch.Product]);

    // Whoever was given the array goes on reading it as it was.
    private void Unshare()
    {
        if (areTouchesShared)
        {
            touches = touches.Copy();
            areTouchesShared = false;
        }
    }

    private void Note(IReadOnlyList<LineItem> lines, int day, int views, int adds, int purchases)
    {
        Unshare();
        foreach (LineItem line in lines)
        {
            if (line.IsMerchandise)
            {
                touches.FindOrAdd(new Touch(day, texts.Products.NumberOf(line.Product.Value))).Count(views, adds, purchases);
            }
        }
    }

    private double PriceLevel(PriceScale prices)
    {
        long twiceRanks = 0;
        int count = 0;
        foreach (Touch touch in touches.Items)
        {
            if (prices.TwiceRankOf(ProductOf(touch)) is { } rank)
            {
                int times = touch.Views + touch.Adds + touch.Purchases;
                twiceRanks += (long)rank * times;
                count += times;
            }
        }

        return count > 0 ? twiceRanks / (2.0 * prices.Count * count) : 0.5;
    }

    private DeviceKind? PreferredDevice()
    {
        int best = 0;
        for (int device = 1; device <= (int)DeviceKind.App; device++)
        {
            best = devices[device] > devices[best] ? device : best;
        }

        return best == 0 ? null : (DeviceKind)best;
    }

    private SourceId? PreferredSource()
    {
        SourceId? best = null;
        int most = 0;
        foreach (SourceUse use in sources.Items)
        {
            string name = texts.Sources[use.Source];
            if (use.Acts > most || (use.Acts == most && string.CompareOrdinal(name, best?.Value) < 0))
            {
                (best, most) = (new SourceId(name), use.Acts);
            }
        }

        return best;
    }

    // Sums of doubles need one order; days and ordinal ids give it.
    private Touch[] Ordered()
    {
        Touch[] ordered = touches.Items.ToArray();
        Array.Sort(ordered, (a, b) => a.Day != b.Day ? a.Day.CompareTo(b.Day) : string.CompareOrdinal(texts.Products[a.Product], texts.Products[b.Product]));
        return ordered;
    }

    private struct TermUse(int day, int term)
    {
        public readonly int Day = day;
        public readonly int Term = term;

        public int Times { get; set; }
    }

    private struct SourceUse(int source)
    {
        public readonly int Source = source;

        public int Acts { get; set; }
    }

    private readonly struct ByDayAndTerm : IComparer<TermUse>
    {
        public int Compare(TermUse x, TermUse y) => x.Day != y.Day ? x.Day.CompareTo(y.Day) : x.Term.CompareTo(y.Term);
    }

    private readonly struct BySource : IComparer<SourceUse>
    {
        public int Compare(SourceUse x, SourceUse y) => x.Source.CompareTo(y.Source);
    }

    [InlineArray((int)DeviceKind.App + 1)]
    private struct DeviceCounts
    {
        private int first;
    }
}
