using System.Runtime.InteropServices;
using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Preference;

/// <summary>One act of a customer with a product.</summary>
/// <param name="Customer">Index of the customer.</param>
/// <param name="Item">Index of the product.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Ticks">When, in UTC.</param>
/// <param name="Order">Number of the interaction it came with: the lines of one order share it.</param>
internal readonly record struct Act(int Customer, int Item, ActKind Kind, long Ticks, int Order)
{
    /// <summary>When.</summary>
    public DateTimeOffset At => new(Ticks, TimeSpan.Zero);
}

/// <summary>Who touched what before one moment, numbered for learners: customers and products in order of their ids.</summary>
internal sealed class ShopHistory
{
    /// <summary>Touched products that a ranking looks at, newest first; serving looks at as many.</summary>
    public const int MostTouches = 200;

    private readonly Dictionary<ProductId, int> productIndex;
    private readonly Dictionary<CustomerId, int> customerIndex;
    private readonly Act[][] acts;
    private readonly Func<ProductId, bool> isMerchandise;
    private readonly Lazy<ItemSequences> touched;

    private ShopHistory(DateTimeOffset until, ProductId[] products, CustomerId[] customers, Act[][] acts, Func<ProductId, bool> isMerchandise)
    {
        Until = until;
        Products = products;
        this.acts = acts;
        this.isMerchandise = isMerchandise;
        productIndex = Enumerable.Range(0, products.Length).ToDictionary(i => products[i]);
        customerIndex = Enumerable.Range(0, customers.Length).ToDictionary(i => customers[i]);
        touched = new Lazy<ItemSequences>(CollectTouched);
    }

    /// <summary>End of the history (exclusive).</summary>
    public DateTimeOffset Until { get; }

    public ProductId[] Products { get; }

    public int Customers => acts.Length;

    /// <summary>True when anything but orders is known.</summary>
    public bool HasViews { get; private init; }

    /// <summary>True when anything was ever bought.</summary>
    public bool HasOrders { get; private init; }

    /// <summary>Postage and the like, ascending.</summary>
    public int[] Charges { get; private init; } = [];

    /// <summary>One entry a customer and product, at the last touch: who likes what. Made once.</summary>
    public ItemSequences Touched => touched.Value;

    /// <summary>Acts of a customer, oldest first.</summary>
    public IReadOnlyList<Act> ActsOf(int customer) => acts[customer];

    /// <summary>True when anybody touched a product before a moment; stops at the first.</summary>
    public static bool HasAny(IReadOnlyCollection<Interaction> interactions, DateTimeOffset until, Func<ProductId, bool> isMerchandise) =>
        Walk(interactions, until, isMerchandise, keepsAll: false).Any();

    /// <summary>Gathers what happened before a moment: walks through the history twice, so that nothing but the result is held. O(n log n).</summary>
    /// <param name="interactions">In any order; later ones are passed over.</param>
    /// <param name="until">End of the history (exclusive).</param>
    /// <param name="isMerchandise">By the catalogue; a line that says it is none is none as well.</param>
    /// <param name="keepsAll">True numbers postage and the like too: published test parts name them.</param>
    public static ShopHistory Gather(IReadOnlyCollection<Interaction> interactions, DateTimeOffset until, Func<ProductId, bool> isMerchandise, bool keepsAll)
    {
        Dictionary<CustomerId, int> actsOf = [];
        HashSet<ProductId> found = [];
        HashSet<ProductId> charges = [];
        (bool hasViews, bool hasOrders) = (false, false);
        foreach ((Interaction interaction, ProductId product, ActKind kind, _) in Walk(interactions, until, isMerchandise, keepsAll))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(actsOf, interaction.Customer, out _)++;
            found.Add(product);
            hasViews |= kind is ActKind.View or ActKind.Cart;
            hasOrders |= kind == ActKind.Buy;
            _ = kind == ActKind.Charge && charges.Add(product);
        }

        ProductId[] products = [.. found.OrderBy(p => p.Value, StringComparer.Ordinal)];
        CustomerId[] customers = [.. actsOf.Keys.OrderBy(c => c.ToString(), StringComparer.Ordinal)];
        ShopHistory history = new(until, products, customers, [.. customers.Select(customer => new Act[actsOf[customer]])], isMerchandise)
        {
            HasViews = hasViews,
            HasOrders = hasOrders,
            Charges = [.. Enumerable.Range(0, products.Length).Where(item => charges.Contains(products[item]))],
        };
        int[] filled = new int[customers.Length];
        foreach ((Interaction interaction, ProductId product, ActKind kind, int order) in Walk(interactions, until, isMerchandise, keepsAll))
        {
            int customer = history.customerIndex[interaction.Customer];
            history.acts[customer][filled[customer]++] = new Act(customer, history.productIndex[product], kind, interaction.OccurredAt.UtcTicks, order);
        }

