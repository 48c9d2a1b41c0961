using MarketLoop.Learning.Persistence;
using MarketLoop.Learning.Statistics;

namespace MarketLoop.Learning.Value;

/// <summary>A fitted BG/NBD model: who is still a customer, and how often each will buy. Times in the unit of the fit. Immutable, thread-safe.</summary>
public sealed class BgNbdModel
{
    private const string Kind = "BGNB";
    private const ushort FormatVersion = 1;
    private const double Negligible = 1e-15;

    private readonly ParameterEstimate[] _parameters;

    internal BgNbdModel(ParameterEstimate[] parameters, double logLikelihood, int customers, bool hasConverged)
    {
        _parameters = parameters;
        LogLikelihood = logLikelihood;
        Customers = customers;
        HasConverged = hasConverged;
    }

    /// <summary>r, alpha (in the unit of time), a and b with standard errors.</summary>
    public IReadOnlyList<ParameterEstimate> Parameters => _parameters;

    /// <summary>Log-likelihood of the fit.</summary>
    public double LogLikelihood { get; }

    /// <summary>Customers of the fit.</summary>
    public int Customers { get; }

    /// <summary>Whether the slope of the likelihood was gone at the end; parameters at the edge of their range count as settled.</summary>
    public bool HasConverged { get; }

    private double R => _parameters[0].Value;

    private double Alpha => _parameters[1].Value;

    private double A => _parameters[2].Value;

    private double B => _parameters[3].Value;

    /// <summary>
    /// Probability (0..1) that the customer will ever buy again; 1 without repeats, since in this model one leaves only after a repeat purchase. O(1).
    /// </summary>
    /// <exception cref="ArgumentException">The history is not sound.</exception>
    public double ProbabilityAlive(PurchaseHistory history)
    {
        history.ThrowIfUnusable(0);
        if (history.Repeats == 0)
        {
            return 1;
        }

        var logOdds = Math.Log(A / (B + history.Repeats - 1))
            + ((R + history.Repeats) * SpecialFunctions.Log1p((history.Age - history.Recency) / (Alpha + history.Recency)));
        return 1 / (1 + Math.Exp(logOdds));
    }

    /// <summary>Expected purchases in (T, T + <paramref name="duration"/>] (eq. 10). O(number of likely chances to buy): some dozens for a usual customer.</summary>
    /// <param name="history">The customer up to T.</param>
    /// <param name="duration">Length of the time ahead, finite and at least 0.</param>
    /// <exception cref="ArgumentException">The history is not sound or the duration out of range.</exception>
    public double ExpectedPurchases(PurchaseHistory history, double duration) =>
        ProbabilityAlive(history) * WhileAlive(history.Repeats, history.Age, duration);

    /// <summary>Expected repeat purchases of a customer of whom nothing is known, by <paramref name="duration"/> after the first purchase (eq. 9).</summary>
    /// <exception cref="ArgumentException">The duration is negative or not finite.</exception>
    public double ExpectedRepeats(double duration) => WhileAlive(0, 0, duration);

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Customers);
        writer.Write(HasConverged);
        writer.Write(LogLikelihood);
        EstimateFields.Write(writer, _parameters);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole BG/NBD model of a known version.</exception>
    public static BgNbdModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var customers = reader.ReadCount(1);
        var hasConverged = reader.ReadBoolean();
        var logLikelihood = reader.ReadFiniteDouble();
        var parameters = EstimateFields.Read(reader, "r", "alpha", "a", "b");
        reader.Complete();
        return new BgNbdModel(parameters, logLikelihood, customers, hasConverged);
    }

    /// <summary>
    /// The papers' hypergeometric form divides by a - 1 and loses its digits around it. Summed over the number n of chances to buy
    /// (negative binomial), it is sum_n P(n) e_n with e_n the purchases expected of n chances: all terms positive, nothing to divide by.
    /// </summary>
    private double WhileAlive(int repeats, double age, double duration)
    {
        if (!(duration >= 0 && double.IsFinite(duration)))
        {
            throw new ArgumentOutOfRangeException(nameof(duration), duration, "The time ahead must be finite and at least 0.");
        }

        if (duration == 0)
        {
            return 0;
        }

        var shape = R + repeats;
        var stay = B + repeats;
        var logHit = -SpecialFunctions.Log1p((Alpha + age) / duration);
        var logChance = -shape * SpecialFunctions.Log1p(duration / (Alpha + age)); // of no chance at all
        var mean = shape * duration / (Alpha + age);
        double sum = 0, expected = 0, share = 1;
        for (var n = 0; ; n++)
        {
            logChance += logHit + Math.Log((shape + n) / (n + 1.0));
            expected += share;
            share *= (stay + n) / (A + stay + n);
            var term = Math.Exp(logChance) * expected;
            sum += term;
            if (n > mean && term * (n + 1) <= Negligible * sum)
            {
                return sum;
            }
        }
    }
}
