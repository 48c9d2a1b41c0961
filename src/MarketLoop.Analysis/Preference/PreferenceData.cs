using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Recommending;

namespace MarketLoop.Analysis.Preference;

/// <summary>Who touched what before one moment, numbered for learners: customers and products in order of their ids.</summary>
internal sealed class PreferenceData
{
    private readonly Dictionary<ProductId, int> productIndex;
    private readonly Dictionary<CustomerId, int> customerIndex;
    private readonly IReadOnlyList<ProductTouch>[] histories;

    private PreferenceData(DateTimeOffset until, ProductId[] products, CustomerId[] customers, bool[] isMerchandise, IReadOnlyList<ProductTouch>[] histories)
    {
        Until = until;
        Products = products;
        IsMerchandise = isMerchandise;
        this.histories = histories;
        productIndex = Enumerable.Range(0, products.Length).ToDictionary(i => products[i]);
        customerIndex = Enumerable.Range(0, customers.Length).ToDictionary(i => customers[i]);
    }

    /// <summary>End of the history (exclusive).</summary>
    public DateTimeOffset Until { get; }

    public ProductId[] Products { get; }

    /// <summary>By product: false for postage and the like.</summary>
    public bool[] IsMerchandise { get; }

    public int Customers => histories.Length;

    public bool HasViews { get; private init; }

    public IReadOnlyList<ProductTouch> HistoryOf(int customer) => histories[customer];

    public int IndexOf(ProductId product) => productIndex.GetValueOrDefault(product, -1);

    /// <summary>Gathers what happened before a moment.</summary>
    /// <param name="interactions">In any order; later ones are passed over.</param>
    /// <param name="until">End of the history (exclusive).</param>
    /// <param name="isMerchandise">By the catalogue; a line that says it is none is none as well.</param>
    /// <param name="keepsAll">True numbers postage and the like too: evaluations leave them in the test part.</param>
    public static PreferenceData Gather(IEnumerable<Interaction> interactions, DateTimeOffset until, Func<ProductId, bool> isMerchandise, bool keepsAll)
    {
        Dictionary<(CustomerId, ProductId), Tally> cells = [];
        HashSet<ProductId> charges = [];
        bool hasViews = false;
        foreach (Interaction interaction in interactions)
        {
            if (interaction.OccurredAt >= until || Tally.Of(interaction) is not { } tally)
            {
                continue;
            }

            foreach (LineItem line in interaction.Lines)
            {
                bool isGoods = line.IsMerchandise && isMerchandise(line.Product);
                if (!isGoods)
                {
                    charges.Add(line.Product);
                }

                if (isGoods || keepsAll)
                {
                    (CustomerId, ProductId) key = (interaction.Customer, line.Product);
                    cells[key] = cells.TryGetValue(key, out Tally? known) ? known.And(tally) : tally;
                    hasViews |= tally.Views > 0;
                }
            }
        }

        return Number(cells, charges, until, hasViews);
    }

    /// <summary>What the known customers bought later, of the known products they had not bought before; in order of customers.</summary>
    public IReadOnlyList<HeldOutCustomer> HoldOut(IEnumerable<Interaction> interactions, DateTimeOffset end)
    {
        SortedDictionary<int, HashSet<int>> bought = [];
        foreach (Interaction order in interactions)
        {
            if (order.Kind != InteractionKind.OrderCompleted || order.OccurredAt < Until || order.OccurredAt >= end
                || !customerIndex.TryGetValue(order.Customer, out int customer))
            {
                continue;
            }

            foreach (LineItem line in order.Lines)
            {
                if (productIndex.TryGetValue(line.Product, out int product))
                {
                    if (!bought.TryGetValue(customer, out HashSet<int>? products))
                    {
                        bought.Add(customer, products = []);
                    }

                    products.Add(product);
                }
            }
        }

        List<HeldOutCustomer> held = [];
        foreach ((int customer, HashSet<int> products) in bought)
        {
            products.ExceptWith(BoughtBy(customer));
            if (products.Count > 0)
            {
                held.Add(new HeldOutCustomer(customer, products));
            }
        }

        return held;
    }

    public IEnumerable<int> BoughtBy(int customer) => histories[customer].Where(t => t.Purchases > 0).Select(t => productIndex[t.Product]);

    /// <summary>Customers x products, each cell the weight of its touch at its day (0 is the end of the history).</summary>
    public InteractionMatrix Matrix(HistoryWeights weights, bool goodsOnly)
    {
        HistoryWeights undecayed = weights with { HalfLifeDays = double.PositiveInfinity };
        InteractionMatrixBuilder builder = new(histories.Length, Products.Length);
        for (int customer = 0; customer < histories.Length; customer++)
        {
            foreach (ProductTouch touch in histories[customer])
            {
                int item = productIndex[touch.Product];
                float weight = (float)undecayed.Of(touch);
                if (weight > 0f && (IsMerchandise[item] || !goodsOnly))
                {
                    builder.Add(customer, item, weight, -touch.AgeDays);
                }
            }
        }

        return builder.Build();
    }

    private static PreferenceData Number(Dictionary<(CustomerId Customer, ProductId Product), Tally> cells, HashSet<ProductId> charges, DateTimeOffset until, bool hasViews)
    {
        ProductId[] products = [.. cells.Keys.Select(c => c.Product).Distinct().OrderBy(p => p.Value, StringComparer.Ordinal)];
        CustomerId[] customers = [.. cells.Keys.Select(c => c.Customer).Distinct().OrderBy(c => c.ToString(), StringComparer.Ordinal)];
        Dictionary<CustomerId, List<ProductTouch>> touched = customers.ToDictionary(c => c, _ => new List<ProductTouch>());
        foreach (((CustomerId customer, ProductId product), Tally tally) in cells)
        {
            int age = (int)Math.Max(0.0, Math.Floor((until - tally.Last).TotalDays));
            touched[customer].Add(new ProductTouch(product, tally.Views, tally.Adds, tally.Purchases, -age, age));
        }

        foreach (List<ProductTouch> history in touched.Values)
        {
            history.Sort(static (a, b) => a.AgeDays != b.AgeDays ? a.AgeDays.CompareTo(b.AgeDays) : string.CompareOrdinal(a.Product.Value, b.Product.Value));
        }

        return new PreferenceData(until, products, customers, Array.ConvertAll(products, p => !charges.Contains(p)), Array.ConvertAll(customers, c => (IReadOnlyList<ProductTouch>)touched[c]))
        {
            HasViews = hasViews,
        };
    }

    private sealed record Tally(int Views, int Adds, int Purchases, DateTimeOffset Last)
    {
        public static Tally? Of(Interaction interaction) => interaction.Kind switch
        {
            InteractionKind.ProductViewed => new Tally(1, 0, 0, interaction.OccurredAt),
            InteractionKind.ProductAdded => new Tally(0, 1, 0, interaction.OccurredAt),
            InteractionKind.OrderCompleted => new Tally(0, 0, 1, interaction.OccurredAt),
            _ => null,
        };

        public Tally And(Tally other) =>
            new(Views + other.Views, Adds + other.Adds, Purchases + other.Purchases, Last > other.Last ? Last : other.Last);
    }
}

/// <summary>A customer of the held-out part.</summary>
/// <param name="Customer">Index of the customer.</param>
/// <param name="Products">Products bought there for the first time; not empty.</param>
internal sealed record HeldOutCustomer(int Customer, IReadOnlySet<int> Products);
