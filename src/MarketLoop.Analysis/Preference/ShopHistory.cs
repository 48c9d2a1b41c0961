using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Sequences;

namespace MarketLoop.Analysis.Preference;

/// <summary>One act of a customer with a product.</summary>
/// <param name="Customer">Index of the customer.</param>
/// <param name="Item">Index of the product.</param>
/// <param name="Kind">What was done.</param>
/// <param name="At">When.</param>
/// <param name="Order">Number of the interaction it came with: the lines of one order share it.</param>
internal readonly record struct Act(int Customer, int Item, ActKind Kind, DateTimeOffset At, int Order);

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

    /// <summary>Gathers what happened before a moment. O(n log n).</summary>
    /// <param name="interactions">In any order; later ones are passed over.</param>
    /// <param name="until">End of the history (exclusive).</param>
    /// <param name="isMerchandise">By the catalogue; a line that says it is none is none as well.</param>
    /// <param name="keepsAll">True numbers postage and the like too: published test parts name them.</param>
    public static ShopHistory Gather(IEnumerable<Interaction> interactions, DateTimeOffset until, Func<ProductId, bool> isMerchandise, bool keepsAll)
    {
        List<(CustomerId Customer, ProductId Product, ActKind Kind, DateTimeOffset At, int Order)> found = [];
        int order = 0;
        foreach (Interaction interaction in interactions)
        {
            order++;
            foreach ((ProductId product, ActKind kind) in interaction.OccurredAt < until ? ActsOf(interaction, isMerchandise) : [])
            {
                if (kind != ActKind.Charge || keepsAll)
                {
                    found.Add((interaction.Customer, product, kind, interaction.OccurredAt, order));
                }
            }
        }

        ProductId[] products = [.. found.Select(act => act.Product).Distinct().OrderBy(p => p.Value, StringComparer.Ordinal)];
        CustomerId[] customers = [.. found.Select(act => act.Customer).Distinct().OrderBy(c => c.ToString(), StringComparer.Ordinal)];
        HashSet<ProductId> charges = [.. found.Where(act => act.Kind == ActKind.Charge).Select(act => act.Product)];
        ShopHistory history = new(until, products, customers, new Act[customers.Length][], isMerchandise)
        {
            HasViews = found.Exists(act => act.Kind is ActKind.View or ActKind.Cart),
            HasOrders = found.Exists(act => act.Kind == ActKind.Buy),
            Charges = [.. Enumerable.Range(0, products.Length).Where(item => charges.Contains(products[item]))],
        };
        List<Act>[] lists = [.. customers.Select(_ => new List<Act>())];
        foreach ((CustomerId customer, ProductId product, ActKind kind, DateTimeOffset at, int number) in found)
        {
            int index = history.customerIndex[customer];
            lists[index].Add(new Act(index, history.productIndex[product], kind, at, number));
        }

        for (int customer = 0; customer < lists.Length; customer++)
        {
            history.acts[customer] = Ordered(lists[customer]);
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

                    own.Add(new Act(customer, item, kind, interaction.OccurredAt, order));
                }
            }
        }

        return [.. later.Values.Select(Ordered)];
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

    private static Act[] Ordered(List<Act> acts) => [.. acts.OrderBy(act => act.At).ThenBy(act => act.Order)]; // stable: lines keep their order

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
