using MarketLoop.Learning.Numerics;
using MarketLoop.Learning.Value;

namespace Learning.Tests.Value;

/// <summary>Customers who behave exactly as the models say.</summary>
internal static class PlantedBuyers
{
    /// <summary>Histories under BG/NBD, each watched for 20 to 40 units, and what each bought in the <paramref name="ahead"/> after.</summary>
    public static (PurchaseHistory[] Histories, int[] Later) Buyers(int customers, double r, double alpha, double a, double b, double ahead, ulong seed)
    {
        var random = new SeededRandom(seed);
        var histories = new PurchaseHistory[customers];
        var later = new int[customers];
        for (var i = 0; i < customers; i++)
        {
            var rate = Gamma(random, r) / alpha;
            var left = Gamma(random, a);
            var leaving = left / (left + Gamma(random, b));
            var age = Math.Round(20 + (20 * random.NextDouble()), 1);
            double time = 0, last = 0;
            var repeats = 0;
            while (true)
            {
                time += -Math.Log(1 - random.NextDouble()) / rate;
                if (time > age + ahead)
                {
                    break;
                }

                later[i] += time > age ? 1 : 0;
                (last, repeats) = time <= age ? (time, repeats + 1) : (last, repeats);
                if (random.NextDouble() < leaving)
                {
                    break;
                }
            }

            histories[i] = new PurchaseHistory(repeats, last, age);
        }

        return (histories, later);
    }

    /// <summary>Spends under Gamma-Gamma, 1 to 6 purchases each.</summary>
    public static SpendHistory[] Spenders(int customers, double p, double q, double gamma, ulong seed)
    {
        var random = new SeededRandom(seed);
        var histories = new SpendHistory[customers];
        for (var i = 0; i < customers; i++)
        {
            var rate = Gamma(random, q) / gamma;
            var purchases = 1 + random.NextInt32(6);
            histories[i] = new SpendHistory(purchases, Gamma(random, p * purchases) / rate / purchases);
        }

        return histories;
    }

    // Marsaglia and Tsang, 2000.
    private static double Gamma(SeededRandom random, double shape)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        while (true)
        {
            var x = random.NextGaussian();
            var v = Math.Pow(1 + (x / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