        for (int customer = 0; customer < history.acts.Length; customer++)
        {
            history.acts[customer] = Ordered(history.acts[customer]);
        }

        return history;
    }

    /// <summary>What the known customers did from <see cref="Until"/> on with known products, oldest first; in order of customers, none without acts.</summary>
    public IReadOnlyList<Act[]> Later(IEnumerable<Interaction> interactions, DateTimeOffset end)
    {
        SortedDictionary<int, List<Act>> later = [];
        int order = 0;
        foreach (Interaction interaction in interactions)
        {
            order++;
            if (interaction.OccurredAt < Until || interaction.OccurredAt >= end || !customerIndex.TryGetValue(interaction.Customer, out int customer))
            {
                continue;
            }

            foreach ((ProductId product, ActKind kind) in ActsOf(interaction, isMerchandise))
            {
                if (productIndex.TryGetValue(product, out int item))
                {
                    if (!later.TryGetValue(customer, out List<Act>? own))
                    {
                        later.Add(customer, own = []);
                    }

                    own.Add(new Act(customer, item, kind, interaction.OccurredAt.UtcTicks, order));
                }
            }
        }

        return [.. later.Values.Select(own => Ordered([.. own]))];
    }

    /// <summary>What a customer's acts amount to, one touch a product as serving sees it: newest first, ages counted from a moment. O(n log n).</summary>
    public static IReadOnlyList<(int Item, ActKind Kind, int Buys, int AgeDays)> Touches(IEnumerable<Act> acts, DateTimeOffset asOf)
    {
        Dictionary<int, (ActKind Kind, int Buys, DateTimeOffset Last, int Place)> tallies = [];
        int place = 0;
        foreach (Act act in acts)
        {
            (ActKind kind, int buys, _, _) = tallies.GetValueOrDefault(act.Item);
            tallies[act.Item] = (act.Kind > kind ? act.Kind : kind, buys + (act.Kind == ActKind.Buy ? 1 : 0), act.At, place++);
        }

        return [.. tallies.OrderByDescending(pair => pair.Value.Place)
            .Select(pair => (pair.Key, pair.Value.Kind, pair.Value.Buys, (int)Math.Max(0, Math.Floor((asOf - pair.Value.Last).TotalDays))))];
    }

    private ItemSequences CollectTouched()
    {
        ItemSequencesBuilder builder = new(Customers, Products.Length);
        for (int customer = 0; customer < Customers; customer++)
        {
            foreach ((int item, ActKind kind, _, int age) in Touches(acts[customer], Until))
            {
                builder.Add(customer, item, (float)kind, -age);
            }
        }

        return builder.Build();
    }

    private static Act[] Ordered(Act[] acts)
    {
        for (int i = 1; i < acts.Length; i++)
        {
            if ((acts[i].Ticks, acts[i].Order).CompareTo((acts[i - 1].Ticks, acts[i - 1].Order)) < 0)
            {
                return [.. acts.OrderBy(act => act.Ticks).ThenBy(act => act.Order)]; // stable: lines keep their order
            }
        }

        return acts;
    }

    private static IEnumerable<(Interaction Interaction, ProductId Product, ActKind Kind, int Order)> Walk(
        IReadOnlyCollection<Interaction> interactions, DateTimeOffset until, Func<ProductId, bool> isMerchandise, bool keepsAll)
    {
        int order = 0;
        foreach (Interaction interaction in interactions)
        {
            order++;
            foreach ((ProductId product, ActKind kind) in interaction.OccurredAt < until ? ActsOf(interaction, isMerchandise) : [])
            {
                if (kind != ActKind.Charge || keepsAll)
                {
                    yield return (interaction, product, kind, order);
                }
            }
        }
    }

    private static IEnumerable<(ProductId Product, ActKind Kind)> ActsOf(Interaction interaction, Func<ProductId, bool> isMerchandise)
    {
        ActKind kind = interaction.Kind switch
        {
            InteractionKind.ProductViewed => ActKind.View,
            InteractionKind.ProductAdded => ActKind.Cart,
            InteractionKind.OrderCompleted => ActKind.Buy,
            _ => ActKind.None,
        };
        return kind == ActKind.None ? [] : interaction.Lines.Select(line => (line.Product, line.IsMerchandise && isMerchandise(line.Product) ? kind : ActKind.Charge));
    }
}
