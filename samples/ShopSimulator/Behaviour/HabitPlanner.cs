using ShopSimulator.Randomness;
using ShopSimulator.World;

namespace ShopSimulator.Behaviour;

/// <summary>Plans the visits that customers make by themselves. Looks at seed, customer and day only, never at the server.</summary>
internal sealed class HabitPlanner(Catalogue catalogue, Shopper[] shoppers, Tastes tastes, Draws draws, bool isShuffled)
{
    private const double WantsPerLook = 0.15;
    private const double ChecksOut = 0.82;

    /// <summary>Visits of all customers on one day, by customer and time.</summary>
    public List<VisitPlan> PlanDay(int day)
    {
        int[]? wandering = isShuffled ? draws.Permutation(shoppers.Length, Purpose.Shuffle, day) : null;
        List<VisitPlan> plans = [];
        bool isWeekend = day % 7 is 5 or 6;
        foreach (Shopper shopper in shoppers)
        {
            double mean = shopper.VisitsPerDay * (isWeekend ? shopper.WeekendFactor : 1);
            int visits = Poisson(mean, draws.Unit(Purpose.Visits, shopper.Index, day));
            for (int number = 0; number < visits; number++)
            {
                plans.Add(PlanVisit(shopper, day, number, wandering?[shopper.Index] ?? shopper.Index));
            }
        }

        return plans;
    }

    /// <summary>Row of tastes in force for a customer on a day.</summary>
    public int[]? WanderingTastes(int day) => isShuffled ? draws.Permutation(shoppers.Length, Purpose.Shuffle, day) : null;

    /// <summary>Time of day at which a customer does something.</summary>
    public TimeSpan TimeOf(Shopper shopper, int day, int number)
    {
        // A second visit of the day comes some hours before or after the usual hour.
        double hour = shopper.Hour + 1.4 * draws.Normal(Purpose.VisitTime, shopper.Index, day, number) + (number == 0 ? 0 : number % 2 == 0 ? 3 : -4);
        double seconds = Math.Clamp(hour, 0.2, 23.2) * 3600;
        return TimeSpan.FromSeconds(Math.Floor(seconds));
    }

    private VisitPlan PlanVisit(Shopper shopper, int day, int number, int taste)
    {
        long visit = number;
        int looks = 1 + Poisson(2.4, draws.Unit(Purpose.Browsing, shopper.Index, day, visit, 1));
        ReadOnlySpan<float> match = tastes.MatchOf(taste);
        List<BrowsedProduct> browsed = [];

        // With shuffled tastes what is looked at follows another row than what is liked: else the product on the page would tell the taste of the day.
        int looking = isShuffled ? (int)(draws.Unit(Purpose.Shuffle, shopper.Index, day, visit, 1) * shoppers.Length) : taste;
        int listCategory = PickCategory(looking, draws.Unit(Purpose.Browsing, shopper.Index, day, visit, 2));
        for (int look = 0; look < looks; look++)
        {
            long step = 10 + 10 * look;
            bool stays = look == 0 || draws.Chance(0.6, Purpose.Browsing, shopper.Index, day, visit, step);
            int category = stays ? listCategory : PickCategory(looking, draws.Unit(Purpose.Browsing, shopper.Index, day, visit, step + 1));
            int product = PickProduct(looking, category, draws.Unit(Purpose.Browsing, shopper.Index, day, visit, step + 2));
            if (browsed.Exists(other => other.Product == product))
            {
                continue;
            }

            bool isWanted = catalogue.Products[product].Stock > 0
                && draws.Chance(WantsPerLook * shopper.Eagerness * match[product], Purpose.Buying, shopper.Index, day, visit, product);
            browsed.Add(new BrowsedProduct(product, isWanted, QuantityOf(shopper, day, product)));
        }

        bool searches = draws.Chance(0.3, Purpose.Browsing, shopper.Index, day, visit, 3);
        return new VisitPlan(
            shopper.Index,
            day,
            number,
            TimeOf(shopper, day, number),
            taste,
            browsed,
            listCategory,
            searches ? TermFor(catalogue.Products[browsed[0].Product], shopper, draws.Unit(Purpose.Browsing, shopper.Index, day, visit, 4)) : null,
            draws.Chance(ChecksOut, Purpose.Buying, shopper.Index, day, visit, -1));
    }

    private int QuantityOf(Shopper shopper, int day, int product)
        => Catalogue.Categories[catalogue.Products[product].Category].IsConsumable && draws.Chance(0.25, Purpose.Quantity, shopper.Index, day, product) ? 2 : 1;

    private int PickCategory(int taste, double unit)
    {
        ReadOnlySpan<float> attention = tastes.AttentionOf(taste);
        double sum = 0;
        for (int category = 0; category < attention.Length; category++)
        {
            sum += attention[category];
            if (unit < sum)
            {
                return category;
            }
        }

        return attention.Length - 1;
    }

    private int PickProduct(int taste, int category, double unit)
    {
        ReadOnlySpan<float> liking = tastes.LikingOf(taste);
        int[] shelf = catalogue.ByCategory[category];
        double total = 0;
        foreach (int product in shelf)
        {
            total += liking[product];
        }

        double left = unit * total;
        foreach (int product in shelf)
        {
            left -= liking[product];
            if (left < 0)
            {
                return product;
            }
        }

        return shelf[^1];
    }

    private static string TermFor(ShopProduct product, Shopper shopper, double unit)
    {
        bool speaksChinese = shopper.Language.StartsWith("zh", StringComparison.Ordinal);
        Words words = unit < 0.5
            ? Catalogue.Categories[product.Category].Name
            : new Words(Catalogue.Brands[product.Brand].English, Catalogue.Brands[product.Brand].Chinese);
        return speaksChinese ? words.Chinese : words.English;
    }

    // Inversion: one draw, small means.
    private static int Poisson(double mean, double unit)
    {
        double probability = Math.Exp(-mean);
        double sum = probability;
        int count = 0;
        while (unit >= sum && count < 8)
        {
            count++;
            probability *= mean / count;
            sum += probability;
        }

        return count;
    }
}
